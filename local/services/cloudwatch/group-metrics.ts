import type { AutoScalingGroup, AutoScalingGroupsType } from '@aws-sdk/client-auto-scaling';
import { ask, type Parts } from '../parts.ts';
import { measured } from './buckets.ts';
import type { Measurement } from './series.ts';

/** Auto Scaling's metrics of the groups that collect them. */
export function groupMetrics(parts: Parts): (at: number) => Promise<Measurement[]> {
  return async (at) => {
    const { AutoScalingGroups = [] } = await ask<AutoScalingGroupsType>(
      parts,
      'autoscaling',
      'DescribeAutoScalingGroups',
      { MaxRecords: 100 },
    );
    return AutoScalingGroups.flatMap((group) =>
      (group.EnabledMetrics ?? []).map(({ Metric: name = '' }) => ({
        namespace: 'AWS/AutoScaling',
        name,
        dimensions: [{ Name: 'AutoScalingGroupName', Value: group.AutoScalingGroupName }],
        unit: 'None' as const,
        at,
        measured: measured([[groupMetric(group, name), 1]]),
      })),
    );
  };
}

/** Instances count as one unit of capacity each. */
function groupMetric(group: AutoScalingGroup, name: string): number {
  const states = (group.Instances ?? []).map(({ LifecycleState = '' }) => LifecycleState);
  const count = (pattern: RegExp): number => states.filter((state) => pattern.test(state)).length;
  switch (name.replace(/Capacity$/, 'Instances')) {
    case 'GroupMinSize':
      return group.MinSize ?? 0;
    case 'GroupMaxSize':
      return group.MaxSize ?? 0;
    case 'GroupDesiredInstances':
      return group.DesiredCapacity ?? 0;
    case 'GroupInServiceInstances':
      return count(/^InService$/);
    case 'GroupPendingInstances':
      return count(/^Pending/);
    case 'GroupStandbyInstances':
      return count(/Standby$/);
    case 'GroupTerminatingInstances':
      return count(/^Terminating/);
    default:
      return states.length;
  }
}
