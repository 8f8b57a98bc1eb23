import type { AutoScaling, AutoScalingGroup, UpdateAutoScalingGroupType } from '@aws-sdk/client-auto-scaling';
import type { Properties } from '../../../protocol/values.ts';
import type { Context } from '../../context.ts';
import { regional } from '../../define.ts';
import { isError } from '../../errors.ts';
import { describe, waitForCapacity } from './capacity.ts';
import { seconds } from './duration.ts';
import { setMetrics, setSuspended, setTags, setTargetGroups, strings, toTag } from './group-changes.ts';
import { groupInputs, type Group } from './group-inputs.ts';
import { fromPolicy, toPolicy } from './mixed-instances.ts';

export default regional({
  type: 'aws:autoscaling/group:Group',
  naming: { property: 'name', prefix: 'namePrefix', maximum: 255 },
  inputs: groupInputs,
  check,

  async create(inputs, context) {
    const autoscaling = await context.clients.autoscaling();
    const name = inputs.name ?? '';
    const since = Date.now() - 1000;
    await autoscaling.createAutoScalingGroup({
      ...settings(inputs),
      AutoScalingGroupName: name,
      MinSize: inputs.minSize,
      MaxSize: inputs.maxSize,
      TargetGroupARNs: some(inputs.targetGroupArns),
      Tags: inputs.tags?.map((tag) => toTag(name, tag)),
      LifecycleHookSpecificationList: some(inputs.initialLifecycleHooks)?.map((hook) => ({
        LifecycleHookName: hook.name,
        LifecycleTransition: hook.lifecycleTransition,
        DefaultResult: hook.defaultResult,
        HeartbeatTimeout: hook.heartbeatTimeout,
        NotificationMetadata: hook.notificationMetadata,
        NotificationTargetARN: hook.notificationTargetArn,
        RoleARN: hook.roleArn,
      })),
    });
    context.created(name);
    const suspended = some(inputs.suspendedProcesses);
    if (suspended)
      await autoscaling.suspendProcesses({ AutoScalingGroupName: name, ScalingProcesses: suspended });
    if (some(inputs.enabledMetrics)) await setMetrics(autoscaling, name, [], inputs);
    await waitForCapacity(context, name, inputs, since);
    return name;
  },

  async read(id, context) {
    const group = await describe(context, id);
    return group && fromGroup(group);
  },

  update,
  delete: remove,
});

function check(inputs: Properties) {
  const timeout = inputs.waitForCapacityTimeout;
  const { minSize, maxSize } = inputs as { minSize?: number; maxSize?: number };
  return [
    ...(typeof timeout === 'string' && seconds(timeout) === undefined
      ? [
          {
            property: 'waitForCapacityTimeout',
            reason: `must be a duration such as 10m or 0, not "${timeout}"`,
          },
        ]
      : []),
    ...(typeof minSize === 'number' && typeof maxSize === 'number' && minSize > maxSize
      ? [{ property: 'minSize', reason: `(${minSize}) must not be more than maxSize (${maxSize})` }]
      : []),
    ...ensureOneTemplate(inputs),
  ];
}

/** As the real provider words it. */
function ensureOneTemplate({ launchTemplate, mixedInstancesPolicy }: Properties) {
  const given = [launchTemplate, mixedInstancesPolicy].filter((template) => template !== undefined).length;
  if (given === 1) return [];
  const reason =
    given === 0
      ? 'is required, or mixedInstancesPolicy'
      : 'conflicts with mixedInstancesPolicy: give one of them';
  return [{ property: 'launchTemplate', reason }];
}

const some = <T>(items: readonly T[] | undefined): T[] | undefined =>
  items?.length ? [...items] : undefined;

