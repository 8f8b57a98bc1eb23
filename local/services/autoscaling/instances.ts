import type {
  AutoScalingInstanceDetails,
  DescribeAutoScalingInstancesCommandInput,
  DescribeAutoScalingInstancesCommandOutput,
  Instance,
  SetInstanceHealthCommandInput,
  SetInstanceProtectionCommandInput,
  TerminateInstanceInAutoScalingGroupCommandInput,
  TerminateInstanceInAutoScalingGroupCommandOutput,
} from '@aws-sdk/client-auto-scaling';
import type { Answer } from '../../endpoint/service.ts';
import { shownActivity } from './activities.ts';
import { countsAsCapacity } from './capacity.ts';
import { setDesired, type AutoScalingContext } from './context.ts';
import { findGroup, findInstance, invalid } from './errors.ts';
import { shownTemplate } from './mixed-policy.ts';
import { paged } from './paging.ts';
import type { InstanceRow } from './state.ts';

/** An instance as its group lists it. */
export const shownMember = (row: InstanceRow): Instance => ({
  InstanceId: row.id,
  InstanceType: row.instanceType,
  AvailabilityZone: row.zone,
  LifecycleState: row.state,
  HealthStatus: row.isHealthy ? 'Healthy' : 'Unhealthy',
  ProtectedFromScaleIn: row.isProtected,
  ...(row.template && { LaunchTemplate: shownTemplate(row.template) }),
});

const shownDetails = (row: InstanceRow): AutoScalingInstanceDetails => ({
  ...shownMember(row),
  AutoScalingGroupName: row.groupName,
  LifecycleState: row.state,
  // This listing alone writes health in capitals, as AWS does.
  HealthStatus: row.isHealthy ? 'HEALTHY' : 'UNHEALTHY',
});

export function instanceOperations(context: AutoScalingContext) {
  const { state, parts, effects, reconciler } = context;

  return {
    DescribeAutoScalingInstances(
      input: DescribeAutoScalingInstancesCommandInput,
    ): Answer<DescribeAutoScalingInstancesCommandOutput> {
      const { InstanceIds: ids } = input;
      const rows = [...state.instances.values()].filter(({ id }) => !ids?.length || ids.includes(id));
      const { items, next } = paged(rows, input);
      return { AutoScalingInstances: items.map(shownDetails), ...next };
    },

    SetInstanceHealth(input: SetInstanceHealthCommandInput) {
      const row = findInstance(state, input.InstanceId);
      const group = findGroup(state, row.groupName);
      const { HealthStatus: status } = input;
      if (status !== 'Healthy' && status !== 'Unhealthy')
        throw invalid(`Valid instance health states are: [Healthy, Unhealthy].`);
      const graceEnds = (row.inServiceAt ?? Infinity) + group.healthCheckGracePeriod * 1000;
      const isInGrace = parts.clock.now() < graceEnds;
      if (status === 'Unhealthy' && isInGrace && (input.ShouldRespectGracePeriod ?? true)) return {};
      const unhealthyBecause = 'an instance was taken out of service in response to a user health-check';
      const { unhealthyBecause: _, ...rest } = row;
      const changed =
        status === 'Healthy' ? { ...rest, isHealthy: true } : { ...row, isHealthy: false, unhealthyBecause };
      state.instances.set(row.id, changed);
      void reconciler.poke(row.groupName);
      return {};
    },

    SetInstanceProtection(input: SetInstanceProtectionCommandInput) {
      const group = findGroup(state, input.AutoScalingGroupName);
      const ids = input.InstanceIds ?? [];
      if (ids.length > 50) throw invalid('At most 50 instances can be protected with one request.');
      const rows = ids.map((id) => findInstance(state, id, group.name));
      const early = rows.find((row) => row.state !== 'InService' && row.state !== 'Standby');
      if (early)
        throw invalid(
          `The instance ${early.id} is not in InService or Standby or EnteringStandby. Its state is ${early.state}.`,
        );
      for (const row of rows)
        state.instances.set(row.id, { ...row, isProtected: input.ProtectedFromScaleIn ?? false });
      void reconciler.poke(group.name);
      return {};
    },

    TerminateInstanceInAutoScalingGroup(
      input: TerminateInstanceInAutoScalingGroupCommandInput,
    ): Answer<TerminateInstanceInAutoScalingGroupCommandOutput> {
      const row = findInstance(state, input.InstanceId);
      const group = findGroup(state, row.groupName);
      if (row.state.startsWith('Terminating'))
        throw invalid(`The instance ${row.id} is already being terminated.`);
      const decrements = input.ShouldDecrementDesiredCapacity === true && countsAsCapacity(row.state);
      if (decrements) {
        const desired = group.desiredCapacity - 1;
        if (desired < group.minSize)
          throw invalid(
            `Currently, desiredSize equals minSize (${group.minSize}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
          );
        setDesired(
          context,
          group,
          desired,
          `instance ${row.id} was taken out of service in response to a user request`,
        );
      }
      const because = 'an instance was taken out of service in response to a user request';
      const activityId = effects.retire(findGroup(state, group.name), row.id, because);
      void reconciler.poke(group.name);
      const activity = state.activities.get(activityId);
      return activity ? { Activity: shownActivity(activity) } : {};
    },
  };
}
