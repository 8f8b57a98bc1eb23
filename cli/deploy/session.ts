import { displayName, keys } from '../../model/names.ts';
import { deploymentRecord, type DeploymentRecord, type EnvironmentDescriptor } from '../../model/schemas.ts';
import { createDocuments, type Documents, type Stored } from '../aws/documents.ts';
import type { Context } from '../context.ts';
import { nameOf } from '../environments.ts';
import { exitCodes, UserError } from '../errors.ts';
import type { Board } from '../ui/board.ts';
import { watchForAbort } from './abort-request.ts';
import { createFleet } from './aws-fleet.ts';
import { createGroup } from './aws-group.ts';
import { createAlarms, createTraffic } from './aws-traffic.ts';
import { createEventLog, type FlushableEventLog } from './event-log.ts';
import { openJournal } from './journal.ts';
import { acquireLock, LockLostError, waitForLock, type Lease } from './lock.ts';
import { waysOn } from './outcome.ts';
import { createPointers } from './pointers.ts';
import type { Run } from './run.ts';
import { runDeployment } from './runner.ts';

/** An environment that this command has locked. */
export interface Session {
  readonly environment: EnvironmentDescriptor;
  readonly documents: Documents;
  readonly lease: Lease;
  readonly board: Board;
}

export interface SessionRequest {
  readonly environment: EnvironmentDescriptor;
  /** Told to whoever wants the lock meanwhile. */
  readonly reason: string;
  readonly board: Board;
  /** Waits until whoever holds the lock has released it, instead of refusing. */
  readonly waits?: boolean | undefined;
}

/** Locks the environment for some work, and frees it whatever happens. */
export async function withLock<T>(
  context: Context,
  { environment, reason, board, waits = false }: SessionRequest,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { clock, signal } = context;
  const documents = createDocuments(context.clients.s3, environment.bucket);
  const holder = `${context.user}, process ${process.pid}`;
  const request = { documents, name: nameOf(environment), holder, reason, clock };
  const lease = waits ? await waitForLock(request, board, signal) : await acquireLock(request);
  try {
    return await work({ environment, documents, lease, board });
  } finally {
    await lease.release();
  }
}

/** The deployment that the lock names; in progress if its runner died before it ended. */
export const readLast = async ({
  documents,
  lease: { deployment },
  environment,
}: Session): Promise<Stored<DeploymentRecord> | undefined> =>
  deployment === 0 ? undefined : documents.read(keys.deployment(environment, deployment), deploymentRecord);

/** Advances a record to its end; `first` may turn it back before that. */
export async function performRecord(
  context: Context,
  { documents, lease, board, environment }: Session,
  record: Stored<DeploymentRecord>,
  first: (run: Run) => Promise<void> = () => Promise.resolve(),
): Promise<DeploymentRecord> {
  const { clients, clock } = context;
  const name = nameOf(environment);
  const { timeoutSeconds = environment.deploymentTimeoutSeconds } = record.value.options;
  const events = createEventLog(clients.logs, name, { deployment: record.value.number }, clock);
  const run: Run = {
    environment: { ...environment, deploymentTimeoutSeconds: timeoutSeconds },
    fleets: {
      blue: createFleet(clients, documents, environment, 'blue'),
      green: createFleet(clients, documents, environment, 'green'),
    },
    groups: {
      blue: createGroup(clients, environment, 'blue'),
      green: createGroup(clients, environment, 'green'),
    },
    traffic: createTraffic(clients, environment),
    alarms: createAlarms(clients),
    journal: openJournal(documents, name, record, clock),
    pointers: createPointers(documents, name),
    lease,
    events,
    clock,
    board,
  };
  const abort = watchForAbort(documents, keys.abortRequest(name, record.value.number), clock);
  try {
    await first(run);
    return await runDeployment(run, AbortSignal.any([context.signal, abort.signal]), context.user);
  } catch (error) {
    throw error instanceof LockLostError ? error : stoppedInTheMiddle(run, error);
  } finally {
    abort.stop();
    await warnAboutEvents(context, events);
  }
}

/** Not even the record could be written: what is true is on the instances, and the next command finds out. */
function stoppedInTheMiddle({ environment, journal: { record } }: Run, cause: unknown): UserError {
  const target = displayName(environment);
  const { resume, abort } = waysOn(record, target);
  return new UserError(
    `Deployment ${record.number} of ${record.target.versionLabel} to ${target} stopped in the middle: ${(cause as Error).message}`,
    {
      exitCode: exitCodes.notRolledBack,
      now: [
        'Its record is kept, and whatever has begun on an instance ends by itself.',
        ...(cause instanceof UserError && cause.next !== undefined
          ? [`What may help first: ${cause.next}`]
          : []),
      ],
      next: `beanpole resume ${target}   (${abort === undefined ? resume : `${resume}; ${abort}`})`,
      cause,
    },
  );
}

async function warnAboutEvents({ ui }: Context, events: FlushableEventLog): Promise<void> {
  const failure = await events.flush();
  if (failure !== undefined) ui.warn(`The event log could not be written: ${failure}`);
}
