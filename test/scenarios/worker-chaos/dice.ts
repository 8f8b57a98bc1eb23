/** Chance that comes out the same for the same seed (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d_2b_79_f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0, less than `below`. */
  number(below: number): number {
    return Math.floor(this.fraction() * below);
  }

  pick<T>(all: readonly T[]): T | undefined {
    return all[this.number(all.length)];
  }

  shuffled<T>(all: readonly T[]): T[] {
    return all
      .map((each) => ({ each, at: this.fraction() }))
      .toSorted((left, right) => left.at - right.at)
      .map(({ each }) => each);
  }
}
