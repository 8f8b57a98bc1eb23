import type { Clock } from '../clock.ts';
import type { Batches } from './batches.ts';

/** Prolongs the invisibility of all messages held here, so that nobody else gets them. One timer for all. */
export class Heartbeat {
  readonly #seconds: number;
  readonly #clock: Clock;
  readonly #visibilities: Batches;
  /** Receipt handle → when its invisibility was last known to be full. */
  readonly #held = new Map<string, number>();
  #isBeating = false;

  constructor(visibilityTimeoutSeconds: number, clock: Clock, visibilities: Batches) {
    this.#seconds = visibilityTimeoutSeconds;
    this.#clock = clock;
    this.#visibilities = visibilities;
  }

  hold(receiptHandle: string): void {
    if (this.#seconds === 0) return;
    this.#held.set(receiptHandle, this.#clock.now());
    if (!this.#isBeating) void this.#beat();
  }

  letGo(receiptHandle: string): void {
    this.#held.delete(receiptHandle);
  }

  async #beat(): Promise<void> {
    this.#isBeating = true;
    const milliseconds = this.#seconds * 1000;
    while (this.#held.size > 0) {
      await this.#clock.sleep(milliseconds / 6);
      const now = this.#clock.now();
      for (const [receiptHandle, since] of this.#held) {
        if (now - since < milliseconds / 2) continue;
        this.#held.set(receiptHandle, now);
        void this.#visibilities.add({ receiptHandle, visibilityTimeoutSeconds: this.#seconds });
      }
    }
    this.#isBeating = false;
  }
}
