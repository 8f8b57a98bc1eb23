import { displayName, type Slot } from '../../model/names.ts';
import type {
  DeploymentTask,
  EnvironmentDescriptor,
  Event,
  InstanceResult,
  SlotPointer,
} from '../../model/schemas.ts';
import type { Clock } from '../clock.ts';
import type { Board } from '../ui/board.ts';
import type { Fleet } from './fleet.ts';
import type { Group } from './group.ts';
import type { Journal } from './journal.ts';
import type { Lease } from './lock.ts';
import type { Alarms, Traffic } from './traffic.ts';

/** `current.json`, as far as a deployment moves it. */
export interface Pointers {
  /** Points a slot to a version, or to none. */
  move(slot: Slot, pointer: SlotPointer | null): Promise<void>;
  /** Which slot the environment is. */
  activate(slot: Slot): Promise<void>;
}

/** Writes to the environment's event log; never fails. */
export interface EventLog {
  write(event: Pick<Event, 'severity' | 'message'> & { readonly instanceId?: string }): void;
}

/** One deployment under way, and all that its steps may touch. */
export interface Run {
  readonly environment: EnvironmentDescriptor;
  readonly fleets: Readonly<Record<Slot, Fleet>>;
  readonly groups: Readonly<Record<Slot, Group>>;
  readonly traffic: Traffic;
  readonly alarms: Alarms;
  readonly journal: Journal;
  readonly pointers: Pointers;
  readonly lease: Lease;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly board: Board;
}

/** The step that is being done: its id in the record, and its task. */
export interface Doing<A extends DeploymentTask['action']> {
  readonly id: string;
  readonly task: Extract<DeploymentTask, { action: A }>;
}

/** Does a step; may be done again by a runner that takes over. */
export type Perform<A extends DeploymentTask['action']> = (
  run: Run,
  doing: Doing<A>,
  signal: AbortSignal,
) => Promise<void>;

/** A step that did not do what it is for; the deployment turns back. */
export class StepFailedError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'StepFailedError';
  }
}

/** Throws for the first instance that did not get there, and says how many did. */
export function requireDeployed(results: readonly InstanceResult[]): void {
  const failed = results.filter(({ outcome }) => outcome !== 'Deployed');
  const [first] = failed;
  if (!first) return;
  const others = failed.length > 1 ? ` (and ${failed.length - 1} more of ${results.length})` : '';
  throw new StepFailedError(`${first.instanceId}: ${first.reason ?? first.outcome}${others}`);
}

export const deadlineOf = ({ environment, clock }: Run): number =>
  clock.now() + environment.deploymentTimeoutSeconds * 1000;

/** A new instance boots, and on some images installs packages, before it deploys. */
const bootSeconds = 600;

export const bootDeadlineOf = (run: Run): number => deadlineOf(run) + bootSeconds * 1000;

/** Several deployments share a board: rows are told apart by the environment's name. */
export const rowKey = ({ environment }: Run, what: string): string => `${displayName(environment)} ${what}`;

/** A twentieth of the time that has gone by, so that no wait is noticed much later than it is over; at most a second. */
export const pollMilliseconds = (poll: number): number => Math.min(1000, Math.round(100 * 1.05 ** poll));
