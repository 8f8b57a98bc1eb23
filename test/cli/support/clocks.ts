import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../cli/clock.ts';

const start = Date.UTC(2026, 4, 1, 12);

/** Sleeping takes no time but moves the clock: for work that polls until a deadline. */
export function leapingClock(): Clock {
  let now = start;
  return {
    now: () => now,
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      now += milliseconds;
      await turn();
      signal?.throwIfAborted();
    },
  };
}

export interface ManualClock extends Clock {
  /** Moves time on, wakes who sleeps until then, and lets them act. */
  advance(milliseconds: number): Promise<void>;
}

/** Stands still until told. */
export function manualClock(): ManualClock {
  let now = start;
  const sleepers = new Set<{ due: number; wake: () => void }>();
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { due: now + milliseconds, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason as Error);
        });
      }),
    async advance(milliseconds) {
      now += milliseconds;
      for (const sleeper of [...sleepers].filter(({ due }) => due <= now)) {
        sleepers.delete(sleeper);
        sleeper.wake();
      }
      for (let index = 0; index < 10; index += 1) await turn();
    },
  };
}

/** Leaps over polls; whoever wants to sleep longer than any poll (the lock's renewal, looking for who aborts) sleeps until the end. */
export function commandClock(): Clock {
  const leaping = leapingClock();
  const polls = 1000;
  return {
    now: leaping.now,
    sleep: (milliseconds, signal) =>
      milliseconds <= polls
        ? leaping.sleep(milliseconds, signal)
        : new Promise((_, reject) => {
            signal?.addEventListener('abort', () => {
              reject(signal.reason as Error);
            });
          }),
  };
}
