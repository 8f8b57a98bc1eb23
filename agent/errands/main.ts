/** The errands' side of a child: reads `{ name, input }` from standard input, prints one `ErrandAnswer`. */
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { dueTimes } from '../cron/due-times.ts';
import { associateAddress } from './address.ts';
import type { ErrandAnswer } from './contract.ts';
import { readSecretVersion } from './database.ts';
import { readDescriptor } from './descriptor.ts';
import { describeError, FinalError, isFinal } from './final-error.ts';
import { leaveGroup } from './leave.ts';
import { completeHook } from './lifecycle.ts';
import { publishMetrics } from './metrics.ts';
import { readPointer } from './pointer.ts';
import { prepareRelease, runPostdeployHooks } from './prepare.ts';
import { resolveProperties } from './properties.ts';

const errands: Record<string, (input: never, progress: (line: string) => void) => Promise<unknown>> = {
  descriptor: readDescriptor,
  pointer: readPointer,
  prepare: prepareRelease,
  postdeploy: runPostdeployHooks,
  properties: resolveProperties,
  secretVersion: readSecretVersion,
  lifecycle: completeHook,
  leave: leaveGroup,
  due: (input) => Promise.resolve(dueTimes(input)),
  metrics: publishMetrics,
  address: associateAddress,
};

async function run(): Promise<ErrandAnswer> {
  const { name, input } = JSON.parse(await text(process.stdin)) as { name: string; input: unknown };
  const errand = errands[name];
  if (!errand) return { ok: false, message: `There is no errand ${name}.`, isFinal: true, lines: [] };
  try {
    const output = await errand(input as never, (line) => process.stderr.write(`${line}\n`));
    return { ok: true, output };
  } catch (error) {
    const lines = error instanceof FinalError ? error.lines : [];
    return { ok: false, message: describeError(error), isFinal: isFinal(error), lines };
  }
}

/** The agent that sent it is gone: nobody waits for the answer, and the next agent sends the errand again. */
function endWithSender(): void {
  const sender = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== sender) process.kill(-process.pid, 'SIGKILL');
  }, 250);
  watch.unref();
}

endWithSender();
void run().then((answer) => process.stdout.write(`${JSON.stringify(answer)}\n`));
