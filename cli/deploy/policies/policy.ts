import type { Slot } from '../../../model/names.ts';
import type {
  DeploymentOptions,
  DeploymentPolicy,
  DeploymentStep,
  DeploymentTask,
  EnvironmentDescriptor,
} from '../../../model/schemas.ts';
import type { GroupState } from '../group.ts';

/** A step as it is planned: what it does in a sentence and as data, and what takes it back. */
export interface PlannedStep extends Pick<DeploymentStep, 'id' | 'sentence' | 'task'> {
  readonly undo?: { readonly id: string; readonly sentence: string; readonly task: DeploymentTask };
  /** Why nothing takes it back; told where there is no `undo`. */
  readonly withoutUndo?: string;
  readonly isPointOfNoReturn?: true;
}

/** All that a policy decides by. */
export interface PolicyInput {
  readonly environment: Pick<EnvironmentDescriptor, 'stack' | 'environment' | 'tier' | 'type' | 'slots'>;
  readonly options: DeploymentOptions;
  /** The version to deploy. */
  readonly label: string;
  /** The version that runs; undefined before the first deployment. */
  readonly previous: string | undefined;
  readonly active: Slot;
  readonly groups: Readonly<Record<Slot, GroupState>>;
}

export interface Policy {
  readonly name: DeploymentPolicy;
  /** In place: the same instances before and after. Otherwise the idle slot takes over. */
  readonly isInPlace: boolean;
  /** Why an environment cannot be deployed to like this; undefined: it can. */
  refusal(environment: PolicyInput['environment']): string | undefined;
  steps(input: PolicyInput): PlannedStep[];
}

export const otherSlot = (slot: Slot): Slot => (slot === 'blue' ? 'green' : 'blue');

export const hasLoadBalancer = ({ slots }: PolicyInput['environment']): boolean =>
  slots.blue.targetGroupArn !== undefined;

/** A web server without a load balancer is reached by its Elastic IP. */
export const hasElasticIp = ({ tier, slots }: PolicyInput['environment']): boolean =>
  tier === 'WebServer' && slots.blue.targetGroupArn === undefined;
