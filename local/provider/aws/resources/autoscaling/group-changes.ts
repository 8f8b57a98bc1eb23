/** The parts of a group that AWS changes by calls of their own. */
import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { Properties } from '../../../protocol/values.ts';
import type { Group } from './group-inputs.ts';

type Tag = NonNullable<Group['tags']>[number];

export const strings = (value: unknown): string[] => (Array.isArray(value) ? (value as string[]) : []);

export async function setTargetGroups(
  autoscaling: AutoScaling,
  name: string,
  olds: Properties,
  news: Group,
): Promise<void> {
  const [before, after] = [strings(olds.targetGroupArns), news.targetGroupArns ?? []];
  const attached = after.filter((arn) => !before.includes(arn));
  const detached = before.filter((arn) => !after.includes(arn));
  const group = { AutoScalingGroupName: name };
  if (attached.length > 0)
    await autoscaling.attachLoadBalancerTargetGroups({ ...group, TargetGroupARNs: attached });
  if (detached.length > 0)
    await autoscaling.detachLoadBalancerTargetGroups({ ...group, TargetGroupARNs: detached });
}

export async function setSuspended(
  autoscaling: AutoScaling,
  name: string,
  olds: Properties,
  news: Group,
): Promise<void> {
  const [before, after] = [strings(olds.suspendedProcesses), news.suspendedProcesses ?? []];
  const suspend = after.filter((process) => !before.includes(process));
  const resume = before.filter((process) => !after.includes(process));
  const group = { AutoScalingGroupName: name };
  if (suspend.length > 0) await autoscaling.suspendProcesses({ ...group, ScalingProcesses: suspend });
  if (resume.length > 0) await autoscaling.resumeProcesses({ ...group, ScalingProcesses: resume });
}

export async function setMetrics(
  autoscaling: AutoScaling,
  name: string,
  before: string[],
  news: Group,
): Promise<void> {
  const after = news.enabledMetrics ?? [];
  const [enable, disable] = [
    after.filter((metric) => !before.includes(metric)),
    before.filter((metric) => !after.includes(metric)),
  ];
  const group = { AutoScalingGroupName: name };
  if (disable.length > 0) await autoscaling.disableMetricsCollection({ ...group, Metrics: disable });
  if (enable.length > 0) {
    const Granularity = news.metricsGranularity ?? '1Minute';
    await autoscaling.enableMetricsCollection({ ...group, Metrics: enable, Granularity });
  }
}

export const toTag = (group: string, { key, value, propagateAtLaunch }: Tag) => ({
  ResourceId: group,
  ResourceType: 'auto-scaling-group',
  Key: key,
  Value: value,
  PropagateAtLaunch: propagateAtLaunch,
});

export async function setTags(
  autoscaling: AutoScaling,
  name: string,
  olds: Properties,
  news: Group,
): Promise<void> {
  const wanted = news.tags ?? [];
  const removed = ((olds.tags ?? []) as unknown as readonly Tag[]).filter(
    ({ key }) => !wanted.some((tag) => tag.key === key),
  );
  if (removed.length > 0) await autoscaling.deleteTags({ Tags: removed.map((tag) => toTag(name, tag)) });
  if (wanted.length > 0)
    await autoscaling.createOrUpdateTags({ Tags: wanted.map((tag) => toTag(name, tag)) });
}
