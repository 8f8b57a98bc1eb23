import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  DescribeAutoScalingInstancesCommand,
} from '@aws-sdk/client-auto-scaling';
import type { ErrandInput, ErrandOutput } from './contract.ts';

/** The states in which a hook holds an instance back. */
const waiting = new Set([
  'Pending:Wait',
  'Warmed:Pending:Wait',
  'Terminating:Wait',
  'Warmed:Terminating:Wait',
]);

export async function completeHook(input: ErrandInput<'lifecycle'>): Promise<ErrandOutput<'lifecycle'>> {
  const { instanceId, hook, result } = input;
  const autoScaling = new AutoScalingClient({});
  const answer = await autoScaling.send(
    new DescribeAutoScalingInstancesCommand({ InstanceIds: [instanceId] }),
  );
  const [instance] = answer.AutoScalingInstances ?? [];
  const state = instance?.LifecycleState ?? null;
  if (!instance || state === null || !waiting.has(state)) return { state, completed: false };
  await autoScaling.send(
    new CompleteLifecycleActionCommand({
      AutoScalingGroupName: instance.AutoScalingGroupName,
      LifecycleHookName: hook,
      InstanceId: instanceId,
      LifecycleActionResult: result,
    }),
  );
  return { state, completed: true };
}
