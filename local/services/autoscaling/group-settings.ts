import type {
  CreateAutoScalingGroupCommandInput,
  LaunchTemplateSpecification,
  UpdateAutoScalingGroupCommandInput,
} from '@aws-sdk/client-auto-scaling';
import { AwsError } from '../../endpoint/service.ts';
import { accept, invalid, unsupported } from './errors.ts';
import type { Neighbours } from './neighbours.ts';
import { checkedMixed } from './mixed-policy.ts';
import type { GroupRow, SubnetRow, TemplateRow } from './state.ts';
import { terminationPolicies } from './termination.ts';

type Settings = CreateAutoScalingGroupCommandInput | UpdateAutoScalingGroupCommandInput;

const members = [
  ...[
    'AutoScalingGroupName',
    'LaunchTemplate',
    'MixedInstancesPolicy',
    'MinSize',
    'MaxSize',
    'DesiredCapacity',
    'DesiredCapacityType',
  ],
  ...[
    'VPCZoneIdentifier',
    'AvailabilityZones',
    'HealthCheckType',
    'HealthCheckGracePeriod',
    'DefaultCooldown',
  ],
  ...[
    'DefaultInstanceWarmup',
    'TerminationPolicies',
    'NewInstancesProtectedFromScaleIn',
    'DeletionProtection',
  ],
  ...['MaxInstanceLifetime', 'ServiceLinkedRoleARN', 'AvailabilityZoneDistribution'],
  ...['CapacityRebalance', 'InstanceMaintenancePolicy'],
];
const atCreation = ['Tags', 'TargetGroupARNs', 'TrafficSources', 'LifecycleHookSpecificationList'];

/** Refuses what this cloud cannot do: classic load balancers, launch configurations, … */
export function checkSettings(input: Settings, isCreation: boolean): void {
  const { AvailabilityZoneDistribution: distribution, ...rest } = input;
  accept(rest, isCreation ? [...members, ...atCreation] : members);
  if ((distribution?.CapacityDistributionStrategy ?? 'balanced-best-effort') !== 'balanced-best-effort')
    throw unsupported('AvailabilityZoneDistribution balanced-only');
  const lifetime = input.MaxInstanceLifetime ?? 0;
  if (lifetime !== 0 && (lifetime < 86_400 || lifetime > 31_536_000))
    throw invalid(`Max instance lifetime ${lifetime} is not between 86400 and 31536000 seconds.`);
  if (input.LaunchTemplate && input.MixedInstancesPolicy)
    throw invalid(
      'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
    );
  if ((input.DesiredCapacityType ?? 'units') !== 'units') throw unsupported('DesiredCapacityType');
  if (input.ServiceLinkedRoleARN?.endsWith('/AWSServiceRoleForAutoScaling') === false)
    throw unsupported('Another service-linked role');
  for (const policy of input.TerminationPolicies ?? [])
    if (!terminationPolicies.some((known) => known === policy))
      throw unsupported(`Termination policy ${policy}`);
}

/** Settings that are kept as given, with AWS's defaults on creation. */
export function plainSettings(input: Settings, before?: GroupRow): Partial<GroupRow> {
  const maintenance = checkedMaintenance(input.InstanceMaintenancePolicy, before);
  const lifetime = input.MaxInstanceLifetime ?? before?.maxInstanceLifetime ?? 0;
  const mixed = mixedOf(input, before);
  const warmup = input.DefaultInstanceWarmup ?? before?.defaultInstanceWarmup;
  const policies = input.TerminationPolicies?.length
    ? input.TerminationPolicies
    : before?.terminationPolicies;
  return {
    healthCheckType: checkedHealthCheck(input.HealthCheckType) ?? before?.healthCheckType ?? 'EC2',
    healthCheckGracePeriod: input.HealthCheckGracePeriod ?? before?.healthCheckGracePeriod ?? 0,
    defaultCooldown: input.DefaultCooldown ?? before?.defaultCooldown ?? 300,
    terminationPolicies: policies ?? ['Default'],
    newInstancesProtected: input.NewInstancesProtectedFromScaleIn ?? before?.newInstancesProtected ?? false,
    deletionProtection: input.DeletionProtection ?? before?.deletionProtection ?? 'none',
    capacityRebalance: input.CapacityRebalance ?? before?.capacityRebalance ?? false,
    ...(warmup !== undefined && warmup >= 0 && { defaultInstanceWarmup: warmup }),
    ...(lifetime > 0 && { maxInstanceLifetime: lifetime }),
    ...(maintenance && { maintenance }),
    ...(mixed && { mixed }),
  };
}

