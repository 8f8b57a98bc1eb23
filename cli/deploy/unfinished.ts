import { displayName, keys } from '../../model/names.ts';
import type { DeploymentRecord, EnvironmentDescriptor } from '../../model/schemas.ts';
import { createDocuments } from '../aws/documents.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import type { Board } from '../ui/board.ts';
import { requestAbort } from './abort-request.ts';
import { takeOver } from './deployment.ts';
import { isHeld } from './lock.ts';
import { isPastReturn, isReturning } from './plan.ts';
import { readLatest } from './records.ts';
import { abortedBy } from './runner.ts';
import { readLast, withLock } from './session.ts';

const lookEveryMilliseconds = 1000;

/** Goes on with a deployment whose runner is gone, forward or back, whichever way it went. */
export function resumeDeployment(
  context: Context,
  environment: EnvironmentDescriptor,
  board: Board,
  waits: boolean,
): Promise<DeploymentRecord> {
  return withLock(context, { environment, reason: 'resumes a deployment', board, waits }, async (session) => {
    const found = await readLast(session);
    if (found?.value.status !== 'InProgress') throw nothingToDo(environment, found?.value, 'resume');
    board.line(
      `${displayName(environment)}: ${isReturning(found.value) ? 'undoing' : 'continuing'} deployment ${found.value.number} of ${found.value.target.versionLabel}.`,
    );
    return takeOver(context, session, found);
  });
}

/**
 * Undoes a deployment: asks the command that runs it, and does it here when there is none any more. The record
 * tells how it ended; it may have been too late.
 */
export async function abortDeployment(
  context: Context,
  environment: EnvironmentDescriptor,
  board: Board,
): Promise<DeploymentRecord> {
  const documents = createDocuments(context.clients.s3, environment.bucket);
  const { user, clock, signal } = context;
  const target = displayName(environment);
  let number: number | undefined;
  for (;;) {
    const { lock, record } = await readLatest(documents, environment);
    if (record && record.number === number && record.status !== 'InProgress') return record;
    if (record?.status !== 'InProgress') throw nothingToDo(environment, record, 'abort');
    if (!isReturning(record) && isPastReturn(record)) throw tooLate(environment, record);
    if (!isHeld(lock, clock.now())) return undoHere(context, environment, board);
    if (number === undefined) {
      number = record.number;
      const before = await requestAbort(documents, keys.abortRequest(environment, number), { user, clock });
      const asked =
        before === undefined ? `${lock.holder} is asked to undo it` : `${before} has asked for it`;
      board.line(`${target}: deployment ${number} of ${record.target.versionLabel}: ${asked}.`);
    }
    const step = record.steps.find(({ status }) => status === 'InProgress');
    board.row(`${target} abort`, `${target}: ${step?.sentence ?? 'waiting for its runner'}`);
    await clock.sleep(lookEveryMilliseconds, signal);
  }
}

const undoHere = (context: Context, environment: EnvironmentDescriptor, board: Board) =>
  withLock(context, { environment, reason: 'aborts a deployment', board }, async (session) => {
    const found = await readLast(session);
    if (found?.value.status !== 'InProgress') throw nothingToDo(environment, found?.value, 'abort');
    return takeOver(context, session, found, `${abortedBy}${context.user}`);
  });

function nothingToDo(
  environment: EnvironmentDescriptor,
  record: DeploymentRecord | undefined,
  verb: 'abort' | 'resume',
): UserError {
  const target = displayName(environment);
  if (!record)
    return new UserError(`There is nothing to ${verb}: ${target} has never been deployed to.`, {
      now: ['Nothing was changed.'],
      next: `beanpole deploy ${target}`,
    });
  const { number, status, endedAt = record.startedAt, reason } = record;
  const next = {
    abort: status === 'Succeeded' ? `beanpole rollback ${target}` : `beanpole deployments show ${target}`,
    resume: `beanpole deploy ${target}`,
  }[verb];
  return new UserError(
    `There is nothing to ${verb}: deployment ${number} of ${record.target.versionLabel} to ${target} ended at ${endedAt} as ${status}${reason === undefined ? '' : ` (${reason})`}.`,
    { now: ['Nothing was changed.'], next },
  );
}

const tooLate = (environment: EnvironmentDescriptor, { number, target }: DeploymentRecord): UserError =>
  new UserError(
    `Deployment ${number} of ${target.versionLabel} to ${displayName(environment)} is past its point of no return: it only goes forward.`,
    {
      now: ['Nothing was changed by this command.'],
      next: `beanpole rollback ${displayName(environment)}   (once it has ended; if its runner is gone: beanpole resume)`,
    },
  );
