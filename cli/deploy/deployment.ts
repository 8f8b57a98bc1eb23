import { displayName, keys } from '../../model/names.ts';
import {
  deploymentRecord,
  type DeploymentRecord,
  type EnvironmentDescriptor,
  type VersionManifest,
} from '../../model/schemas.ts';
import { createDocuments, type Documents, type Stored } from '../aws/documents.ts';
import { isoTime } from '../clock.ts';
import type { Context } from '../context.ts';
import { nameOf, snapshotConfiguration } from '../environments.ts';
import { exitCodes, UserError } from '../errors.ts';
import type { Board } from '../ui/board.ts';
import { createFleet } from './aws-fleet.ts';
import { createEventLog, type FlushableEventLog } from './event-log.ts';
import { openJournal } from './journal.ts';
import { acquireLock, type Lease } from './lock.ts';
import { isReturning, openRecord, planDeployment, type Plan } from './plan.ts';
import { createPointers, readCurrent } from './pointers.ts';
import type { Run } from './run.ts';
import { runDeployment, turnBack } from './runner.ts';

/** One environment and what is wanted of it. */
export interface Wish {
  readonly environment: EnvironmentDescriptor;
  readonly version: VersionManifest;
  /** Asked for by its label, rather than taken because it is the newest. */
  readonly versionIsExplicit: boolean;
}

export async function planFor({ clients }: Context, { environment, version }: Wish): Promise<Plan> {
  const documents = createDocuments(clients.s3, environment.bucket);
  const [current, configuration] = await Promise.all([
    readCurrent(documents, environment),
    snapshotConfiguration(clients.ssm, environment),
  ]);
  return planDeployment({ environment, current, version, configuration });
}

/** Takes the lock, ends what an earlier runner left unfinished, and deploys; the record tells how it ended. */
export async function deploy(context: Context, wish: Wish, board: Board): Promise<DeploymentRecord> {
  const { environment, version } = wish;
  const documents = createDocuments(context.clients.s3, environment.bucket);
  const lease = await acquireLock({
    documents,
    name: nameOf(environment),
    holder: `${context.user}, process ${process.pid}`,
    reason: `deploys ${version.label}`,
    clock: context.clock,
  });
  try {
    const held = { documents, lease, board, wish };
    const last = await readLast(held);
    if (last?.value.status === 'InProgress') {
      const ended = await finishUnfinished(context, held, last);
      if (ended) return ended;
    }
    // A number whose record was never written has had no effect, and is taken again.
    return await beginNew(context, held, last ? last.value.number + 1 : Math.max(1, lease.deployment));
  } finally {
    await lease.release();
  }
}

interface Held {
  readonly documents: Documents;
  readonly lease: Lease;
  readonly board: Board;
  readonly wish: Wish;
}

/** The deployment that the lock names; in progress if its runner died before it ended. */
const readLast = async ({
  documents,
  lease: { deployment },
  wish,
}: Held): Promise<Stored<DeploymentRecord> | undefined> =>
  deployment === 0
    ? undefined
    : documents.read(keys.deployment(wish.environment, deployment), deploymentRecord);

/** Continues it; or undoes it when another version is asked for by name. Undefined: the way is free for a new one. */
async function finishUnfinished(
  context: Context,
  held: Held,
  found: Stored<DeploymentRecord>,
): Promise<DeploymentRecord | undefined> {
  const { number, target, startedBy } = found.value;
  const { environment, version, versionIsExplicit } = held.wish;
  const isOther = versionIsExplicit && version.label !== target.versionLabel;
  held.board.line(
    `${displayName(environment)}: deployment ${number} of ${target.versionLabel} by ${startedBy} was interrupted; ${
      isOther || isReturning(found.value) ? 'undoing' : 'continuing'
    } it.`,
  );
  const record = await perform(context, held, found, async (run) => {
    await run.journal.takeOver(run.lease.fencingToken);
    if (isOther && !isReturning(run.journal.record)) await turnBack(run, `superseded by ${version.label}`);
  });
  const isOver = !isOther || record.status === 'RollbackFailed';
  return isOver ? record : undefined;
}

async function beginNew(context: Context, held: Held, number: number): Promise<DeploymentRecord> {
  const { documents, lease, wish } = held;
  const plan = await planFor(context, wish);
  const from = plan.previous ? `${plan.previous.versionLabel} →` : 'first version';
  held.board.line(`${displayName(plan.environment)}: ${from} ${plan.target.versionLabel}`);
  await lease.begin(number, `deployment ${number} of ${plan.target.versionLabel}`);
  const record = openRecord(plan, {
    number,
    fencingToken: lease.fencingToken,
    startedBy: context.user,
    startedAt: isoTime(context.clock.now()),
  });
  return perform(context, held, await documents.create(keys.deployment(plan.environment, number), record));
}

async function perform(
  context: Context,
  { documents, lease, board, wish: { environment } }: Held,
  record: Stored<DeploymentRecord>,
  first: (run: Run) => Promise<void> = () => Promise.resolve(),
): Promise<DeploymentRecord> {
  const { clients, clock } = context;
  const name = nameOf(environment);
  const { slot, number } = record.value;
  const events = createEventLog(clients.logs, name, number, clock);
  const run: Run = {
    environment,
    fleet: createFleet(clients, documents, environment, slot),
    journal: openJournal(documents, name, record, clock),
    pointers: createPointers(documents, name, slot),
    lease,
    events,
    clock,
    board,
  };
  try {
    await first(run);
    return await runDeployment(run, context.signal, context.user);
  } catch (error) {
    throw error instanceof UserError ? error : stoppedInTheMiddle(run, error);
  } finally {
    await warnAboutEvents(context, events);
  }
}

/** Not even the record could be written: what is true is on the instances, and the next command finds out. */
function stoppedInTheMiddle({ environment, journal: { record } }: Run, cause: unknown): UserError {
  const target = displayName(environment);
  return new UserError(
    `Deployment ${record.number} of ${record.target.versionLabel} to ${target} stopped in the middle: ${(cause as Error).message}`,
    {
      exitCode: exitCodes.notRolledBack,
      now: ['Its record is kept, and whatever has begun on an instance ends by itself.'],
      next: `beanpole deploy ${target}   (continues it)`,
      cause,
    },
  );
}

async function warnAboutEvents({ ui }: Context, events: FlushableEventLog): Promise<void> {
  const failure = await events.flush();
  if (failure !== undefined) ui.warn(`The event log could not be written: ${failure}`);
}
