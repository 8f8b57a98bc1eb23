import { keys, type EnvironmentName } from '../../model/names.ts';
import type {
  DeploymentRecord,
  DeploymentStatus,
  DeploymentStep,
  InstanceResult,
} from '../../model/schemas.ts';
import { ConflictError, type Documents, type Stored } from '../aws/documents.ts';
import { isoTime, type Clock } from '../clock.ts';
import { LockLostError } from './lock.ts';
import { isReturnStep, pendingStep, planReturn } from './plan.ts';

/** The deployment record, written before each step, so that anyone can show, resume or undo the deployment. */
export interface Journal {
  readonly record: DeploymentRecord;
  begin(step: string): Promise<void>;
  /** Notes the effect in flight, so that a second runner joins it instead of repeating it. */
  inFlight(step: string, commandId: string): Promise<void>;
  done(step: string): Promise<void>;
  results(results: readonly InstanceResult[]): Promise<void>;
  /** The way back begins: why, with which fencing token, by which steps. */
  turnBack(reason: string, fencingToken: number): Promise<void>;
  /** A new runner has taken over. */
  takeOver(fencingToken: number): Promise<void>;
  end(status: DeploymentStatus, reason?: string): Promise<void>;
}

export function openJournal(
  documents: Documents,
  name: EnvironmentName,
  first: Stored<DeploymentRecord>,
  clock: Clock,
): Journal {
  let stored = first;
  const key = keys.deployment(name, first.value.number);
  const now = () => isoTime(clock.now());
  const write = async (changes: Partial<DeploymentRecord>) => {
    stored = await documents
      .replace(key, { ...stored.value, ...changes }, stored.etag)
      .catch((error: unknown) => {
        throw error instanceof ConflictError
          ? new LockLostError(name, 'another command goes on with the deployment')
          : error;
      });
  };
  const writeStep = (id: string, changes: Partial<DeploymentStep>) =>
    write({ steps: stored.value.steps.map((step) => (step.id === id ? { ...step, ...changes } : step)) });
  return {
    get record() {
      return stored.value;
    },
    begin: (id) => writeStep(id, { status: 'InProgress', startedAt: now() }),
    inFlight: (id, commandId) => writeStep(id, { commandId }),
    done: (id) => writeStep(id, { status: 'Done', endedAt: now() }),
    results: (results) => write({ instances: mergeResults(stored.value.instances, results) }),
    turnBack: (reason, fencingToken) => write(turnedBack(stored.value, reason, fencingToken, now())),
    takeOver: (fencingToken) => write({ fencingToken }),
    end: (status, reason) =>
      write({
        status,
        endedAt: now(),
        ...(reason !== undefined && { reason }),
        ...(status === 'RolledBack' || status === 'Aborted' ? { steps: undone(stored.value.steps) } : {}),
      }),
  };
}

/** The newest result of each instance. */
export function mergeResults(
  before: readonly InstanceResult[],
  results: readonly InstanceResult[],
): InstanceResult[] {
  const merged = new Map(before.map((result) => [result.instanceId, result]));
  for (const result of results) merged.set(result.instanceId, result);
  return [...merged.values()];
}

function turnedBack(
  record: DeploymentRecord,
  reason: string,
  fencingToken: number,
  at: string,
): Partial<DeploymentRecord> {
  const forward = record.steps.map((step) =>
    step.status === 'InProgress' ? { ...step, status: 'Failed' as const, endedAt: at } : step,
  );
  return { reason, fencingToken, steps: [...forward, ...planReturn(record).map(pendingStep)] };
}

const undone = (steps: readonly DeploymentStep[]): DeploymentStep[] =>
  steps.map((step) => (step.status === 'Done' && !isReturnStep(step) ? { ...step, status: 'Undone' } : step));
