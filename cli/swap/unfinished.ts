import { displayName, keys } from '../../model/names.ts';
import {
  deploymentLock,
  swapRecord,
  type EnvironmentDescriptor,
  type SwapRecord,
} from '../../model/schemas.ts';
import { createDocuments, type Stored } from '../aws/documents.ts';
import type { Context } from '../context.ts';
import { requestAbort } from '../deploy/abort-request.ts';
import { isHeld } from '../deploy/lock.ts';
import { readLatest } from '../deploy/records.ts';
import { abortedBy } from '../deploy/runner.ts';
import { listEnvironments } from '../environments.ts';
import { UserError } from '../errors.ts';
import { findUnfinishedSwap, isSwapReturning } from './journal.ts';
import { swapTitle, turnSwapBack } from './runner.ts';
import { performSwap, withBothLocked, type HowToSwap, type Pair } from './swap.ts';

/** A swap of this environment that has not ended, whoever runs it. */
export const unfinishedSwapOf = (
  { clients }: Context,
  environment: EnvironmentDescriptor,
): Promise<Stored<SwapRecord> | undefined> =>
  findUnfinishedSwap(createDocuments(clients.s3, environment.bucket), environment);

/** Whether abort and resume are about a swap; a deployment that was begun after it comes first. */
export async function isSwapFirst(context: Context, environment: EnvironmentDescriptor): Promise<boolean> {
  if (!(await unfinishedSwapOf(context, environment))) return false;
  const { record } = await readLatest(createDocuments(context.clients.s3, environment.bucket), environment);
  return record?.status !== 'InProgress';
}

/** Goes on with a swap whose command is gone, forward or back, whichever way it went; with a reason it goes back. */
export async function resumeSwap(
  context: Context,
  environment: EnvironmentDescriptor,
  how: HowToSwap,
  backBecause?: string,
): Promise<SwapRecord> {
  const before = await unfinishedSwapOf(context, environment);
  if (!before) throw alreadyEnded(environment);
  const pair = await findPair(context, environment, before.value);
  return withBothLocked(context, pair, how, async (sessions) => {
    const found = await unfinishedSwapOf(context, environment);
    if (found?.value.number !== before.value.number) throw alreadyEnded(environment);
    const isBack = backBecause !== undefined || isSwapReturning(found.value);
    how.board.line(`${isBack ? 'Undoing' : 'Continuing'} ${swapTitle(found.value)}.`);
    return performSwap(context, sessions, found, async (run) => {
      if (backBecause !== undefined && !isSwapReturning(run.journal.record))
        await turnSwapBack(run, backBecause);
    });
  });
}

const lookEveryMilliseconds = 1000;

/** Undoes a swap: asks the command that runs it, and does it here when there is none any more. */
export async function abortSwap(
  context: Context,
  environment: EnvironmentDescriptor,
  how: HowToSwap,
): Promise<SwapRecord> {
  const { clients, clock, user, signal } = context;
  const documents = createDocuments(clients.s3, environment.bucket);
  let asked: SwapRecord | undefined;
  for (;;) {
    const found = await findUnfinishedSwap(documents, environment);
    if (!found) {
      const ended = asked && (await documents.read(keys.swap(asked.stack, asked.number), swapRecord));
      if (ended) return ended.value;
      throw alreadyEnded(environment);
    }
    const lock = (await documents.read(keys.lock(environment), deploymentLock))?.value;
    if (!isHeld(lock, clock.now())) return resumeSwap(context, environment, how, `${abortedBy}${user}`);
    if (!asked) {
      asked = found.value;
      const before = await requestAbort(documents, keys.swapAbort(asked.stack, asked.number), {
        user,
        clock,
      });
      how.board.line(
        `${swapTitle(asked)}: ${before === undefined ? `${lock.holder} is asked to undo it` : `${before} has asked for it`}.`,
      );
    }
    await clock.sleep(lookEveryMilliseconds, signal);
  }
}

async function findPair(
  { clients }: Context,
  { application, stack }: EnvironmentDescriptor,
  { environments }: SwapRecord,
): Promise<Pair> {
  const all = await listEnvironments(clients.ssm, application);
  const [one, other] = environments.map((name) =>
    all.find((each) => each.stack === stack && each.environment === name),
  );
  if (one && other) return [one, other];
  throw new UserError(
    `One of ${environments.map((name) => `${stack}/${name}`).join(' and ')} does not exist any more.`,
    {
      next: `pulumi up -s ${stack}   (makes it again, if the stack file has it)`,
    },
  );
}

const alreadyEnded = (environment: EnvironmentDescriptor): UserError =>
  new UserError(`No swap of ${displayName(environment)} is under way.`, {
    now: ['Nothing was changed.'],
    next: `beanpole status ${displayName(environment)}`,
  });
