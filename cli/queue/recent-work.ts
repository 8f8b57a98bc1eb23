import { GetMetricStatisticsCommand, type CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { metricNamespace, metricDimensions, type EnvironmentName } from '../../model/names.ts';

/** What the worker daemons of an environment did in the last five minutes; null: they have not said. */
export interface RecentWork {
  readonly handledPerMinute: number | null;
  readonly failuresPerMinute: number | null;
  /** Of the message that had waited longest when it came. */
  readonly oldestSeconds: number | null;
}

const minutes = 5;

export async function readRecentWork(
  cloudwatch: CloudWatchClient,
  environment: EnvironmentName,
  now: number,
): Promise<RecentWork> {
  const read = async (MetricName: string, statistic: 'Sum' | 'Maximum') => {
    const { Datapoints = [] } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: metricNamespace,
        MetricName,
        Dimensions: metricDimensions(environment),
        StartTime: new Date(now - minutes * 60_000),
        EndTime: new Date(now),
        Period: 60,
        Statistics: [statistic],
      }),
    );
    return Datapoints.map((point) => point[statistic] ?? 0);
  };
  const [handled, failures, oldest] = await Promise.all([
    read('MessagesHandled', 'Sum'),
    read('MessageFailures', 'Sum'),
    read('OldestMessageAge', 'Maximum'),
  ]);
  return {
    handledPerMinute: average(handled),
    failuresPerMinute: average(failures),
    oldestSeconds: oldest.length === 0 ? null : Math.max(...oldest),
  };
}

const average = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