/** Two settings that need each other; -1 for both takes the policy away. */
function checkedMaintenance(
  policy: Settings['InstanceMaintenancePolicy'],
  before: GroupRow | undefined,
): GroupRow['maintenance'] {
  if (!policy) return before?.maintenance;
  const { MinHealthyPercentage: min, MaxHealthyPercentage: max } = policy;
  if (min === -1 && max === -1) return undefined;
  if (min === undefined || max === undefined)
    throw invalid('MinHealthyPercentage and MaxHealthyPercentage must be given both.');
  if (min < 0 || min > 100 || max < 100 || max > 200 || max - min > 100)
    throw invalid(
      `Healthy percentages ${min} and ${max} are not valid: the minimum is 0 to 100, the maximum 100 to 200, and they are at most 100 apart.`,
    );
  return { minHealthyPercentage: min, maxHealthyPercentage: max };
}

/** A launch template of its own takes the place of a mixed instances policy. */
function mixedOf(input: Settings, before: GroupRow | undefined): GroupRow['mixed'] {
  if (input.MixedInstancesPolicy) return checkedMixed(input.MixedInstancesPolicy, before?.mixed);
  return input.LaunchTemplate ? undefined : before?.mixed;
}

function checkedHealthCheck(type: string | undefined): string | undefined {
  if (type === undefined) return undefined;
  const unknown = type.split(',').find((kind) => kind !== 'EC2' && kind !== 'ELB');
  if (unknown !== undefined) throw unsupported(`Health check type ${unknown}`);
  return type;
}

/** Refuses a template that EC2 would launch no instance from. */
export async function checkLaunch(
  neighbours: Neighbours,
  template: TemplateRow,
  [subnet]: readonly SubnetRow[],
  mixed: GroupRow['mixed'],
): Promise<void> {
  if (!subnet) return;
  const types = mixed?.instanceTypes.length ? mixed.instanceTypes : [undefined];
  for (const type of types)
    await valid('launch template', () => neighbours.checkLaunch(template, subnet.id, type));
}

/** The template as it is named, once it is known to be there and to say what to launch. */
export async function checkedTemplate(
  neighbours: Neighbours,
  wanted: LaunchTemplateSpecification | undefined,
): Promise<TemplateRow> {
  if (!wanted)
    throw invalid(
      'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
    );
  const version = wanted.Version ?? '$Default';
  const found = await valid('launch template', () =>
    neighbours.templateVersion({ id: wanted.LaunchTemplateId, name: wanted.LaunchTemplateName, version }),
  );
  if (found.LaunchTemplateData?.ImageId === undefined)
    throw invalid(
      'You must use a valid fully-formed launch template. The request must contain the parameter ImageId',
    );
  return { id: found.LaunchTemplateId ?? '', name: found.LaunchTemplateName ?? '', version };
}

/** The group's subnets with their zones. */
export async function checkedSubnets(
  neighbours: Neighbours,
  { VPCZoneIdentifier: identifier, AvailabilityZones: zones }: Settings,
): Promise<readonly SubnetRow[]> {
  const ids = (identifier ?? '')
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  if (!ids.length) throw invalid('No default VPC for this user. Name subnets in VPCZoneIdentifier.');
  const subnets = await valid('subnet', () => neighbours.subnets(ids));
  const foreign = zones?.find((zone) => !subnets.some((subnet) => subnet.zone === zone));
  if (foreign !== undefined)
    throw invalid(
      `The availability zones of the specified subnets and the Auto Scaling group do not match: ${foreign}`,
    );
  return subnets;
}

async function valid<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalid(`You must use a valid fully-formed ${what}. ${error.message}`);
  }
}
