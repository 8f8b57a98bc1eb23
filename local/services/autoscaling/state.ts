import type {
  LifecycleState,
  StepAdjustment,
  TargetTrackingConfiguration,
} from '@aws-sdk/client-auto-scaling';
import type { Collection, Store } from '../../store.ts';
import type { AdjustmentType } from './adjustment.ts';

/** Auto Scaling's state: plain values. Times are milliseconds since 1970. */

export interface TemplateRow {
  readonly id: string;
  readonly name: string;
  /** As given for a group (`$Latest`, `3`), the number for an instance. */
  readonly version: string;
}

export interface TagRow {
  readonly key: string;
  readonly value: string;
  readonly propagateAtLaunch: boolean;
}

export interface SubnetRow {
  readonly id: string;
  readonly zone: string;
}

export interface BackoffRow {
  readonly failures: number;
  readonly until: number;
  /** Where the last launch failed: the next one tries another zone first. */
  readonly zone: string;
}

/** Several instance types, on demand and on the spot market. */
export interface MixedRow {
  /** In order of priority; empty: the template's own. */
  readonly instanceTypes: readonly string[];
  readonly onDemandStrategy: string;
  readonly onDemandBase: number;
  /** Of what is above the base. */
  readonly onDemandPercentage: number;
  readonly spotStrategy: string;
  /** Absent: the on-demand price. */
  readonly spotMaxPrice?: string;
}

export interface GroupRow {
  readonly name: string;
  readonly arn: string;
  readonly minSize: number;
  readonly maxSize: number;
  readonly desiredCapacity: number;
  readonly template: TemplateRow;
  readonly subnets: readonly SubnetRow[];
  readonly targetGroupArns: readonly string[];
  readonly healthCheckType: string;
  readonly healthCheckGracePeriod: number;
  readonly defaultCooldown: number;
  readonly defaultInstanceWarmup?: number;
  readonly terminationPolicies: readonly string[];
  readonly newInstancesProtected: boolean;
  readonly deletionProtection: 'none' | 'prevent-force-deletion' | 'prevent-all-deletion';
  readonly tags: readonly TagRow[];
  readonly suspended: readonly string[];
  readonly createdAt: number;
  readonly isDeleting: boolean;
  readonly mixed?: MixedRow;
  /** Spot instances that may be interrupted are replaced ahead of it. */
  readonly capacityRebalance?: boolean;
  /** Bounds of the instances that serve while some are replaced, as percentages of the desired capacity. */
  readonly maintenance?: { readonly minHealthyPercentage: number; readonly maxHealthyPercentage: number };
  /** In seconds. */
  readonly maxInstanceLifetime?: number;
  readonly enabledMetrics?: readonly string[];
  /** When a policy last changed the desired capacity. */
  readonly scaledAt?: number;
  /** What last changed the desired capacity, in the words of an activity's cause. */
  readonly change?: string;
  readonly backoff?: BackoffRow;
}

/** One lifecycle action: an instance waiting for one hook. */
export interface WaitRow {
  readonly hookName: string;
  readonly token: string;
  readonly deadline: number;
  /** Heartbeats do not extend beyond it. */
  readonly limit: number;
  readonly heartbeatTimeout: number;
  readonly defaultResult: HookResult;
  readonly result?: HookResult;
  readonly isTimedOut?: boolean;
}

export type HookResult = 'CONTINUE' | 'ABANDON';

export interface InstanceRow {
  readonly id: string;
  readonly groupName: string;
  readonly zone: string;
  readonly instanceType: string;
  readonly imageId: string;
  /** Absent for attached instances. */
  readonly template?: TemplateRow;
  readonly state: LifecycleState;
  readonly isHealthy: boolean;
  readonly unhealthyBecause?: string;
  readonly isProtected: boolean;
  readonly createdAt: number;
  readonly inServiceAt?: number;
  /** Of the spot market. */
  readonly isSpot?: boolean;
  /** Launched before another one goes: not counted before it serves. */
  readonly isExtra: boolean;
  /** Hooks apply to instances that a launch made, not to attached ones or those back from standby. */
  readonly skipsLaunchHooks: boolean;
  /** A forced deletion waits neither for hooks nor for draining. */
  readonly isForced: boolean;
  readonly registeredWith: readonly string[];
  readonly deregisteredFrom: readonly string[];
  readonly waits: readonly WaitRow[];
  /** The activity under way. */
  readonly activityId?: string;
}

