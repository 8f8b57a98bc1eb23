import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { displayName, keys } from '../../model/names.ts';
import { deploymentLock } from '../../model/schemas.ts';
import { createDocuments } from '../aws/documents.ts';
import type { Context } from '../context.ts';
import { UserError, type ExitCode } from '../errors.ts';
import { pollMilliseconds } from './run.ts';
import type { Wish } from './deployment.ts';

/** Starts the same command, waiting, in a process that outlives this one; returns when each deployment has begun. */
export async function startDetached(context: Context, wishes: readonly Wish[]): Promise<void> {
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
  const waiting = new Set(wishes);
  for (let poll = 0; waiting.size > 0; poll += 1) {
    for (const wish of waiting) if (await hasBegun(context, wish, child.pid)) waiting.delete(wish);
    if (ended !== undefined && ended !== 0) throw endedEarly(log, ended);
    if (ended === 0) break;
    await clock.sleep(pollMilliseconds(poll), signal);
  }
  child.unref();
  for (const { environment, version } of wishes)
    ui.note(
      `${displayName(environment)}: ${version.label} is being deployed by process ${child.pid ?? '?'}; its log is ${log}.`,
    );
  const [first] = wishes;
  if (first) ui.next(`beanpole deployments show ${displayName(first.environment)}`, 'how far it is');
}

/** It has the lock, and waits for nobody any more. */
async function hasBegun(
  { clients }: Context,
  { environment }: Wish,
  pid: number | undefined,
): Promise<boolean> {
  const documents = createDocuments(clients.s3, environment.bucket);
  const lock = (await documents.read(keys.lock(environment), deploymentLock))?.value;
  return lock?.holder?.endsWith(`process ${pid ?? '?'}`) === true && lock.reason.startsWith('deployment ');
}

const endedEarly = (log: string, exitCode: number): UserError =>
  new UserError(readFileSync(log, 'utf8').trimEnd(), {
    exitCode: exitCode as ExitCode,
    now: [`The deployment ended at once; its log is ${log}.`],
  });
