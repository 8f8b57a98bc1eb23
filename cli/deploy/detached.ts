import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { displayName, keys } from '../../model/names.ts';
import { deploymentLock, type EnvironmentDescriptor } from '../../model/schemas.ts';
import { createDocuments } from '../aws/documents.ts';
import type { Context } from '../context.ts';
import { UserError, type ExitCode } from '../errors.ts';
import { pollMilliseconds } from './run.ts';

/** Work on an environment that a process of its own is to do. */
export interface DetachedWork {
  readonly environment: EnvironmentDescriptor;
  /** `v2 is being deployed`. */
  readonly what: string;
  /** The command that shows how far it is. */
  readonly show: string;
}

/** Starts the same command, waiting, in a process that outlives this one; returns when all of it has begun. */
export async function startDetached(context: Context, all: readonly DetachedWork[]): Promise<void> {
  const { ui, clock, signal } = context;
  const log = join(mkdtempSync(join(tmpdir(), 'beanpole-deploy-')), 'deploy.log');
  const file = openSync(log, 'a');
  const command = process.argv.slice(1).filter((word) => word !== '--no-wait');
  const child = spawn(process.execPath, command, { detached: true, stdio: ['ignore', file, file] });
  let ended: number | undefined;
  once(child, 'close').then(
    ([code]: unknown[]) => (ended = Number(code ?? 1)),
    () => (ended = 1),
  );
  const waiting = new Set(all);
  for (let poll = 0; waiting.size > 0; poll += 1) {
    for (const work of waiting) if (await hasBegun(context, work, child.pid)) waiting.delete(work);
    if (ended !== undefined && ended !== 0) throw endedEarly(log, ended);
    if (ended === 0) break;
    await clock.sleep(pollMilliseconds(poll), signal);
  }
  child.unref();
  for (const { environment, what } of all)
    ui.note(`${displayName(environment)}: ${what} by process ${child.pid ?? '?'}; its log is ${log}.`);
  const [first] = all;
  if (first) ui.next(first.show, 'how far it is');
}

/** It has the lock, and waits for nobody any more. */
async function hasBegun(
  { clients }: Context,
  { environment }: DetachedWork,
  pid: number | undefined,
): Promise<boolean> {
  const documents = createDocuments(clients.s3, environment.bucket);
  const lock = (await documents.read(keys.lock(environment), deploymentLock))?.value;
  return (
    lock?.holder?.endsWith(`process ${pid ?? '?'}`) === true && /^(deployment|swap) \d/.test(lock.reason)
  );
}

const endedEarly = (log: string, exitCode: number): UserError =>
  new UserError(readFileSync(log, 'utf8').trimEnd(), {
    exitCode: exitCode as ExitCode,
    now: [`It ended at once; its log is ${log}.`],
  });
