import type { DeploymentRecord, DeploymentStatus } from '../../model/schemas.ts';
import { displayName } from '../../model/names.ts';
import { InterruptedError } from '../errors.ts';
import { LockLostError } from './lock.ts';
import { isReturning, type StepId } from './plan.ts';
import { rowKey, type Run } from './run.ts';
import { deployToInstances } from './steps/instances.ts';
import { returnInstances, settle } from './steps/settle.ts';
import { waitForTargetHealth } from './steps/target-health.ts';

type Perform = (run: Run, signal: AbortSignal) => Promise<void>;

/** How each step of a plan is done. Every one may be done again by a runner that takes over. */
const perform: Record<StepId, Perform> = {
  instances: deployToInstances,
  'target-health': waitForTargetHealth,
  pointer: (run) => run.pointers.move(run.journal.record.target),
  settle,
  'return-pointer': (run) => run.pointers.move(run.journal.record.previous),
  'return-instances': returnInstances,
};

/** Begins the reason of a deployment that was aborted by a person. */
const interruptedBy = 'interrupted by ';

/** Advances the record to its end: through its steps, or back when one fails or the user interrupts. */
export async function runDeployment(
  run: Run,
  interrupt: AbortSignal,
  user: string,
): Promise<DeploymentRecord> {
  const { lost } = run.lease;
  if (!isReturning(run.journal.record)) {
    try {
      await performSteps(run, AbortSignal.any([interrupt, lost]));
      return await finish(run, 'Succeeded');
    } catch (error) {
      if (lost.aborted) throw lost.reason;
      if (error instanceof LockLostError) throw error;
      await turnBack(run, error instanceof InterruptedError ? `${interruptedBy}${user}` : reasonOf(error));
    }
  }
  return goBack(run);
}

/** Steps that are still to be done, each recorded before it begins. */
async function performSteps(run: Run, signal: AbortSignal): Promise<void> {
  for (const { id, sentence } of openSteps(run.journal.record)) {
    signal.throwIfAborted();
    await run.journal.begin(id as StepId);
    run.events.write({ severity: 'INFO', message: sentence });
    run.board.row(rowKey(run, `step ${id}`), `${displayName(run.environment)}: ${sentence}`);
    await perform[id as StepId](run, signal).catch((error: unknown) => {
      run.board.row(rowKey(run, `step ${id}`), `${displayName(run.environment)}: ${sentence}`, 'failed');
      throw error;
    });
    await run.journal.done(id as StepId);
    run.board.row(rowKey(run, `step ${id}`), `${displayName(run.environment)}: ${sentence}`, 'done');
  }
}

/** Once the deployment goes back, only the steps of the way back are left. */
const openSteps = (record: DeploymentRecord) =>
  record.steps.filter(
    ({ id, status }) =>
      (status === 'Pending' || status === 'InProgress') && id.startsWith('return-') === isReturning(record),
  );

/** From here on the deployment only goes back; the higher token makes instances refuse what is in flight. */
export async function turnBack(run: Run, reason: string): Promise<void> {
  const { record } = run.journal;
  const { previous } = record;
  const inFlight = record.steps.filter(
    ({ status, commandId }) => status === 'InProgress' && commandId !== undefined,
  );
  await run.journal.turnBack(reason, await run.lease.fence());
  for (const { commandId = '' } of inFlight) await run.fleet.cancel(commandId).catch(() => undefined);
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
    await performSteps(run, run.lease.lost);
  } catch (error) {
    if (run.lease.lost.aborted) throw run.lease.lost.reason;
    return finish(run, 'RollbackFailed', `${reason}; then, on the way back: ${reasonOf(error)}`);
  }
  return finish(run, endOf(run.journal.record, reason));
}

function endOf(record: DeploymentRecord, reason: string): DeploymentStatus {
  const switched = record.instances.some(({ outcome }) => outcome === 'Deployed');
  if (!record.previous && switched) return 'RollbackFailed';
  if (reason.startsWith(interruptedBy)) return 'Aborted';
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

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
