import type { Clock } from '../../../agent/clock.ts';

/** Sleeping takes no time but moves the clock. */
export function testClock(
  start = Date.parse('2026-01-01T00:00:00Z'),
): Clock & { advance(milliseconds: number): void } {
  let now = start;
  return {
    now: () => now,
    advance: (milliseconds) => {
      now += milliseconds;
    },
    sleep: async (milliseconds, signal) => {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      now += milliseconds;
    },
  };
}

/** Sleeping lasts until the test advances the clock. */
export function heldClock(start = Date.parse('2026-01-01T00:00:00Z')) {
  let now = start;
  let sleepers: { at: number; wake: () => void }[] = [];
  return {
    now: () => now,
    sleep: (milliseconds: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason as Error);
          return;
        }
        signal?.addEventListener(
          'abort',
          () => {
            reject(signal.reason as Error);
          },
          { once: true },
        );
        sleepers.push({ at: now + milliseconds, wake: resolve });
      }),
    advance(milliseconds: number) {
      now += milliseconds;
      const due = sleepers.filter(({ at }) => at <= now);
      sleepers = sleepers.filter(({ at }) => at > now);
      for (const { wake } of due) wake();
    },
  };
}
