/** Where all services take their time from, so that a test can move it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once after a delay in milliseconds; the result cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
};

/**
 * Calls back at whole multiples of a step, as clocks on walls strike, with the time that is meant. Timers that
 * fire a moment early or late neither skip a step nor strike twice. The result ends it.
 */
export function every(
  clock: Clock,
  step: number,
  callback: (at: number) => void | Promise<void>,
): () => void {
  let cancel: () => void = () => undefined;
  const schedule = (): void => {
    const at = (Math.round(clock.now() / step) + 1) * step;
    cancel = clock.after(at - clock.now(), () => {
      schedule();
      void callback(at);
    });
  };
  schedule();
  return () => {
    cancel();
  };
}

/** A time lapse: how much faster than the clock it goes, and the clock of those that live in it. */
export interface Lapse {
  readonly factor: number;
  readonly clock: Clock;
}

/** Runs ahead of a clock from a moment on; the moment stays the same over restarts, so that time never goes back. */
export const timeLapse = (clock: Clock, factor: number, since: number): Lapse => ({
  factor,
  clock: {
    now: () => since + (clock.now() - since) * factor,
    after: (milliseconds, callback) => clock.after(milliseconds / factor, callback),
  },
});

/** A clock that stands still until it is told to advance. */
export class ManualClock implements Clock {
  #now: number;
  readonly #timers = new Set<{ due: number; callback: () => void }>();

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { due: this.#now + milliseconds, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves time on and runs what fell due, in order. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = [...this.#timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (!next) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
    }
    this.#now = end;
  }
}
