import type { Sample } from './load.ts';

/** What a load went through; times in milliseconds from the beginning of the fault. */
export interface Tally {
  readonly requests: number;
  readonly failed: number;
  readonly percentFailed: number;
  readonly firstFailure: number | null;
  /** When the last failed request had failed. */
  readonly lastFailure: number | null;
  readonly longestAnswer: number;
  /** Each kind of failure with how often it came, most frequent first. */
  readonly failures: Readonly<Record<string, number>>;
}

/** Pure: only requests that were under way at the fault, or came later, count. */
export function tally(samples: readonly Sample[], faultAt: number): Tally {
  const counted = samples.filter(({ sentAt, milliseconds }) => sentAt + milliseconds >= faultAt);
  const failed = counted.filter(({ failure }) => failure !== undefined);
  const ends = failed.map(({ sentAt, milliseconds }) => sentAt + milliseconds - faultAt);
  const kinds = Map.groupBy(failed, ({ failure = '' }) => failure);
  return {
    requests: counted.length,
    failed: failed.length,
    percentFailed: counted.length === 0 ? 0 : (100 * failed.length) / counted.length,
    firstFailure: ends.length === 0 ? null : Math.min(...ends),
    lastFailure: ends.length === 0 ? null : Math.max(...ends),
    longestAnswer: Math.max(0, ...counted.map(({ milliseconds }) => milliseconds)),
    failures: Object.fromEntries(
      [...kinds].map(([kind, { length }]): [string, number] => [kind, length]).sort(([, a], [, b]) => b - a),
    ),
  };
}

/** Pure: no failure for that long, with answers all the while. */
export function isCalm(samples: readonly Sample[], now: number, milliseconds: number): boolean {
  const recent = samples.filter(({ sentAt, milliseconds: took }) => sentAt + took > now - milliseconds);
  return recent.length > 0 && recent.every(({ failure }) => failure === undefined);
}
