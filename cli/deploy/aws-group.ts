import {
  DescribeAutoScalingGroupsCommand,
  ResumeProcessesCommand,
  SuspendProcessesCommand,
  UpdateAutoScalingGroupCommand,
  type AutoScalingClient,
  type Instance,
} from '@aws-sdk/client-auto-scaling';
import type { Slot } from '../../model/names.ts';
import type { EnvironmentDescriptor } from '../../model/schemas.ts';
import type { Clients } from '../aws/clients.ts';
import { UserError } from '../errors.ts';
import type { FleetInstance } from './fleet.ts';
import type { Group, GroupState } from './group.ts';

/** A slot's Auto Scaling group. */
export function createGroup({ autoScaling }: Clients, environment: EnvironmentDescriptor, slot: Slot): Group {
  const { autoScalingGroup: AutoScalingGroupName, launchTemplateId: LaunchTemplateId } =
    environment.slots[slot];
  return {
    observe: () => observeGroup(autoScaling, AutoScalingGroupName),
    async resize({ minSize: MinSize, maxSize: MaxSize, desiredCapacity: DesiredCapacity }) {
      const sizes = { MinSize, MaxSize, DesiredCapacity };
      await autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, ...sizes }));
    },
    async useLaunchTemplate(Version) {
      const LaunchTemplate = { LaunchTemplateId, Version };
      await autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, LaunchTemplate }));
    },
    async suspend(processes) {
      const ScalingProcesses = [...processes];
      await autoScaling.send(new SuspendProcessesCommand({ AutoScalingGroupName, ScalingProcesses }));
    },
    async resume(processes) {
      const ScalingProcesses = [...processes];
      await autoScaling.send(new ResumeProcessesCommand({ AutoScalingGroupName, ScalingProcesses }));
    },
  };
}

/** Both slots' groups, as they are. */
export async function observeGroups(
  { autoScaling }: Clients,
  { slots: { blue, green } }: EnvironmentDescriptor,
): Promise<Record<Slot, GroupState>> {
  const [blueState, greenState] = await Promise.all([
    observeGroup(autoScaling, blue.autoScalingGroup),
    observeGroup(autoScaling, green.autoScalingGroup),
  ]);
  return { blue: blueState, green: greenState };
}

export async function observeGroup(autoScaling: AutoScalingClient, name: string): Promise<GroupState> {
  const { AutoScalingGroups: [group] = [] } = await autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  if (!group)
    throw new UserError(`The Auto Scaling group ${name} does not exist any more.`, {
      next: 'pulumi refresh, then pulumi up',
    });
  const { MinSize = 0, MaxSize = 0, DesiredCapacity = 0 } = group;
  return {
    size: { minSize: MinSize, maxSize: MaxSize, desiredCapacity: DesiredCapacity },
    launchTemplateVersion: group.LaunchTemplate?.Version ?? '',
    suspendedProcesses: (group.SuspendedProcesses ?? []).map(({ ProcessName = '' }) => ProcessName),
    instances: (group.Instances ?? []).map(toFleetInstance),
  };
}

function toFleetInstance({
  InstanceId = '',
  AvailabilityZone = '',
  LifecycleState,
  LaunchTemplate,
}: Instance): FleetInstance {
  return {
    id: InstanceId,
    zone: AvailabilityZone,
    state:
      LifecycleState === 'InService'
        ? 'InService'
        : LifecycleState?.startsWith('Pending')
          ? 'Booting'
          : 'Leaving',
    launchTemplateVersion: LaunchTemplate?.Version,
  };
}
