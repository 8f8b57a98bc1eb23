import type {
  GetMetricDataCommandInput,
  GetMetricDataCommandOutput,
  GetMetricStatisticsCommandInput,
  GetMetricStatisticsCommandOutput,
  ListMetricsCommandInput,
  ListMetricsCommandOutput,
  MetricDataQuery,
  MetricDataResult,
  PutMetricDataCommandInput,
} from '@aws-sdk/client-cloudwatch';
import type { Answer, Call } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import { isStatistic, statistic } from './buckets.ts';
import { measurement } from './data.ts';
import {
  invalidCombination,
  invalidToken,
  invalidValue,
  missing,
  unsupported,
  validation,
} from './errors.ts';
import type { Series } from './math/series.ts';
import { checkPeriod } from './periods.ts';
import { answerQueries, checkQueries } from './queries.ts';
import { points, record } from './series.ts';
import { metricKey, type CloudWatchState, type StoredMetric } from './state.ts';

const dataPerCall = 1000;
const pointsPerCall = 1440;
const recently = 3 * 3600 * 1000;

/** Writing and reading metrics. */
export function metricOperations(parts: Parts, state: CloudWatchState) {
  return {
    async PutMetricData(input: PutMetricDataCommandInput, call: Call): Promise<Record<string, never>> {
      const namespace = input.Namespace ?? '';
      // Only AWS itself, which signs with no key, writes to its own namespaces.
      if (namespace.startsWith('AWS/') && call.caller.accessKeyId !== '') {
        throw invalidValue('The value AWS/ for parameter Namespace is invalid.');
      }
      if (!/^[^:][\x20-\x7e]{0,254}$/.test(namespace))
        throw invalidValue(`The value ${namespace} for parameter Namespace is invalid.`);
      if (input.EntityMetricData) throw unsupported('EntityMetricData');
      const data = input.MetricData ?? [];
      if (data.length === 0) throw missing('The parameter MetricData is required.');
      if (data.length > dataPerCall)
        throw invalidValue(`The collection MetricData must not have a size greater than ${dataPerCall}.`);
      const measurements = data.map((datum, index) =>
        measurement(namespace, datum, index + 1, parts.clock.now()),
      );
      for (const one of measurements) record(state, one);
      return {};
    },

    async ListMetrics(input: ListMetricsCommandInput): Promise<Answer<ListMetricsCommandOutput>> {
      const since = input.RecentlyActive === 'PT3H' ? parts.clock.now() - recently : 0;
      const all = [...state.metrics.values()].filter(
        (metric) =>
          metric.lastData >= since &&
          (input.Namespace === undefined || metric.namespace === input.Namespace) &&
          (input.MetricName === undefined || metric.name === input.MetricName) &&
          (input.Dimensions ?? []).every(({ Name, Value }) => hasDimension(metric, Name, Value)),
      );
      const { items, nextToken } = page(all, 500, input.NextToken, invalidToken);
      return {
        Metrics: items.map(({ namespace, name, dimensions }) => ({
          Namespace: namespace,
          MetricName: name,
          Dimensions: dimensions,
        })),
        ...(nextToken && { NextToken: nextToken }),
      };
    },

    async GetMetricStatistics(
      input: GetMetricStatisticsCommandInput,
    ): Promise<Answer<GetMetricStatisticsCommandOutput>> {
      const {
        Namespace = '',
        MetricName = '',
        Dimensions = [],
        Statistics = [],
        ExtendedStatistics = [],
      } = input;
      if (Statistics.length + ExtendedStatistics.length === 0)
        throw missing('At least one of the parameters Statistics and ExtendedStatistics must be specified.');
      const [start, end] = range(input);
      const period = checkPeriod(input.Period ?? 0);
      if ((end - start) / period > pointsPerCall) {
        throw invalidCombination(
          `You have requested up to ${Math.ceil((end - start) / period)} datapoints, which exceeds the limit of ${pointsPerCall}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
        );
      }
      for (const name of ExtendedStatistics)
        if (!isStatistic(name))
          throw invalidValue(`The value ${name} for parameter ExtendedStatistics is invalid.`);
      const key = metricKey(Namespace, MetricName, Dimensions);
      const unit = state.metrics.get(key)?.unit ?? 'None';
      const found =
        input.Unit !== undefined && input.Unit !== unit ? [] : points(state, key, start, end, period);
      return {
        Label: MetricName,
        Datapoints: found.map(({ at, bucket }) => ({
          Timestamp: new Date(at),
          Unit: unit,
          ...Object.fromEntries(Statistics.map((name) => [name, statistic(name, bucket)])),
          ...(ExtendedStatistics.length > 0 && {
            ExtendedStatistics: Object.fromEntries(
              ExtendedStatistics.flatMap((name) => {
                const value = statistic(name, bucket);
                return value === undefined ? [] : [[name, value]];
              }),
            ),
          }),
        })),
      };
    },

    async GetMetricData(input: GetMetricDataCommandInput): Promise<Answer<GetMetricDataCommandOutput>> {
      const [start, end] = range(input);
      const queries = input.MetricDataQueries ?? [];
      checkQueries(queries);
      const answers = answerQueries(state, queries, start, end);
      const results = queries
        .filter(({ ReturnData }) => ReturnData !== false)
        .flatMap((query) =>
          answers(query.Id ?? '').map((series) =>
            shown(query, series, input.ScanBy !== 'TimestampAscending'),
          ),
        );
      return { MetricDataResults: results, Messages: [] };
    },
  };
}

function shown(
  { Id, Label, MetricStat }: MetricDataQuery,
  { values }: Series,
  newestFirst: boolean,
): MetricDataResult {
  const found = newestFirst ? [...values].reverse() : [...values];
  return {
    Id,
    Label: Label ?? MetricStat?.Metric?.MetricName ?? Id,
    Timestamps: found.map(([at]) => new Date(at)),
    Values: found.map(([, value]) => value),
    StatusCode: 'Complete',
  };
}

const hasDimension = (
  { dimensions }: StoredMetric,
  name: string | undefined,
  value: string | undefined,
): boolean => dimensions.some((one) => one.Name === name && (value === undefined || one.Value === value));

function range({
  StartTime,
  EndTime,
}: {
  StartTime: Date | undefined;
  EndTime: Date | undefined;
}): [number, number] {
  const start = StartTime?.getTime() ?? 0;
  const end = EndTime?.getTime() ?? 0;
  if (start >= end) throw validation('The parameter StartTime must be less than the parameter EndTime.');
  return [start, end];
}