/** What create and update have in common. */
function settings(inputs: Group): Partial<UpdateAutoScalingGroupType> {
  const { launchTemplate: template, instanceMaintenancePolicy: maintenance } = inputs;
  return {
    DesiredCapacity: inputs.desiredCapacity,
    VPCZoneIdentifier: some(inputs.vpcZoneIdentifiers)?.join(','),
    AvailabilityZones: some(inputs.availabilityZones),
    // AWS takes the id or the name, not both.
    LaunchTemplate: template && {
      ...(template.id ? { LaunchTemplateId: template.id } : { LaunchTemplateName: template.name }),
      Version: template.version,
    },
    MixedInstancesPolicy: inputs.mixedInstancesPolicy && toPolicy(inputs.mixedInstancesPolicy),
    HealthCheckType: inputs.healthCheckType,
    HealthCheckGracePeriod: inputs.healthCheckGracePeriod,
    DefaultCooldown: inputs.defaultCooldown,
    DefaultInstanceWarmup: inputs.defaultInstanceWarmup,
    MaxInstanceLifetime: inputs.maxInstanceLifetime,
    CapacityRebalance: inputs.capacityRebalance,
    NewInstancesProtectedFromScaleIn: inputs.protectFromScaleIn === true ? true : undefined,
    TerminationPolicies: some(inputs.terminationPolicies),
    PlacementGroup: inputs.placementGroup,
    ServiceLinkedRoleARN: inputs.serviceLinkedRoleArn,
    InstanceMaintenancePolicy: maintenance && {
      MinHealthyPercentage: maintenance.minHealthyPercentage,
      MaxHealthyPercentage: maintenance.maxHealthyPercentage,
    },
  };
}

/** Which member of the API carries each property, and what takes a removed property back. */
const members: readonly [property: keyof Group, member: keyof UpdateAutoScalingGroupType, unset?: unknown][] =
  [
    ['desiredCapacity', 'DesiredCapacity'],
    ['vpcZoneIdentifiers', 'VPCZoneIdentifier'],
    ['availabilityZones', 'AvailabilityZones'],
    ['launchTemplate', 'LaunchTemplate'],
    ['mixedInstancesPolicy', 'MixedInstancesPolicy'],
    ['healthCheckType', 'HealthCheckType'],
    ['healthCheckGracePeriod', 'HealthCheckGracePeriod'],
    ['defaultCooldown', 'DefaultCooldown'],
    ['defaultInstanceWarmup', 'DefaultInstanceWarmup', -1],
    ['maxInstanceLifetime', 'MaxInstanceLifetime', 0],
    ['capacityRebalance', 'CapacityRebalance', false],
    ['protectFromScaleIn', 'NewInstancesProtectedFromScaleIn', false],
    ['terminationPolicies', 'TerminationPolicies', ['Default']],
    ['placementGroup', 'PlacementGroup', ''],
    ['serviceLinkedRoleArn', 'ServiceLinkedRoleARN'],
    [
      'instanceMaintenancePolicy',
      'InstanceMaintenancePolicy',
      { MinHealthyPercentage: -1, MaxHealthyPercentage: -1 },
    ],
  ];

async function update(
  name: string,
  {
    olds,
    news,
    changed,
  }: { olds: Properties; news: Group; readonly changed: (...properties: readonly string[]) => boolean },
  context: Context,
): Promise<void> {
  const autoscaling = await context.clients.autoscaling();
  const since = Date.now() - 1000;
  const all = settings(news);
  const changes = Object.fromEntries(
    members.flatMap(([property, member, unset]) =>
      changed(property) ? [[member, all[member] ?? unset] as const] : [],
    ),
  );
  // The limits bound each other and the desired capacity: AWS checks them together.
  if (changed('minSize', 'maxSize')) Object.assign(changes, { MinSize: news.minSize, MaxSize: news.maxSize });
  if (Object.keys(changes).length > 0)
    await autoscaling.updateAutoScalingGroup({ AutoScalingGroupName: name, ...changes });
  if (changed('targetGroupArns')) await setTargetGroups(autoscaling, name, olds, news);
  if (changed('suspendedProcesses')) await setSuspended(autoscaling, name, olds, news);
  if (changed('enabledMetrics')) await setMetrics(autoscaling, name, strings(olds.enabledMetrics), news);
  if (changed('tags')) await setTags(autoscaling, name, olds, news);
  if (changed('minSize', 'desiredCapacity')) await waitForCapacity(context, name, news, since);
}

