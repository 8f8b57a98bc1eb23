import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { ruleOf, statisticOf } from './alarm-rules.ts';
import { answerQueries, longestPeriod } from './queries.ts';
import type { CloudWatchState, StoredAlarm } from './state.ts';

/** What an alarm looks at: its own metric, or the query that returns data. */
export const queriesOf = ({ settings }: Pick<StoredAlarm, 'settings'>): readonly MetricDataQuery[] =>
  settings.Metrics?.length
    ? settings.Metrics
    : [
        {
          Id: 'metric',
          MetricStat: {
            Metric: {
              Namespace: settings.Namespace,
              MetricName: settings.MetricName,
              Dimensions: settings.Dimensions,
            },
            Period: settings.Period ?? 60,
            Stat: statisticOf(settings),
            Unit: settings.Unit,
          },
        },
      ];

/** An alarm's period, in milliseconds. */
export const periodOf = (alarm: Pick<StoredAlarm, 'settings'>): number => longestPeriod(queriesOf(alarm));

/** The values of the last N whole periods, oldest first. */
export function lastValues(state: CloudWatchState, alarm: StoredAlarm, now: number): (number | undefined)[] {
  const queries = queriesOf(alarm);
  const period = periodOf(alarm);
  const { periods } = ruleOf(alarm);
  const end = Math.floor(now / period) * period;
  const start = end - periods * period;
  const returned = queries.find(({ ReturnData }) => ReturnData !== false)?.Id ?? '';
  const [series] = answerQueries(state, queries, start, end)(returned);
  return Array.from({ length: periods }, (_, index) => series?.values.get(start + index * period));
}
