import type { Aws } from './aws.ts';

const day = 24 * 3600 * 1000;

/** The newest average of a metric; undefined: there is none. In a time lapse CloudWatch's times run ahead. */
export async function newest(
  { cloudwatch }: Aws,
  Namespace: string,
  MetricName: string,
  Name: string,
  Value: string,
): Promise<number | undefined> {
  const { Datapoints = [] } = await cloudwatch.getMetricStatistics({
    Namespace,
    MetricName,
    Dimensions: [{ Name, Value }],
    Period: 300,
    Statistics: ['Average'],
    StartTime: new Date(Date.now() - day),
    EndTime: new Date(Date.now() + day),
  });
  const times = Datapoints.map(({ Timestamp }) => Timestamp?.getTime() ?? 0);
  return Datapoints[times.indexOf(Math.max(...times))]?.Average;
}
