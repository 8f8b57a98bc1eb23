import type {
  AutoScalingGroup,
  CreateAutoScalingGroupCommandInput,
  DeleteAutoScalingGroupCommandInput,
  DescribeAutoScalingGroupsCommandInput,
  DescribeAutoScalingGroupsCommandOutput,
  Filter,
  UpdateAutoScalingGroupCommandInput,
} from '@aws-sdk/client-auto-scaling';
import { randomUUID } from 'node:crypto';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { checkBounds, setDesired, type AutoScalingContext } from './context.ts';
import { findGroup, invalid } from './errors.ts';
import {
  checkedSubnets,
  checkedTemplate,
  checkLaunch,
  checkSettings,
  plainSettings,
} from './group-settings.ts';
import { putHooks } from './hooks.ts';
import { shownMember } from './instances.ts';
import { shownMetrics } from './metrics-collection.ts';
import { shownMixed, shownTemplate } from './mixed-policy.ts';
import { paged } from './paging.ts';
import { instancesOf, type GroupRow } from './state.ts';
import { mergedTags, shownTags } from './tags.ts';
import { checkedTargetGroups, identifiers } from './target-groups.ts';

export function groupOperations(context: AutoScalingContext) {
  const { state, neighbours, parts, reconciler } = context;

  const shown = (group: GroupRow, withInstances: boolean): AutoScalingGroup => ({
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    ...(group.mixed
      ? { MixedInstancesPolicy: shownMixed(group.mixed, group.template) }
      : { LaunchTemplate: shownTemplate(group.template) }),
    MinSize: group.minSize,
    MaxSize: group.maxSize,
    DesiredCapacity: group.desiredCapacity,
    DefaultCooldown: group.defaultCooldown,
    ...(group.defaultInstanceWarmup !== undefined && { DefaultInstanceWarmup: group.defaultInstanceWarmup }),
    AvailabilityZones: [...new Set(group.subnets.map(({ zone }) => zone))].toSorted(),
    VPCZoneIdentifier: group.subnets.map(({ id }) => id).join(','),
    LoadBalancerNames: [],
    TargetGroupARNs: [...group.targetGroupArns],
    TrafficSources: group.targetGroupArns.map((Identifier) => ({ Identifier, Type: 'elbv2' })),
    HealthCheckType: group.healthCheckType,
    HealthCheckGracePeriod: group.healthCheckGracePeriod,
    Instances: withInstances ? instancesOf(state, group.name).map(shownMember) : [],
    CreatedTime: new Date(group.createdAt),
    SuspendedProcesses: group.suspended.map((ProcessName) => ({
      ProcessName,
      SuspensionReason: `User suspended`,
    })),
    EnabledMetrics: shownMetrics(group.enabledMetrics),
    Tags: shownTags(group),
    TerminationPolicies: [...group.terminationPolicies],
    NewInstancesProtectedFromScaleIn: group.newInstancesProtected,
    ServiceLinkedRoleARN: `arn:aws:iam::${parts.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    CapacityRebalance: group.capacityRebalance ?? false,
    ...(group.maxInstanceLifetime !== undefined && { MaxInstanceLifetime: group.maxInstanceLifetime }),
    ...(group.maintenance && {
      InstanceMaintenancePolicy: {
        MinHealthyPercentage: group.maintenance.minHealthyPercentage,
        MaxHealthyPercentage: group.maintenance.maxHealthyPercentage,
      },
    }),
    DeletionProtection: group.deletionProtection,
    AvailabilityZoneDistribution: { CapacityDistributionStrategy: 'balanced-best-effort' },
    ...(group.isDeleting && { Status: 'Delete in progress' }),
  });

  return {
    async CreateAutoScalingGroup(input: CreateAutoScalingGroupCommandInput) {
      checkSettings(input, true);
      const name = checkedName(input.AutoScalingGroupName);
      const [minSize, maxSize] = [input.MinSize ?? 0, input.MaxSize ?? 0];
      const desiredCapacity = input.DesiredCapacity ?? minSize;
      checkBounds(minSize, maxSize, desiredCapacity);
      const template = await checkedTemplate(neighbours, templateOf(input));
      const settings = plainSettings(input) as GroupRow;
      const subnets = await checkedSubnets(neighbours, input);
      await checkLaunch(neighbours, template, subnets, settings.mixed);
      const targetGroupArns = await checkedTargetGroups(neighbours, [
        ...(input.TargetGroupARNs ?? []),
        ...identifiers(input.TrafficSources),
      ]);
      if (state.groups.has(name))
        throw new AwsError(
          'AlreadyExists',
          `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`,
        );
      const arn = `arn:aws:autoscaling:${parts.region}:${parts.account}:autoScalingGroup:${randomUUID()}:autoScalingGroupName/${name}`;
      const group: GroupRow = {
        ...settings,
        name,
        arn,
        minSize,
        maxSize,
        desiredCapacity: 0,
        template,
        subnets,
        targetGroupArns,
        tags: mergedTags([], input.Tags ?? []),
        suspended: [],
        createdAt: parts.clock.now(),
        isDeleting: false,
      };
      putHooks(state, name, input.LifecycleHookSpecificationList ?? []);
      setDesired(context, group, desiredCapacity, 'a user request created an AutoScalingGroup');
      void reconciler.poke(name);
      return {};
    },

    async UpdateAutoScalingGroup(input: UpdateAutoScalingGroupCommandInput) {
      checkSettings(input, false);
      findGroup(state, input.AutoScalingGroupName);
      const wanted = templateOf(input);
      const template = wanted && (await checkedTemplate(neighbours, wanted));
      const subnets =
        input.VPCZoneIdentifier === undefined ? undefined : await checkedSubnets(neighbours, input);
      if (template ?? input.MixedInstancesPolicy) {
        const now = findGroup(state, input.AutoScalingGroupName);
        const { mixed } = plainSettings(input, now);
        await checkLaunch(neighbours, template ?? now.template, subnets ?? now.subnets, mixed);
      }
      const group = findGroup(state, input.AutoScalingGroupName);
      if (group.isDeleting) throw deletionUnderWay(group);
      const minSize = input.MinSize ?? group.minSize;
      const maxSize = input.MaxSize ?? group.maxSize;
      // New bounds carry the desired capacity along when it is not given.
      const kept = Math.min(Math.max(group.desiredCapacity, minSize), maxSize);
      const desired = input.DesiredCapacity ?? kept;
      checkBounds(minSize, maxSize, desired);
      // Those that may be taken away: what `plainSettings` does not say is gone.
      const {
        defaultInstanceWarmup: _w,
        maxInstanceLifetime: _l,
        maintenance: _p,
        mixed: _m,
        ...rest
      } = group;
      const changed: GroupRow = {
        ...rest,
        ...plainSettings(input, group),
        minSize,
        maxSize,
        ...(template && { template }),
        ...(subnets && { subnets }),
      };
      const who = `a user request update of AutoScalingGroup constraints to min: ${minSize}, max: ${maxSize}, desired: ${desired}`;
      setDesired(context, changed, desired, who);
      void reconciler.poke(group.name);
      return {};
    },

    DescribeAutoScalingGroups(
      input: DescribeAutoScalingGroupsCommandInput,
    ): Answer<DescribeAutoScalingGroupsCommandOutput> {
      const { AutoScalingGroupNames: names } = input;
      const rows = [...state.groups.values()]
        .filter(({ name }) => !names?.length || names.includes(name))
        .filter((group) => (input.Filters ?? []).every((filter) => passes(group, filter)));
      const { items, next } = paged(rows, input);
      return {
        AutoScalingGroups: items.map((group) => shown(group, input.IncludeInstances ?? true)),
        ...next,
      };
    },

    DeleteAutoScalingGroup(input: DeleteAutoScalingGroupCommandInput) {
      const group = findGroup(state, input.AutoScalingGroupName);
      const force = input.ForceDelete ?? false;
      ensureDeletable(context, group, force);
      const deleting: GroupRow = { ...group, minSize: 0, maxSize: 0, desiredCapacity: 0, isDeleting: true };
      state.groups.set(group.name, deleting);
      for (const row of instancesOf(state, group.name))
        state.instances.set(row.id, { ...row, isForced: true });
      void reconciler.poke(group.name);
      return {};
    },
  };
}

const templateOf = ({
  LaunchTemplate: template,
  MixedInstancesPolicy: mixed,
}: Pick<UpdateAutoScalingGroupCommandInput, 'LaunchTemplate' | 'MixedInstancesPolicy'>) =>
  template ?? mixed?.LaunchTemplate?.LaunchTemplateSpecification;

function ensureDeletable({ state }: AutoScalingContext, group: GroupRow, force: boolean): void {
  const isProtected =
    group.deletionProtection === 'prevent-all-deletion' ||
    (force && group.deletionProtection === 'prevent-force-deletion');
  if (isProtected)
    throw new AwsError(
      'ResourceInUse',
      `Deletion protection (${group.deletionProtection}) is on for group ${group.name}.`,
    );
  if (force) return;
  const rows = instancesOf(state, group.name);
  if (rows.some((row) => !row.state.startsWith('Terminating')))
    throw new AwsError(
      'ResourceInUse',
      'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
    );
  if (rows.length || [...state.launches.values()].some(({ groupName }) => groupName === group.name))
    throw new AwsError(
      'ScalingActivityInProgress',
      'You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.',
    );
}

const deletionUnderWay = ({ name }: GroupRow): AwsError =>
  new AwsError('ScalingActivityInProgress', `AutoScalingGroup ${name} is being deleted.`);

function checkedName(name: string | undefined): string {
  if (name === undefined || name.length < 1 || name.length > 255 || name.includes(':'))
    throw invalid(`The group name '${name ?? ''}' must have 1 to 255 characters and no colon.`);
  return name;
}

function passes({ tags }: GroupRow, { Name: name = '', Values: values = [] }: Filter): boolean {
  if (name === 'tag-key') return tags.some(({ key }) => values.includes(key));
  if (name === 'tag-value') return tags.some(({ value }) => values.includes(value));
  if (!name.startsWith('tag:'))
    throw invalid(
      `Filter type ${name} is not correct. Allowed Filter types are: tag-key tag-value tag:<key>`,
    );
  return tags.some(({ key, value }) => `tag:${key}` === name && values.includes(value));
}
