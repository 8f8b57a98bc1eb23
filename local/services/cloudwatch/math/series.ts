import { validation } from '../errors.ts';

/** Values over time, and arithmetic on them. Pure. */
export interface Series {
  /** Milliseconds. */
  readonly period: number;
  /** By the beginning of each period, ascending; periods without data are left out. */
  readonly values: ReadonlyMap<number, number>;
}

export type Value = number | Series | readonly Series[];

export const isList = (value: Value): value is readonly Series[] => Array.isArray(value);
export const isSeries = (value: Value): value is Series => typeof value === 'object' && !isList(value);

/** Applies a function to each value; what is no number afterwards (a division by zero) is no data. */
export function mapValues(series: Series, change: (value: number, at: number) => number): Series {
  const values = [...series.values].map(([at, value]) => [at, change(value, at)] as const);
  return { period: series.period, values: new Map(values.filter(([, value]) => Number.isFinite(value))) };
}

/** Two values, point by point; two series meet where both have data. */
export function combine(one: Value, other: Value, join: (a: number, b: number) => number): Value {
  if (isList(one) && isList(other)) throw validation('Two lists of metrics cannot be joined.');
  if (isList(one)) return one.map((each) => combine(each, other, join) as Series);
  if (isList(other)) return other.map((each) => combine(one, each, join) as Series);
  if (isSeries(one))
    return isSeries(other)
      ? mapValues(one, (value, at) => join(value, other.values.get(at) ?? NaN))
      : mapValues(one, (value) => join(value, other));
  return isSeries(other) ? mapValues(other, (value) => join(one, value)) : join(one, other);
}

/** All times at which any of the series has data. */
export const timesOf = (list: readonly Series[]): number[] =>
  [...new Set(list.flatMap(({ values }) => [...values.keys()]))].sort((a, b) => a - b);

export function aggregate(
  list: readonly Series[],
  reduce: (values: readonly number[]) => number,
  period: number,
): Series {
  const values = timesOf(list).map(
    (at) => [at, reduce(list.flatMap(({ values }) => values.get(at) ?? []))] as const,
  );
  return { period: list[0]?.period ?? period, values: new Map(values) };
}
