import type {
  CustomizedMetricSpecification,
  TargetTrackingConfiguration,
} from '@aws-sdk/client-auto-scaling';
import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import type { PolicyRow } from './state.ts';

/** The two alarms that a target tracking policy keeps for itself. Pure. */

/** Periods in a row before instances are added, and before they are taken away. */
const periodsUp = 3;
const periodsDown = 15;
/** Below this part of the target instances are taken away, so that the two alarms never meet. */
const lowShare = 0.9;

type Metric = Pick<
  PutMetricAlarmInput,
  'Namespace' | 'MetricName' | 'Dimensions' | 'Statistic' | 'Period' | 'Unit' | 'Metrics'
>;

export function trackingAlarms(policy: PolicyRow): PutMetricAlarmInput[] {
  const { tracking, alarms } = policy;
  if (!tracking || !alarms) return [];
  const target = tracking.TargetValue ?? 0;
  const of = {
    ...trackedMetric(policy.groupName, tracking),
    AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${policy.arn}.`,
    AlarmActions: [policy.arn],
  };
  const high: PutMetricAlarmInput = {
    ...of,
    AlarmName: alarms.high,
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: target,
    EvaluationPeriods: periodsUp,
  };
  const low: PutMetricAlarmInput = {
    ...of,
    AlarmName: alarms.low ?? '',
    ComparisonOperator: 'LessThanThreshold',
    Threshold: target * lowShare,
    EvaluationPeriods: periodsDown,
  };
  return alarms.low === undefined ? [high] : [high, low];
}

function trackedMetric(groupName: string, tracking: TargetTrackingConfiguration): Metric {
  const { PredefinedMetricSpecification: predefined, CustomizedMetricSpecification: custom } = tracking;
  if (custom) return customMetric(custom);
  const ofGroup = [{ Name: 'AutoScalingGroupName', Value: groupName }];
  const ec2 = (MetricName: string): Metric => ({
    Namespace: 'AWS/EC2',
    MetricName,
    Dimensions: ofGroup,
    Statistic: 'Average',
    Period: 60,
  });
  switch (predefined?.PredefinedMetricType) {
    case 'ALBRequestCountPerTarget':
      return requestCount(predefined.ResourceLabel ?? '');
    case 'ASGAverageNetworkIn':
      return ec2('NetworkIn');
    case 'ASGAverageNetworkOut':
      return ec2('NetworkOut');
    default:
      return ec2('CPUUtilization');
  }
}

function requestCount(label: string): Metric {
  const [loadBalancer = '', targetGroup = ''] = label.split('/targetgroup/');
  return {
    Namespace: 'AWS/ApplicationELB',
    MetricName: 'RequestCountPerTarget',
    Dimensions: [
      { Name: 'TargetGroup', Value: `targetgroup/${targetGroup}` },
      { Name: 'LoadBalancer', Value: loadBalancer },
    ],
    Statistic: 'Sum',
    Period: 60,
  };
}

function customMetric({
  Metrics,
  Namespace,
  MetricName,
  Dimensions,
  Statistic,
  Unit,
  Period = 60,
}: CustomizedMetricSpecification): Metric {
  if (!Metrics?.length)
    return {
      Namespace,
      MetricName,
      Dimensions,
      Statistic,
      Period,
      ...(Unit !== undefined && { Unit: Unit as 'Count' }),
    };
  return {
    Metrics: Metrics.map(({ MetricStat: stat, ...query }) => ({
      ...query,
      ...(stat && {
        MetricStat: {
          Metric: stat.Metric,
          Stat: stat.Stat,
          Period: stat.Period ?? 60,
          ...(stat.Unit !== undefined && { Unit: stat.Unit as 'Count' }),
        },
      }),
    })),
  };
}

/** How long the low alarm's verdict on another policy is taken into account, in milliseconds. */
export function trackingPeriod({ tracking }: PolicyRow): number {
  const { Metrics, Period } = tracking?.CustomizedMetricSpecification ?? {};
  return 1000 * Math.max(Period ?? 60, ...(Metrics ?? []).map(({ MetricStat }) => MetricStat?.Period ?? 0));
}
