/** What the daemon has done since it was last asked: the environment's metrics are made of it. */
export interface WorkCounts {
  readonly handled: number;
  readonly failures: number;
  readonly deadLetters: number;
  /** Of the message that had waited longest in the queue when it came. */
  readonly oldestSeconds: number;
  /** Being handled now. */
  readonly inFlight: number;
}

export class WorkCounter {
  #handled = 0;
  #failures = 0;
  #deadLetters = 0;
  #oldestSeconds = 0;
  #averageMilliseconds: number | undefined;

  /** How long the application takes for a message, as a moving average. */
  get averageMilliseconds(): number | undefined {
    return this.#averageMilliseconds;
  }

  received(sentAt: number, now: number): void {
    if (!Number.isNaN(sentAt)) this.#oldestSeconds = Math.max(this.#oldestSeconds, (now - sentAt) / 1000);
  }

  answered(milliseconds: number): void {
    const before = this.#averageMilliseconds ?? milliseconds;
    this.#averageMilliseconds = before + (milliseconds - before) / 20;
  }

  ended(kind: 'Done' | 'GiveBack' | 'Bury'): void {
    if (kind === 'Done') this.#handled++;
    else this.#failures++;
    if (kind === 'Bury') this.#deadLetters++;
  }

  take(inFlight: number): WorkCounts {
    const counts = {
      handled: this.#handled,
      failures: this.#failures,
      deadLetters: this.#deadLetters,
      oldestSeconds: this.#oldestSeconds,
      inFlight,
    };
    this.#handled = this.#failures = this.#deadLetters = this.#oldestSeconds = 0;
    return counts;
  }
}
