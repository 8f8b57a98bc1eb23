import type { Dimension, StandardUnit } from '@aws-sdk/client-cloudwatch';
import { merge, type Measured } from './buckets.ts';
import { metricKey, type Bucket, type CloudWatchState } from './state.ts';

/** Measurements over time, in minutes, bounded by age and by number. */

export const minute = 60_000;
const hour = 60 * minute;
/** One-minute data lives fifteen days, as on AWS. */
const retention = 15 * 24 * hour;
const keptHours = 20_000;

export interface Measurement {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Dimension[];
  readonly unit: StandardUnit;
  readonly at: number;
  readonly measured: Measured;
}

export interface Point {
  readonly at: number;
  readonly bucket: Bucket;
}

export function record(
  state: CloudWatchState,
  { namespace, name, dimensions, unit, at, measured }: Measurement,
): void {
  const key = metricKey(namespace, name, dimensions);
  const known = state.metrics.get(key);
  if (known?.unit !== unit || at - known.lastData >= minute) {
    state.metrics.set(key, {
      namespace,
      name,
      dimensions,
      unit,
      lastData: Math.max(at, known?.lastData ?? 0),
    });
  }
  const start = Math.floor(at / hour) * hour;
  const stored = state.hours.get(`${start}/${key}`) ?? { metric: key, start, minutes: {} };
  const index = Math.floor((at - start) / minute);
  const existing = stored.minutes[index];
  stored.minutes[index] = merge(
    measured,
    existing ?? { count: 0, sum: 0, minimum: Infinity, maximum: -Infinity, values: [] },
  );
  state.hours.set(`${start}/${key}`, stored);
}

/** The points of a metric from `start` until before `end`, one per period, oldest first; empty ones are left out. */
export function points(
  state: CloudWatchState,
  key: string,
  start: number,
  end: number,
  period: number,
): Point[] {
  const found = new Map<number, Bucket>();
  const from = Math.floor(start / period) * period;
  for (let at = Math.floor(from / hour) * hour; at < end; at += hour) {
    for (const [index, bucket] of Object.entries(state.hours.get(`${at}/${key}`)?.minutes ?? {})) {
      const time = at + Number(index) * minute;
      if (time < from || time >= end) continue;
      const slot = Math.floor(time / period) * period;
      const existing = found.get(slot);
      found.set(slot, existing ? merge(existing, bucket) : bucket);
    }
  }
  return [...found].map(([at, bucket]) => ({ at, bucket })).sort((a, b) => a.at - b.at);
}

/** Forgets what is too old, or too much. */
export function forgetOld(state: CloudWatchState, now: number): void {
  const hours = [...state.hours.entries()];
  const tooMany = Math.max(0, hours.length - keptHours);
  for (const [index, [id, { start }]] of hours.entries()) {
    if (index < tooMany || start + hour < now - retention) state.hours.delete(id);
  }
  for (const [key, { lastData }] of [...state.metrics.entries()])
    if (lastData < now - retention) state.metrics.delete(key);
}
