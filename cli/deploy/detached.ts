import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { displayName } from '../../model/names.ts';
import type { EnvironmentDescriptor } from '../../model/schemas.ts';
import type { Context } from '../context.ts';
import { InterruptedError, UserError, type ExitCode } from '../errors.ts';
import { decisionsVariable, readDecisions } from './decisions.ts';
import { pollMilliseconds } from './run.ts';
import { worstOf } from './worst-error.ts';

/** Work on an environment that a process of its own is to do. */
export interface DetachedWork {
  readonly environment: EnvironmentDescriptor;
  /** `v2 is being deployed`. */
  readonly what: string;
  /** The command that shows how far it is. */
  readonly show: string;
}

/**
 * Starts the same command, waiting, in a process that outlives this one; returns when each environment's work has
 * begun or was refused.
 */
export async function startDetached(context: Context, all: readonly DetachedWork[]): Promise<void> {
  const { ui, clock, signal, environment: variables } = context;
  const folder = mkdtempSync(join(tmpdir(), 'beanpole-deploy-'));
  const log = join(folder, 'deploy.log');
  const decisions = join(folder, 'decisions');
  const file = openSync(log, 'a');
  const command = process.argv.slice(1).filter((word) => word !== '--no-wait');
  const child = spawn(process.execPath, command, {
    detached: true,
    stdio: ['ignore', file, file],
    env: { ...process.env, [decisionsVariable]: decisions },
  });
  child.unref();
  const by = `process ${child.pid ?? '?'}; its log is ${log}.`;
  let ended: number | undefined;
  once(child, 'close').then(
    ([code]: unknown[]) => (ended = Number(code ?? 1)),
    () => (ended = 1),
  );
  const refusals = new Map<string, UserError>();
  const waiting = new Set(all.map(({ environment }) => displayName(environment)));
  for (let poll = 0; ; poll += 1) {
    // Looked at first: what it has decided it has told before it ended.
    const exitCode = ended;
    for (const { environment, refusal } of readDecisions(decisions)) {
      waiting.delete(environment);
      if (refusal) refusals.set(environment, refusal);
    }
    if (waiting.size === 0 || exitCode === 0) break;
    if (exitCode !== undefined) throw endedEarly(log, exitCode);
    await clock.sleep(pollMilliseconds(poll), signal).catch(() => {
      throw leftAlone(
        all.filter(({ environment }) => !refusals.has(displayName(environment))),
        by,
      );
    });
  }
  const begun = all.filter(({ environment }) => !refusals.has(displayName(environment)));
  for (const { environment, what } of begun) ui.note(`${displayName(environment)}: ${what} by ${by}`);
  const [first] = begun;
  if (first) ui.next(first.show, 'how far it is');
  if (refusals.size > 0) throw worstOf([...refusals.values()], variables);
}

/** Ctrl-C ends the waiting; the process has a terminal of its own, or none. */
function leftAlone(all: readonly DetachedWork[], by: string): InterruptedError {
  const [first = '', ...others] = all.map(({ environment }) => displayName(environment));
  return new InterruptedError('Interrupted.', {
    now: [`${[first, ...others].join(', ')}: goes on by ${by}`],
    next: `beanpole abort ${first}   (takes it back${others.length > 0 ? `; likewise ${others.join(', ')}` : ''})`,
  });
}

const endedEarly = (log: string, exitCode: number): UserError =>
  new UserError(readFileSync(log, 'utf8').trimEnd(), {
    exitCode: exitCode as ExitCode,
    now: [`It ended at once; its log is ${log}.`],
  });
