import {
  AutoScalingClient,
  DescribeAutoScalingInstancesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import type { ErrandInput, ErrandOutput } from './contract.ts';

/** Has the group take the instance out and replace it; one that is on its way already stays so. */
export async function leaveGroup({ instanceId }: ErrandInput<'leave'>): Promise<ErrandOutput<'leave'>> {
  const autoScaling = new AutoScalingClient({});
  const { AutoScalingInstances: [instance] = [] } = await autoScaling.send(
    new DescribeAutoScalingInstancesCommand({ InstanceIds: [instanceId] }),
  );
  const state = instance?.LifecycleState ?? null;
  if (state === null || state.startsWith('Terminat') || state.startsWith('Detach')) return { state };
  await autoScaling.send(
    new TerminateInstanceInAutoScalingGroupCommand({
      InstanceId: instanceId,
      ShouldDecrementDesiredCapacity: false,
    }),
  );
  return { state };
}
