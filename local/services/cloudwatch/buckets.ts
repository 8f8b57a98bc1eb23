import type { Bucket } from './state.ts';

/** Minutes of measurements: put together and read as statistics. Pure functions. */

/** Distinct values kept of a minute; more than these, and percentiles are not known. */
const maximumValues = 2000;

export interface Measured {
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly values?: readonly (readonly [value: number, count: number])[];
}

/** Values and how often each came. */
export function measured(values: readonly (readonly [number, number])[]): Measured {
  return {
    count: values.reduce((sum, [, count]) => sum + count, 0),
    sum: values.reduce((sum, [value, count]) => sum + value * count, 0),
    minimum: Math.min(...values.map(([value]) => value)),
    maximum: Math.max(...values.map(([value]) => value)),
    values,
  };
}

export function merge(one: Measured, other: Measured): Bucket {
  const values = one.values && other.values ? mergeValues(one.values, other.values) : undefined;
  return {
    count: one.count + other.count,
    sum: one.sum + other.sum,
    minimum: Math.min(one.minimum, other.minimum),
    maximum: Math.max(one.maximum, other.maximum),
    ...(values && values.length <= maximumValues && { values }),
  };
}

function mergeValues(
  one: NonNullable<Measured['values']>,
  other: NonNullable<Measured['values']>,
): [number, number][] {
  const counts = new Map(one);
  for (const [value, count] of other) counts.set(value, (counts.get(value) ?? 0) + count);
  return [...counts];
}

export const statistics = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'] as const;

/** `p99.9` and the plain statistics. */
export const isStatistic = (name: string): boolean =>
  (statistics as readonly string[]).includes(name) || /^p(100|\d{1,2}(\.\d{1,10})?)$/.test(name);

/** A statistic; undefined when the values for it are not known. */
export function statistic(name: string, bucket: Bucket): number | undefined {
  switch (name) {
    case 'SampleCount':
      return bucket.count;
    case 'Sum':
      return bucket.sum;
    case 'Average':
      return bucket.sum / bucket.count;
    case 'Minimum':
      return bucket.minimum;
    case 'Maximum':
      return bucket.maximum;
    default:
      return bucket.values && percentile(bucket.values, Number(name.slice(1)));
  }
}

function percentile(values: readonly (readonly [number, number])[], percent: number): number | undefined {
  const sorted = values.toSorted(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  let left = Math.max(1, Math.ceil((percent / 100) * total));
  for (const [value, count] of sorted) {
    left -= count;
    if (left <= 0) return value;
  }
  return sorted.at(-1)?.[0];
}
