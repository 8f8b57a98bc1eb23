/** Looks at the instance every ten seconds and reports what it finds. */
import type { Clock } from '../clock.ts';
import type { HealthReport } from '../../model/schemas.ts';
import { healthStatus, type Health, type HealthFacts } from './status.ts';
import type { ProbeAnswer } from './probe.ts';

export const checkEveryMilliseconds = 10_000;
const checksRemembered = 10;

export interface WatchParts {
  readonly clock: Clock;
  /** One health check of what serves; undefined: nothing is to be checked yet. */
  readonly check: () => Promise<ProbeAnswer> | undefined;
  readonly facts: () => Omit<HealthFacts, 'checks'>;
  readonly describe: (health: Health) => HealthReport;
  readonly report: (report: HealthReport) => Promise<void>;
  readonly onChange: (health: Health) => void;
}

export class HealthWatch {
  readonly #parts: WatchParts;
  #checks: (string | undefined)[] = [];
  #last: Health = { status: 'Unknown', causes: [] };
  #nudge: (() => void) | undefined;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  get health(): Health {
    return this.#last;
  }

  /** Looks now: something changed. */
  nudge(): void {
    this.#nudge?.();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look();
      const { promise, resolve } = Promise.withResolvers<undefined>();
      this.#nudge = () => {
        resolve(undefined);
      };
      const stop = new AbortController();
      const either = AbortSignal.any([signal, stop.signal]);
      await Promise.race([
        promise,
        this.#parts.clock.sleep(checkEveryMilliseconds, either).catch(() => undefined),
      ]);
      stop.abort();
    }
  }

  async look(): Promise<void> {
    const answer = await this.#parts.check();
    if (answer) this.#checks = [...this.#checks, problemOf(answer)].slice(-checksRemembered);
    const health = healthStatus({ ...this.#parts.facts(), checks: this.#checks });
    if (health.status !== this.#last.status) this.#parts.onChange(health);
    this.#last = health;
    await this.#parts.report(this.#parts.describe(health));
  }
}

function problemOf({ status, problem }: ProbeAnswer): string | undefined {
  if (status === undefined) return problem ?? 'no answer';
  return status === 200 ? undefined : `answered ${status}`;
}
