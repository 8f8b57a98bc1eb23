import type {
  Activity,
  AttachInstancesCommandInput,
  DetachInstancesCommandInput,
  DetachInstancesCommandOutput,
  EnterStandbyCommandInput,
  EnterStandbyCommandOutput,
  ExitStandbyCommandInput,
  ExitStandbyCommandOutput,
} from '@aws-sdk/client-auto-scaling';
import type { Answer } from '../../endpoint/service.ts';
import { shownActivity } from './activities.ts';
import { setDesired, type AutoScalingContext } from './context.ts';
import { findGroup, findInstance, invalid } from './errors.ts';
import type { GroupRow, InstanceRow } from './state.ts';

const mostInstances = 20;

/** Instances joining and leaving a group, for good or for a while. No lifecycle hooks apply. */
export function membershipOperations(context: AutoScalingContext) {
  const { state, parts, neighbours, activities, reconciler } = context;

  const members = (group: GroupRow, ids: readonly string[] | undefined, from: string): InstanceRow[] => {
    if (!ids?.length) throw invalid('Instance IDs must be given.');
    if (ids.length > mostInstances)
      throw invalid(`At most ${mostInstances} instances can be named in one request.`);
    return ids.map((id) => {
      const row = findInstance(state, id, group.name);
      if (row.state !== from)
        throw invalid(`The instance ${id} is not in ${from}. Its state is ${row.state}.`);
      return row;
    });
  };

  const record = (
    group: GroupRow,
    row: InstanceRow,
    description: string,
    sentence: string,
    changes: Partial<InstanceRow>,
  ): Activity => {
    const activity = activities.begin(group, `${description}: ${row.id}`, activities.at(sentence), row.zone);
    state.instances.set(row.id, { ...row, ...changes, activityId: activity.id });
    return shownActivity(activity);
  };

  const lower = (group: GroupRow, count: number, what: string): GroupRow => {
    const desired = group.desiredCapacity - count;
    if (desired < group.minSize)
      throw invalid(
        `AutoScalingGroup ${group.name} has min size ${group.minSize}, max size ${group.maxSize}, and desired size ${group.desiredCapacity}. To ${what} ${count} more instance, please update the AutoScalingGroup sizes appropriately.`,
      );
    return setDesired(context, group, desired, `a user request to ${what} ${count} instance(s)`);
  };

  const raise = (group: GroupRow, count: number, what: string): GroupRow => {
    const desired = group.desiredCapacity + count;
    if (desired > group.maxSize)
      throw invalid(
        `AutoScalingGroup ${group.name} has min size ${group.minSize}, max size ${group.maxSize}, and desired size ${group.desiredCapacity}. To ${what} ${count} more instance, please update the AutoScalingGroup sizes appropriately.`,
      );
    return setDesired(context, group, desired, `a user request to ${what} ${count} instance(s)`);
  };

  return {
    async AttachInstances(input: AttachInstancesCommandInput) {
      findGroup(state, input.AutoScalingGroupName);
      const ids = input.InstanceIds ?? [];
      const found = await neighbours.instances(ids);
      const group = findGroup(state, input.AutoScalingGroupName);
      const rows = ids.map((id): InstanceRow => {
        const instance = found.get(id);
        if (!instance) throw invalid(`Invalid Instance ID(s): [${id}]`);
        if (instance.State?.Name !== 'running')
          throw invalid(`Instance ${id} is not in correct state: it must be running.`);
        const owner = state.instances.get(id);
        if (owner) throw invalid(`Instance ${id} is already part of group ${owner.groupName}.`);
        const zone = instance.Placement?.AvailabilityZone ?? '';
        if (!group.subnets.some((subnet) => subnet.zone === zone))
          throw invalid(`Instance ${id} is in zone ${zone}, which group ${group.name} does not span.`);
        return attachedRow(
          group,
          id,
          zone,
          instance.InstanceType ?? '',
          instance.ImageId ?? '',
          parts.clock.now(),
        );
      });
      const raised = raise(group, rows.length, 'attach');
      for (const row of rows)
        record(
          raised,
          row,
          'Attaching an existing EC2 instance',
          'an instance was attached in response to a user request',
          {},
        );
      void reconciler.poke(group.name);
      return {};
    },

    DetachInstances(input: DetachInstancesCommandInput): Answer<DetachInstancesCommandOutput> {
      const group = findGroup(state, input.AutoScalingGroupName);
      const rows = members(group, input.InstanceIds, 'InService');
      const now = input.ShouldDecrementDesiredCapacity ? lower(group, rows.length, 'detach') : group;
      const sentence = `instance was detached in response to a user request`;
      const changes = { state: 'Detaching' as const };
      const Activities = rows.map((row) => record(now, row, 'Detaching EC2 instance', sentence, changes));
      void reconciler.poke(group.name);
      return { Activities };
    },

    EnterStandby(input: EnterStandbyCommandInput): Answer<EnterStandbyCommandOutput> {
      const group = findGroup(state, input.AutoScalingGroupName);
      const rows = members(group, input.InstanceIds, 'InService');
      const now = input.ShouldDecrementDesiredCapacity
        ? lower(group, rows.length, 'place into standby')
        : group;
      const sentence = `instance was moved to standby in response to a user request`;
      const changes = { state: 'EnteringStandby' as const };
      const Activities = rows.map((row) =>
        record(now, row, 'Moving EC2 instance to Standby', sentence, changes),
      );
      void reconciler.poke(group.name);
      return { Activities };
    },

    ExitStandby(input: ExitStandbyCommandInput): Answer<ExitStandbyCommandOutput> {
      const group = findGroup(state, input.AutoScalingGroupName);
      const rows = members(group, input.InstanceIds, 'Standby');
      const now = raise(group, rows.length, 'move out of standby');
      const sentence = `instance was moved out of standby in response to a user request`;
      const changes = { state: 'Pending' as const, skipsLaunchHooks: true };
      const Activities = rows.map((row) =>
        record(now, row, 'Moving EC2 instance out of Standby', sentence, changes),
      );
      void reconciler.poke(group.name);
      return { Activities };
    },
  };
}

const attachedRow = (
  group: GroupRow,
  id: string,
  zone: string,
  instanceType: string,
  imageId: string,
  createdAt: number,
): InstanceRow => ({
  id,
  groupName: group.name,
  zone,
  instanceType,
  imageId,
  createdAt,
  state: 'Pending',
  isHealthy: true,
  isProtected: group.newInstancesProtected,
  isExtra: false,
  skipsLaunchHooks: true,
  isForced: false,
  registeredWith: [],
  deregisteredFrom: [],
  waits: [],
});
