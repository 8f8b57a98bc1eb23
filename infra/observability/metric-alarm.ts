/** One alarm over metrics, the same way everywhere. */
import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';

export type Query = aws.types.input.cloudwatch.MetricAlarmMetricQuery & { readonly id: string };
export type AlarmSettings = Pick<
  aws.cloudwatch.MetricAlarmArgs,
  'alarmDescription' | 'comparisonOperator' | 'threshold' | 'evaluationPeriods' | 'datapointsToAlarm'
>;

/** Whom an alarm tells. */
export interface AlarmTarget {
  /** Told when an alarm goes off and when it is over. */
  readonly topicArn: string;
  /** On the alarm: application and stack, of an environment's own alarms the environment too. */
  readonly tags: Record<string, string>;
}

/** Pure: CloudWatch names load balancing resources by the end of their ARN. */
export const dimensionOf = (arn: string): string => arn.replace(/^.*:(loadbalancer\/)?/, '');

export function createAlarm(
  name: string,
  { topicArn, tags }: AlarmTarget,
  metricQueries: Query[],
  settings: AlarmSettings,
  parent: pulumi.Resource,
): aws.cloudwatch.MetricAlarm {
  return new aws.cloudwatch.MetricAlarm(
    name,
    {
      ...settings,
      metricQueries,
      // Nothing is measured where nothing happens.
      treatMissingData: 'notBreaching',
      alarmActions: [topicArn],
      okActions: [topicArn],
      tags,
    },
    { parent },
  );
}

export function metric(
  id: string,
  namespace: string,
  metricName: string,
  stat: string,
  dimensions: Record<string, pulumi.Input<string>>,
): Query {
  return { id, returnData: false, metric: { namespace, metricName, stat, period: 60, dimensions } };
}

/** The greatest of several metrics; one without data does not count. */
export const greatestOf = (queries: readonly Query[]): Query[] => extremeOf(queries, 'MAX', 0, 'Greatest');

/** The least of several metrics; one without data does not count. */
export const leastOf = (queries: readonly Query[]): Query[] => extremeOf(queries, 'MIN', 1e15, 'Least');

function extremeOf(queries: readonly Query[], of: 'MAX' | 'MIN', missing: number, label: string): Query[] {
  const expression = `${of}([${queries.map(({ id }) => `FILL(${id}, ${missing})`).join(', ')}])`;
  return [...queries, { id: label.toLowerCase(), expression, returnData: true, label }];
}
