import type { HealthFacts } from './health/status.ts';

export type Problem = HealthFacts['problems'][number];

/** Standing problems by what they concern; a new one is told once, not at every attempt. */
export class Problems {
  readonly #standing = new Map<string, Problem>();
  readonly #onChange: (concern: string, problem: Problem | undefined) => void;

  constructor(onChange: (concern: string, problem: Problem | undefined) => void) {
    this.#onChange = onChange;
  }

  get all(): Problem[] {
    return [...this.#standing.values()];
  }

  set(concern: string, problem: Problem | undefined): void {
    const known = this.#standing.get(concern);
    if (problem) this.#standing.set(concern, problem);
    else this.#standing.delete(concern);
    if (known?.cause !== problem?.cause) this.#onChange(concern, problem);
  }
}
