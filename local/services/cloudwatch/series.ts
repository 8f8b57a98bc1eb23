import type { Dimension, StandardUnit } from '@aws-sdk/client-cloudwatch';
import { merge, type Measured } from './buckets.ts';
import { metricKey, type Bucket, type CloudWatchState } from './state.ts';

/** Measurements over time, in minutes and, at high resolution, in seconds; bounded by age and by number. */

const second = 1000;
export const minute = 60_000;
const hour = 60 * minute;

interface Resolution {
  readonly of: (state: CloudWatchState) => CloudWatchState['minutes'];
  readonly step: number;
  /** What one stored value holds. */
  readonly span: number;
  /** As long as on AWS. */
  readonly retention: number;
  readonly keptSpans: number;
}

const resolutions = {
  minute: {
    of: ({ minutes }) => minutes,
    step: minute,
    span: hour,
    retention: 15 * 24 * hour,
    keptSpans: 20_000,
  },
  second: {
    of: ({ seconds }) => seconds,
    step: second,
    span: 10 * minute,
    retention: 3 * hour,
    keptSpans: 20_000,
  },
} as const satisfies Record<string, Resolution>;

export interface Measurement {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Dimension[];
  readonly unit: StandardUnit;
  readonly at: number;
  readonly measured: Measured;
  readonly isHighResolution?: boolean;
}

export interface Point {
  readonly at: number;
  readonly bucket: Bucket;
}

export function record(
  state: CloudWatchState,
  { namespace, name, dimensions, unit, at, measured, isHighResolution = false }: Measurement,
  into: readonly (keyof typeof resolutions)[] = isHighResolution ? ['minute', 'second'] : ['minute'],
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
  for (const resolution of into) store(state, resolutions[resolution], key, at, measured);
}

function store(
  state: CloudWatchState,
  { of, step, span }: Resolution,
  key: string,
  at: number,
  measured: Measured,
): void {
  const start = Math.floor(at / span) * span;
  const id = `${start}/${key}`;
  const stored = of(state).get(id) ?? { metric: key, start, buckets: {} };
  const index = Math.floor((at - start) / step);
  stored.buckets[index] = merge(
    measured,
    stored.buckets[index] ?? { count: 0, sum: 0, minimum: Infinity, maximum: -Infinity, values: [] },
  );
  of(state).set(id, stored);
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
  const { of, step, span } = resolutions[period < minute ? 'second' : 'minute'];
  for (let at = Math.floor(from / span) * span; at < end; at += span) {
    for (const [index, bucket] of Object.entries(of(state).get(`${at}/${key}`)?.buckets ?? {})) {
      const time = at + Number(index) * step;
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
  for (const { of, span, retention, keptSpans } of Object.values(resolutions)) {
    const spans = [...of(state).entries()];
    const tooMany = Math.max(0, spans.length - keptSpans);
    for (const [index, [id, { start }]] of spans.entries())
      if (index < tooMany || start + span < now - retention) of(state).delete(id);
  }
  for (const [key, { lastData }] of [...state.metrics.entries()])
    if (lastData < now - resolutions.minute.retention) state.metrics.delete(key);
}
