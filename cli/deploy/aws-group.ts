import {
  DescribeAutoScalingGroupsCommand,
  ResumeProcessesCommand,
  SuspendProcessesCommand,
  UpdateAutoScalingGroupCommand,
  type AutoScalingClient,
  type AutoScalingGroup,
  type Instance,
  type LaunchTemplateSpecification,
  type UpdateAutoScalingGroupType,
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
      const group = await describeGroup(autoScaling, AutoScalingGroupName);
      const template = templateUpdate(group, { LaunchTemplateId, Version });
      await autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, ...template }));
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

/** Pure: a mixed group has its template inside its policy, whose instance types stay as they are. */
export function templateUpdate(
  { MixedInstancesPolicy: mixed }: AutoScalingGroup,
  template: LaunchTemplateSpecification,
): Pick<UpdateAutoScalingGroupType, 'LaunchTemplate' | 'MixedInstancesPolicy'> {
  if (!mixed) return { LaunchTemplate: template };
  return {
    MixedInstancesPolicy: {
      LaunchTemplate: { ...mixed.LaunchTemplate, LaunchTemplateSpecification: template },
    },
  };
}

async function describeGroup(autoScaling: AutoScalingClient, name: string): Promise<AutoScalingGroup> {
  const { AutoScalingGroups: [group] = [] } = await autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  if (!group)
    throw new UserError(`The Auto Scaling group ${name} does not exist any more.`, {
      next: 'pulumi refresh, then pulumi up',
    });
  return group;
}

export async function observeGroup(autoScaling: AutoScalingClient, name: string): Promise<GroupState> {
  const group = await describeGroup(autoScaling, name);
  const template =
    group.LaunchTemplate ?? group.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification;
  const { MinSize = 0, MaxSize = 0, DesiredCapacity = 0 } = group;
  return {
    size: { minSize: MinSize, maxSize: MaxSize, desiredCapacity: DesiredCapacity },
    launchTemplateVersion: template?.Version ?? '',
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
