import type { Clock } from './clock.ts';

export interface BackOff {
  readonly firstMilliseconds: number;
  readonly longestMilliseconds: number;
}

/** Delay before the next attempt, doubled each time; `failures` counts from 1. */
export function backOffDelay(failures: number, { firstMilliseconds, longestMilliseconds }: BackOff): number {
  return Math.min(longestMilliseconds, firstMilliseconds * 2 ** Math.min(30, Math.max(0, failures - 1)));
}

export const awsBackOff: BackOff = { firstMilliseconds: 500, longestMilliseconds: 30_000 };
export const crashBackOff: BackOff = { firstMilliseconds: 250, longestMilliseconds: 30_000 };
/** A process that ran this long starts with a clean slate after its next crash. */
export const stableAfterMilliseconds = 60_000;

export interface Retry {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told of each failure before the pause. */
  readonly onFailure: (error: Error, delayMilliseconds: number) => void;
  /** False: the failure is final and thrown at once. */
  readonly isWorthRepeating?: (error: Error) => boolean;
}

/** Repeats an attempt until it succeeds, the failure is final, or the signal says stop. */
export async function retrying<T>(attempt: () => Promise<T>, retry: Retry): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      if (retry.signal.aborted || retry.isWorthRepeating?.(error) === false) throw error;
      const delay = backOffDelay(failures, awsBackOff);
      retry.onFailure(error, delay);
      await retry.clock.sleep(delay, retry.signal);
    }
  }
}
