import { displayName } from '../../model/names.ts';
import type { DeploymentRecord, DeploymentStatus, DeploymentStep } from '../../model/schemas.ts';
import { InterruptedError } from '../errors.ts';
import { LockLostError } from './lock.ts';
import { isPastReturn, isReturning, isReturnStep } from './plan.ts';
import { rowKey, StepFailedError, type Run } from './run.ts';
import { perform } from './steps/index.ts';

/** Begins the reason of a deployment that a person has ended. */
export const interruptedBy = 'interrupted by ';
export const abortedBy = 'aborted by ';

/** Somebody has asked for the deployment to be undone. */
export class AbortRequestedError extends Error {
  constructor(who: string) {
    super(`${abortedBy}${who}`);
    this.name = 'AbortRequestedError';
  }
}

/** Advances the record to its end: through its steps, or back when one fails or somebody ends it. */
export async function runDeployment(
  run: Run,
  interrupt: AbortSignal,
  user: string,
): Promise<DeploymentRecord> {
  const { lost } = run.lease;
  if (!isReturning(run.journal.record)) {
    try {
      await performSteps(run, interrupt);
      return await finish(run, 'Succeeded');
    } catch (error) {
      if (lost.aborted) throw lost.reason;
      // Past its point of no return nothing is undone: the record stays as it is, and the next command goes on.
      if (error instanceof LockLostError || isPastReturn(run.journal.record)) throw error;
      await turnBack(run, error instanceof InterruptedError ? `${interruptedBy}${user}` : reasonOf(error));
    }
  }
  return goBack(run);
}

/** Steps that are still to be done, each recorded before it begins. */
async function performSteps(run: Run, interrupt?: AbortSignal): Promise<void> {
  for (const step of openSteps(run.journal.record)) {
    const { id, sentence } = step;
    const mayStop = interrupt && !step.isPointOfNoReturn && !isPastReturn(run.journal.record);
    const signal = mayStop ? AbortSignal.any([interrupt, run.lease.lost]) : run.lease.lost;
    signal.throwIfAborted();
    await run.journal.begin(id);
    run.events.write({ severity: 'INFO', message: sentence });
    const row = [
      rowKey(run, `step ${id}`),
      `${displayName(run.environment)} ${placeOf(run, id)}: ${sentence}`,
    ] as const;
    run.board.row(...row);
    await perform(run, step, signal).catch((error: unknown) => {
      run.board.row(...row, 'failed');
      throw error;
    });
    await run.journal.done(id);
    run.board.row(...row, 'done');
  }
}

/** `2/5`: which step of the way, forward or back. */
function placeOf({ journal: { record } }: Run, id: string): string {
  const way = record.steps.filter((step) => isReturnStep(step) === isReturning(record));
  return `${way.findIndex((step) => step.id === id) + 1}/${way.length}`;
}

/** Once the deployment goes back, only the steps of the way back are left. */
const openSteps = (record: DeploymentRecord): DeploymentStep[] =>
  record.steps.filter(
    (step) =>
      (step.status === 'Pending' || step.status === 'InProgress') &&
      isReturnStep(step) === isReturning(record),
  );

/** From here on the deployment only goes back; the higher token makes instances refuse what is in flight. */
export async function turnBack(run: Run, reason: string): Promise<void> {
  const { record } = run.journal;
  const { previous } = record;
  const inFlight = record.steps.filter(
    ({ status, commandId }) => status === 'InProgress' && commandId !== undefined,
  );
  await run.journal.turnBack(reason, await run.lease.fence());
  for (const { commandId = '', task } of inFlight)
    await run.fleets[task.slot].cancel(commandId).catch(() => undefined);
  const why = reason.replace(/\.$/, '');
  const where = previous
    ? `going back to ${previous.versionLabel}`
    : 'there is no earlier version to go back to';
  run.events.write({
    severity: 'ERROR',
    message: `Deployment ${record.number} of ${record.target.versionLabel} failed: ${why}; ${where}.`,
  });
  run.board.line(`${displayName(run.environment)}: ${why}; ${where}.`);
}

async function goBack(run: Run): Promise<DeploymentRecord> {
  const { record } = run.journal;
  const reason = record.reason ?? 'interrupted';
  try {
    await performSteps(run);
  } catch (error) {
    if (run.lease.lost.aborted) throw run.lease.lost.reason;
    // AWS does not answer, or the like: nothing is decided, and the next command goes on with the way back.
    if (!(error instanceof StepFailedError)) throw error;
    await letAutoScalingGoOn(run);
    return finish(run, 'RollbackFailed', `${reason}; then, on the way back: ${error.message}`);
  }
  return finish(run, endOf(run.journal.record, reason));
}

/** Whatever else could not be undone: no process of Auto Scaling stays suspended. */
async function letAutoScalingGoOn(run: Run): Promise<void> {
  for (const step of openSteps(run.journal.record))
    if (step.task.action === 'ResumeProcesses') await perform(run, step, run.lease.lost);
}

function endOf(record: DeploymentRecord, reason: string): DeploymentStatus {
  const switched = record.instances.some(({ outcome }) => outcome === 'Deployed');
  if (!record.previous && switched) return 'RollbackFailed';
  if (reason.startsWith(interruptedBy) || reason.startsWith(abortedBy)) return 'Aborted';
  return record.previous ? 'RolledBack' : 'Failed';
}

async function finish(run: Run, status: DeploymentStatus, reason?: string): Promise<DeploymentRecord> {
  await run.journal.end(status, reason);
  const { record } = run.journal;
  run.events.write({
    severity: status === 'Succeeded' ? 'INFO' : 'ERROR',
    message: `Deployment ${record.number} of ${record.target.versionLabel}: ${status}.`,
  });
  return record;
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
