import type { HealthReport, InstanceResult, SlotPointer } from '../../model/schemas.ts';

export interface FleetInstance {
  readonly id: string;
  readonly zone: string;
  /** `Booting`: not in service yet, so it starts what the pointer names. `Leaving`: no longer counts. */
  readonly state: 'Booting' | 'InService' | 'Leaving';
  readonly launchTemplateVersion: string | undefined;
}

/** What the instances are told: run this, as deployment so and so. */
export interface Delivery {
  readonly pointer: SlotPointer;
  readonly deployment: number;
  readonly fencingToken: number;
  readonly timeoutSeconds: number;
  readonly comment: string;
  /** Only what is done once per deployment; nothing switches. */
  readonly stage?: 'release';
}

export interface Invocation {
  readonly instanceId: string;
  /** As Run Command calls it: Pending, In Progress, Success … */
  readonly status: string;
  /** Present when the invocation has ended. */
  readonly result?: InstanceResult;
}

export interface TargetState {
  readonly state: string;
  readonly reason: string | undefined;
}

/** The instances of a slot, and what can be asked of them. */
export interface Fleet {
  list(): Promise<{ readonly instances: readonly FleetInstance[]; readonly desired: number }>;
  /** Sends a command to instances; the answer identifies it. Throws `NotRegisteredError` when one cannot take it yet. */
  send(instanceIds: readonly string[], delivery: Delivery): Promise<string>;
  invocations(commandId: string, delivery: Delivery): Promise<Invocation[]>;
  /** Best effort: what has begun on an instance may go on. */
  cancel(commandId: string): Promise<void>;
  targetHealth(instanceIds: readonly string[]): Promise<Map<string, TargetState>>;
  report(instanceId: string): Promise<HealthReport | undefined>;
}

/** An instance in service has not registered with Systems Manager (yet). */
export class NotRegisteredError extends Error {
  constructor(instanceIds: readonly string[], cause: unknown) {
    super(`${instanceIds.join(', ')}: not registered with Systems Manager`, { cause });
    this.name = 'NotRegisteredError';
  }
}
