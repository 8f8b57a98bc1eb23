import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { isStatistic, statistic } from './buckets.ts';
import { unsupported, validation } from './errors.ts';
import { evaluateExpression, namesIn } from './math/evaluate.ts';
import { findFunction } from './math/functions.ts';
import type { Series, Value } from './math/series.ts';
import { parseExpression } from './math/syntax.ts';
import { checkPeriod } from './periods.ts';
import { minute, points } from './series.ts';
import { metricKey, type CloudWatchState } from './state.ts';

/** Metric data queries: metrics and expressions over them, as GetMetricData and alarms have them. */

const mostQueries = 500;

/** Throws AWS's refusal of queries that cannot be answered. */
export function checkQueries(queries: readonly MetricDataQuery[]): void {
  if (queries.length > mostQueries) throw validation(`At most ${mostQueries} queries can be asked at once.`);
  const ids = queries.map(({ Id = '' }) => Id);
  if (new Set(ids).size < ids.length)
    throw validation('The values for parameter id in MetricDataQueries must be unique.');
  for (const query of queries) checkQuery(query, queries);
  // What an expression joins in vain shows without data, too.
  const valueOf = valuesOf(queries, () => ({ period: minute, values: new Map() }), 0, 0);
  for (const id of ids) valueOf(id);
}

function checkQuery(query: MetricDataQuery, queries: readonly MetricDataQuery[]): void {
  const { Id = '', MetricStat: wanted, Expression } = query;
  if (!/^[a-z]\w{0,254}$/.test(Id)) throw validation(`The value ${Id} for parameter Id is invalid.`);
  if (query.AccountId !== undefined) throw unsupported('AccountId');
  if ((wanted === undefined) === (Expression === undefined))
    throw validation('Each MetricDataQuery must have either a MetricStat or an Expression.');
  if (wanted) {
    checkPeriod(wanted.Period ?? 0);
    if (!isStatistic(wanted.Stat ?? '')) throw unsupported(`The statistic ${wanted.Stat ?? ''}`);
    return;
  }
  const { names, functions } = namesIn(parseExpression(Expression ?? ''));
  for (const name of functions) findFunction(name);
  const unknown = names.find((name) => !queries.some((other) => other.Id === name));
  if (unknown !== undefined)
    throw validation(`Error in expression '${Id}': Unknown identifier ${unknown} in ${Expression ?? ''}`);
  if (reaches(queries, names, Id)) throw validation(`The expression '${Id}' depends on itself.`);
}

function reaches(queries: readonly MetricDataQuery[], names: readonly string[], id: string): boolean {
  const seen = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === id) return true;
    if (seen.has(name)) continue;
    seen.add(name);
    const expression = queries.find((other) => other.Id === name)?.Expression;
    if (expression !== undefined) open.push(...namesIn(parseExpression(expression)).names);
  }
  return false;
}

/** Answers queries from `start` until before `end` (milliseconds); each at most once, whoever needs it. */
export function answerQueries(
  state: CloudWatchState,
  queries: readonly MetricDataQuery[],
  start: number,
  end: number,
): (id: string) => readonly Series[] {
  const valueOf = valuesOf(queries, (metric) => metricSeries(state, metric, start, end), start, end);
  return (id) => [valueOf(id)].flat() as readonly Series[];
}

type MetricStat = NonNullable<MetricDataQuery['MetricStat']>;

function valuesOf(
  queries: readonly MetricDataQuery[],
  seriesOf: (metric: MetricStat) => Series,
  start: number,
  end: number,
): (id: string) => Value {
  const known = new Map<string, Value>();
  const valueOf = (id: string): Value => {
    const found = known.get(id) ?? compute(id);
    known.set(id, found);
    return found;
  };
  const compute = (id: string): Value => {
    const query = queries.find((other) => other.Id === id);
    if (query?.MetricStat) return seriesOf(query.MetricStat);
    const metrics = queries.flatMap(({ Id, MetricStat }) =>
      MetricStat ? [valueOf(Id ?? '') as Series] : [],
    );
    const value = evaluateExpression(parseExpression(query?.Expression ?? ''), valueOf, {
      metrics,
      start,
      end,
    });
    return typeof value === 'number' ? constant(value, longestPeriod(queries), start, end) : value;
  };
  return valueOf;
}

function metricSeries(
  state: CloudWatchState,
  { Metric, Period = 60, Stat = '', Unit }: MetricStat,
  start: number,
  end: number,
): Series {
  const { Namespace = '', MetricName = '', Dimensions = [] } = Metric ?? {};
  const key = metricKey(Namespace, MetricName, Dimensions);
  const period = checkPeriod(Period);
  const isOtherUnit = Unit !== undefined && state.metrics.get(key)?.unit !== Unit;
  const found = isOtherUnit ? [] : points(state, key, start, end, period);
  const values = found.flatMap(({ at, bucket }): [number, number][] => {
    const value = statistic(Stat, bucket);
    return value === undefined ? [] : [[at, value]];
  });
  return { period, values: new Map(values) };
}

/** The period that alarms and expressions go by, in milliseconds. */
export const longestPeriod = (queries: readonly MetricDataQuery[]): number =>
  Math.max(0, ...queries.map(({ MetricStat, Period }) => (MetricStat?.Period ?? Period ?? 0) * 1000)) ||
  minute;

function constant(value: number, period: number, start: number, end: number): Series {
  const values = new Map<number, number>();
  for (let at = Math.ceil(start / period) * period; at < end; at += period)
    if (Number.isFinite(value)) values.set(at, value);
  return { period, values };
}