function fromGroup(group: AutoScalingGroup): Properties {
  const { LaunchTemplate: template, InstanceMaintenancePolicy: maintenance } = group;
  return {
    arn: group.AutoScalingGroupARN,
    name: group.AutoScalingGroupName,
    minSize: group.MinSize,
    maxSize: group.MaxSize,
    desiredCapacity: group.DesiredCapacity,
    vpcZoneIdentifiers: group.VPCZoneIdentifier ? group.VPCZoneIdentifier.split(',').sort() : [],
    availabilityZones: [...(group.AvailabilityZones ?? [])].sort(),
    launchTemplate: template && {
      id: template.LaunchTemplateId,
      name: template.LaunchTemplateName,
      version: template.Version,
    },
    mixedInstancesPolicy: group.MixedInstancesPolicy && fromPolicy(group.MixedInstancesPolicy),
    targetGroupArns: [...(group.TargetGroupARNs ?? [])].sort(),
    healthCheckType: group.HealthCheckType,
    healthCheckGracePeriod: group.HealthCheckGracePeriod,
    defaultCooldown: group.DefaultCooldown,
    defaultInstanceWarmup: group.DefaultInstanceWarmup === -1 ? undefined : group.DefaultInstanceWarmup,
    maxInstanceLifetime: group.MaxInstanceLifetime === 0 ? undefined : group.MaxInstanceLifetime,
    capacityRebalance: group.CapacityRebalance,
    protectFromScaleIn: group.NewInstancesProtectedFromScaleIn ?? false,
    terminationPolicies: ownPolicies(group.TerminationPolicies),
    suspendedProcesses: (group.SuspendedProcesses ?? [])
      .flatMap(({ ProcessName }) => ProcessName ?? [])
      .sort(),
    enabledMetrics: (group.EnabledMetrics ?? []).flatMap(({ Metric }) => Metric ?? []).sort(),
    placementGroup: group.PlacementGroup,
    serviceLinkedRoleArn: group.ServiceLinkedRoleARN,
    instanceMaintenancePolicy:
      maintenance?.MinHealthyPercentage === undefined || maintenance.MinHealthyPercentage < 0
        ? undefined
        : {
            minHealthyPercentage: maintenance.MinHealthyPercentage,
            maxHealthyPercentage: maintenance.MaxHealthyPercentage,
          },
    predictedCapacity: group.PredictedCapacity ?? 0,
    warmPoolSize: group.WarmPoolSize ?? 0,
    tags: (group.Tags ?? [])
      .filter(({ Key }) => !Key?.startsWith('aws:'))
      .map((tag) => ({ key: tag.Key, value: tag.Value, propagateAtLaunch: tag.PropagateAtLaunch ?? false })),
  };
}

/** What AWS does by default shows as a policy; nobody wrote it down. */
function ownPolicies(policies: readonly string[] | undefined): string[] {
  return policies?.length === 1 && policies[0] === 'Default' ? [] : [...(policies ?? [])];
}

/** Empties the group first, so that instances go through their lifecycle hooks; force ends them at once. */
async function remove(id: string, context: Context, known: { state: Properties }): Promise<void> {
  const autoscaling = await context.clients.autoscaling();
  const group = await describe(context, id);
  if (!group) return;
  const force = known.state.forceDelete === true;
  if (!force) {
    await autoscaling.updateAutoScalingGroup({
      AutoScalingGroupName: id,
      MinSize: 0,
      MaxSize: 0,
      DesiredCapacity: 0,
    });
    await context.until(`group ${id} still has instances`, async () => {
      const left = await describe(context, id);
      return !left || (left.Instances ?? []).length === 0 ? true : undefined;
    });
  }
  await context.until(`group ${id} is still being deleted`, async () => {
    const left = await describe(context, id);
    if (!left) return true;
    if (!left.Status) await deleteGroup(autoscaling, id, force);
    return undefined;
  });
}

async function deleteGroup(autoscaling: AutoScaling, id: string, force: boolean): Promise<void> {
  try {
    await autoscaling.deleteAutoScalingGroup({ AutoScalingGroupName: id, ForceDelete: force });
  } catch (error) {
    const gone = isError(error, 'ValidationError') && (error as Error).message.includes('not found');
    if (
      !gone &&
      !isError(
        error,
        'ResourceInUse',
        'ResourceInUseFault',
        'ScalingActivityInProgress',
        'ScalingActivityInProgressFault',
      )
    )
      throw error;
  }
}
