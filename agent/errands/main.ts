/** The errands' side of a child: reads `{ name, input }` from standard input, prints one `ErrandAnswer`. */
import process from 'node:process';
import { text } from 'node:stream/consumers';
import type { ErrandAnswer } from './contract.ts';
import { describeError, FinalError, isFinal } from './final-error.ts';

type Errand = (input: never, progress: (line: string) => void) => Promise<unknown>;

/** Each loads what it needs and no more: the AWS clients take longer to load than most errands to do. */
const errands: Record<string, () => Promise<Errand>> = {
  descriptor: async () => (await import('./descriptor.ts')).readDescriptor,
  pointer: async () => (await import('./pointer.ts')).readPointer,
  prepare: async () => (await import('./prepare.ts')).prepareRelease,
  postdeploy: async () => (await import('./prepare.ts')).runPostdeployHooks,
  properties: async () => (await import('./properties.ts')).resolveProperties,
  secretVersion: async () => (await import('./database.ts')).readSecretVersion,
  lifecycle: async () => (await import('./lifecycle.ts')).completeHook,
  leave: async () => (await import('./leave.ts')).leaveGroup,
  due: async () => {
    const { dueTimes } = await import('../cron/due-times.ts');
    return (input) => Promise.resolve(dueTimes(input));
  },
  metrics: async () => (await import('./metrics.ts')).publishMetrics,
  address: async () => (await import('./address.ts')).associateAddress,
};

async function run(): Promise<ErrandAnswer> {
  const { name, input } = JSON.parse(await text(process.stdin)) as { name: string; input: unknown };
  const load = errands[name];
  if (!load) return { ok: false, message: `There is no errand ${name}.`, isFinal: true, lines: [] };
  try {
    const errand = await load();
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
