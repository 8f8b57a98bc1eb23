import { displayName, keys } from '../../model/names.ts';
import type { EnvironmentDescriptor, SwapRecord } from '../../model/schemas.ts';
import { ConflictError, createDocuments, type Documents, type Stored } from '../aws/documents.ts';
import { isoTime } from '../clock.ts';
import type { Context } from '../context.ts';
import { watchForAbort } from '../deploy/abort-request.ts';
import { tellDecided } from '../deploy/decisions.ts';
import { createEventLog } from '../deploy/event-log.ts';
import { LockLostError } from '../deploy/lock.ts';
import { withLock, type Session } from '../deploy/session.ts';
import { nameOf } from '../environments.ts';
import { exitCodes, UserError } from '../errors.ts';
import { describe, type Health } from '../status/describe.ts';
import { observe } from '../status/observe.ts';
import type { Board } from '../ui/board.ts';
import { findUnfinishedSwap, openSwapJournal, swapNumbers } from './journal.ts';
import { createNames, readTargets } from './names.ts';
import { swapWaysOn } from './outcome.ts';
import { planSwap, type Party, type SwapOptions, type SwapPlan } from './plan.ts';
import { runSwap, swapTitle, type SwapRun } from './runner.ts';

export type Pair = readonly [EnvironmentDescriptor, EnvironmentDescriptor];
type Sessions = readonly [Session, Session];

export interface HowToSwap {
  readonly board: Board;
  /** Waits for whoever holds one of the locks instead of refusing. */
  readonly waits: boolean;
}

export async function planFor(context: Context, pair: Pair, options: SwapOptions): Promise<SwapPlan> {
  const plan = planSwap(await observeParties(context, pair), options);
  const documents = createDocuments(context.clients.s3, pair[0].bucket);
  for (const environment of pair) {
    const unfinished = await findUnfinishedSwap(documents, environment);
    if (unfinished) throw unfinishedBefore(unfinished.value);
  }
  return plan;
}

/** Locks both environments and exchanges their names; the record tells how it ended. */
export const swap = (
  context: Context,
  pair: Pair,
  options: SwapOptions,
  how: HowToSwap,
): Promise<SwapRecord> =>
  withBothLocked(context, pair, how, async (sessions) => {
    const plan = await planFor(context, pair, options);
    const record = await createRecord(context, sessions[0].documents, plan);
    return performSwap(context, sessions, record);
  });

/** In the order of their names, so that two swaps of the same environments never wait for each other. */
export function withBothLocked<T>(
  context: Context,
  pair: Pair,
  { board, waits }: HowToSwap,
  work: (sessions: Sessions) => Promise<T>,
): Promise<T> {
  const [first, second] = [...pair].sort((a, b) => displayName(a).localeCompare(displayName(b)));
  if (!first || !second) throw new Error('A swap is of two environments.');
  const reason = `swaps the names of ${displayName(first)} and ${displayName(second)}`;
  return withLock(context, { environment: first, reason, board, waits }, (one) =>
    withLock(context, { environment: second, reason, board, waits }, (other) => work([one, other])),
  );
}

/** Advances a record to its end; `first` may turn it back before that. */
export async function performSwap(
  context: Context,
  sessions: Sessions,
  found: Stored<SwapRecord>,
  first: (run: SwapRun) => Promise<void> = () => Promise.resolve(),
): Promise<SwapRecord> {
  const { clients, clock, signal, user } = context;
  const { stack, number, hostedZoneId } = found.value;
  const [{ documents, board }] = sessions;
  const title = swapTitle(found.value);
  for (const { lease } of sessions) await lease.begin(lease.deployment, title);
  for (const { environment } of sessions) tellDecided(context.environment, environment);
  const logs = sessions.map(({ environment }) =>
    createEventLog(clients.logs, nameOf(environment), { swap: number }, clock),
  );
  const abort = watchForAbort(documents, keys.swapAbort(stack, number), clock);
  const run: SwapRun = {
    journal: openSwapJournal(documents, found, clock),
    names: createNames(clients, hostedZoneId, clock),
    ailments: () => ailmentsOf(context, sessions),
    events: {
      write: (event) => {
        for (const log of logs) log.write(event);
      },
    },
    lost: AbortSignal.any(sessions.map(({ lease }) => lease.lost)),
    clock,
    board,
  };
  try {
    await first(run);
    return await runSwap(run, AbortSignal.any([signal, abort.signal]), user);
  } catch (error) {
    throw error instanceof LockLostError ? error : stoppedInTheMiddle(run.journal.record, error);
  } finally {
    abort.stop();
    await Promise.all(logs.map((log) => log.flush()));
  }
}

async function observeParties({ clients, clock }: Context, pair: Pair): Promise<readonly [Party, Party]> {
  const targets = await readTargets(
    clients.route53,
    pair.flatMap(({ hostName }) => hostName ?? []),
  );
  const party = async (environment: EnvironmentDescriptor): Promise<Party> => {
    const observation = await observe(clients, environment);
    const { version, health } = describe(observation, clock.now());
    return {
      environment,
      version: version ?? undefined,
      health,
      record: observation.record,
      target: targets.get(environment.hostName?.name ?? ''),
    };
  };
  return Promise.all([party(pair[0]), party(pair[1])]);
}

const ailing: readonly Health[] = ['Severe', 'Degraded'];

async function ailmentsOf({ clients, clock }: Context, sessions: Sessions): Promise<string[]> {
  const all = await Promise.all(
    sessions.map(async ({ environment }) => describe(await observe(clients, environment), clock.now())),
  );
  return all.flatMap(({ environment, health, instances }) => {
    if (!ailing.includes(health)) return [];
    const sick = instances.find(({ status }) => status === health);
    return [`${environment} is ${health}${sick ? `: ${sick.id}: ${sick.causes.join('; ')}` : ''}`];
  });
}

/** The next number in the stack; another pair may just have taken it. */
async function createRecord(
  { user, clock }: Context,
  documents: Documents,
  { pointOfNoReturn: _, ...plan }: SwapPlan,
): Promise<Stored<SwapRecord>> {
  for (;;) {
    const [newest = 0] = await swapNumbers(documents, plan.stack);
    const record: SwapRecord = {
      ...plan,
      number: newest + 1,
      status: 'InProgress',
      startedBy: user,
      startedAt: isoTime(clock.now()),
    };
    try {
      return await documents.create(keys.swap(plan.stack, record.number), record);
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}

function unfinishedBefore(record: SwapRecord): UserError {
  const target = `${record.stack}/${record.environments[0]}`;
  return new UserError(`The ${swapTitle(record)} by ${record.startedBy} has not ended.`, {
    now: ['Nothing was changed by this command.'],
    next: `beanpole resume ${target}   (${swapWaysOn(record, target)})`,
  });
}

function stoppedInTheMiddle(record: SwapRecord, cause: unknown): UserError {
  const target = `${record.stack}/${record.environments[0]}`;
  return new UserError(`The ${swapTitle(record)} stopped in the middle: ${(cause as Error).message}`, {
    exitCode: exitCodes.notRolledBack,
    now: ['Its record is kept. Both environments serve, and each name leads to one of them.'],
    next: `beanpole resume ${target}   (${swapWaysOn(record, target)})`,
    cause,
  });
}
