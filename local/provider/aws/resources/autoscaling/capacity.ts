import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Context } from '../../context.ts';
import { seconds } from './duration.ts';

export async function describe(context: Context, name: string): Promise<AutoScalingGroup | undefined> {
  const autoscaling = await context.clients.autoscaling();
  const { AutoScalingGroups } = await autoscaling.describeAutoScalingGroups({
    AutoScalingGroupNames: [name],
  });
  return AutoScalingGroups?.[0];
}

interface Wish {
  readonly waitForCapacityTimeout: string | undefined;
  readonly minElbCapacity: number | undefined;
  readonly waitForElbCapacity: number | undefined;
  readonly ignoreFailedScalingActivities: boolean | undefined;
}

/** Waits until as many instances are in service as the group wants, or a launch fails. */
export async function waitForCapacity(
  context: Context,
  name: string,
  wish: Wish,
  since: number,
): Promise<void> {
  const limit = seconds(wish.waitForCapacityTimeout ?? '10m') ?? 600;
  if (limit === 0) return;
  const deadline = Date.now() + limit * 1000;
  await context.until(`group ${name} does not have its capacity yet`, async () => {
    const group = await describe(context, name);
    if (!group) throw new Error(`Auto Scaling group ${name} is gone.`);
    const wanted = wish.waitForElbCapacity ?? wish.minElbCapacity ?? group.DesiredCapacity ?? 0;
    const ready = inService(group);
    if (ready >= wanted) return true;
    if (!wish.ignoreFailedScalingActivities) await refuseFailure(context, name, since);
    if (Date.now() < deadline) return undefined;
    throw new Error(
      `Gave up after ${wish.waitForCapacityTimeout ?? '10m'}: ${ready} of ${wanted} instances of ${name} are in service.`,
    );
  });
}

const inService = ({ Instances = [] }: AutoScalingGroup): number =>
  Instances.filter(
    ({ LifecycleState, HealthStatus }) => LifecycleState === 'InService' && HealthStatus === 'Healthy',
  ).length;

async function refuseFailure(context: Context, name: string, since: number): Promise<void> {
  const autoscaling = await context.clients.autoscaling();
  const { Activities } = await autoscaling.describeScalingActivities({ AutoScalingGroupName: name });
  const failed = (Activities ?? []).find(
    ({ StatusCode, StartTime }) => StatusCode === 'Failed' && (StartTime?.getTime() ?? 0) >= since,
  );
  if (failed)
    throw new Error(`A scaling activity of ${name} failed: ${failed.Description}: ${failed.StatusMessage}`);
}
