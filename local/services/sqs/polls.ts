import type { Clock } from '../../clock.ts';
import type { QueueEngine } from './engine.ts';

interface Poll {
  /** Takes messages if there are any; undefined: none. */
  readonly attempt: () => unknown[] | undefined;
  readonly finish: (messages: unknown[]) => void;
  /** Answers what the attempt threw. */
  readonly fail: (error: Error) => void;
}

/** Long polls of one queue, first come first served. */
export class Polls {
  readonly #clock: Clock;
  readonly #engine: QueueEngine;
  readonly #waiting = new Set<Poll>();
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock, engine: QueueEngine) {
    this.#clock = clock;
    this.#engine = engine;
  }

  /** Waits until an attempt gives messages or throws, the time is over or the caller hangs up. */
  wait<T>(attempt: () => T[] | undefined, milliseconds: number, signal: AbortSignal): Promise<T[]> {
    if (signal.aborted) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        poll.finish([]);
      };
      const cancelDeadline = this.#clock.after(milliseconds, giveUp);
      signal.addEventListener('abort', giveUp, { once: true });
      const leave = (): void => {
        cancelDeadline();
        signal.removeEventListener('abort', giveUp);
        this.#waiting.delete(poll);
        if (this.#waiting.size === 0) this.#disarm();
      };
      const poll: Poll = {
        attempt,
        finish: (messages) => {
          leave();
          resolve(messages as T[]);
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      this.#waiting.add(poll);
      this.#arm();
    });
  }

  /** Called when messages may have become visible. */
  wake(): void {
    for (const poll of this.#waiting) {
      try {
        const messages = poll.attempt();
        if (messages) poll.finish(messages);
      } catch (error) {
        // Its own caller hears of it: who woke it, a sender or a timer, has nothing to do with it.
        poll.fail(error as Error);
      }
    }
    if (this.#waiting.size > 0) this.#arm();
  }

  /** Called when a message will become visible at another time than before. */
  rearm(): void {
    if (this.#waiting.size > 0) this.#arm();
  }

  /** Ends all polls empty-handed. */
  end(): void {
    for (const poll of this.#waiting) poll.finish([]);
  }

  /** Wakes the polls when the next message appears by itself. */
  #arm(): void {
    this.#disarm();
    const next = this.#engine.nextVisible;
    if (next === undefined) return;
    this.#cancelTimer = this.#clock.after(Math.max(next - this.#clock.now(), 1), () => {
      this.wake();
    });
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