/** A launch that was decided; it is repeated with the same token until EC2 has answered. */
export interface LaunchRow {
  readonly token: string;
  readonly groupName: string;
  readonly subnet: SubnetRow;
  readonly isExtra: boolean;
  readonly isSpot?: boolean;
  readonly activityId: string;
  readonly template?: TemplateRow;
  /** Of a mixed group. */
  readonly instanceType?: string;
}

export interface HookRow {
  readonly name: string;
  readonly groupName: string;
  readonly transition: 'autoscaling:EC2_INSTANCE_LAUNCHING' | 'autoscaling:EC2_INSTANCE_TERMINATING';
  readonly heartbeatTimeout: number;
  readonly defaultResult: HookResult;
  readonly metadata?: string;
}

export interface PolicyRow {
  readonly arn: string;
  readonly name: string;
  readonly groupName: string;
  readonly type: 'SimpleScaling' | 'StepScaling' | 'TargetTrackingScaling';
  readonly isEnabled: boolean;
  readonly adjustmentType?: AdjustmentType;
  readonly adjustment?: number;
  readonly minMagnitude?: number;
  readonly cooldownSeconds?: number;
  readonly warmupSeconds?: number;
  readonly aggregation?: string;
  readonly steps?: readonly StepAdjustment[];
  readonly tracking?: TargetTrackingConfiguration;
  /** Names of the alarms that a target tracking policy made; without `low` it never scales in. */
  readonly alarms?: { readonly high: string; readonly low?: string };
}

export interface ScheduledRow {
  readonly arn: string;
  readonly name: string;
  readonly groupName: string;
  readonly startsAt?: number;
  readonly endsAt?: number;
  /** Cron, five fields. */
  readonly recurrence?: string;
  readonly timeZone?: string;
  readonly minSize?: number;
  readonly maxSize?: number;
  readonly desiredCapacity?: number;
  readonly nextAt?: number;
}

export interface ActivityRow {
  readonly id: string;
  readonly groupName: string;
  readonly groupArn: string;
  readonly description: string;
  readonly cause: string;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly status: 'InProgress' | 'PreInService' | 'Successful' | 'Failed' | 'Cancelled';
  readonly statusMessage?: string;
  readonly details: string;
}

export interface AutoScalingState {
  readonly groups: Collection<GroupRow>;
  readonly instances: Collection<InstanceRow>;
  readonly launches: Collection<LaunchRow>;
  readonly hooks: Collection<HookRow>;
  readonly policies: Collection<PolicyRow>;
  readonly scheduled: Collection<ScheduledRow>;
  readonly activities: Collection<ActivityRow>;
}

export function openState(store: Store): AutoScalingState {
  return {
    groups: store.collection('autoscaling.groups'),
    instances: store.collection('autoscaling.instances'),
    launches: store.collection('autoscaling.launches'),
    hooks: store.collection('autoscaling.hooks'),
    policies: store.collection('autoscaling.policies'),
    scheduled: store.collection('autoscaling.scheduled'),
    activities: store.collection('autoscaling.activities'),
  };
}

export const instancesOf = ({ instances }: AutoScalingState, groupName: string): InstanceRow[] =>
  [...instances.values()].filter((row) => row.groupName === groupName);

export const hookKey = (groupName: string, hookName: string): string => `${groupName}/${hookName}`;
export const policyKey = (groupName: string, policyName: string): string => `${groupName}/${policyName}`;
export const scheduledKey = (groupName: string, name: string): string => `${groupName}/${name}`;
