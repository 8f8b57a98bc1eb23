import type { Clock } from '../../clock.ts';
import type { Network } from '../../network/network.ts';
import type { Outages } from '../../outages.ts';
import type { Parts } from '../parts.ts';
import { networkPlan } from './network-plan.ts';
import type { Ec2State } from './state.ts';

const retryAfter = 2000;

type NetworkSyncParts = Pick<Parts, 'network' | 'clock' | 'outages'>;

/** Keeps the network plane at what the state says: changes of one moment become one plan. */
export class NetworkSync {
  readonly #network: Network;
  readonly #outages: Outages;
  readonly #state: Ec2State;
  readonly #clock: Clock;
  #running: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;
  #applied: string | undefined;
  #complaint: string | undefined;
  #cancelRetry: (() => void) | undefined;
  #isStopped = false;

  constructor({ network, clock, outages }: NetworkSyncParts, state: Ec2State) {
    this.#network = network;
    this.#outages = outages;
    this.#state = state;
    this.#clock = clock;
  }

  /** Resolves when a plan with all changes made so far is in force. Need not be awaited: it is tried again. */
  changed(): Promise<void> {
    this.#queued ??= this.#queue();
    return this.#queued;
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelRetry?.();
  }

  #queue(): Promise<void> {
    const before = this.#running.catch(() => undefined);
    const queued = (async () => {
      await nextTurn();
      await before;
      this.#queued = undefined;
      this.#running = this.#apply();
      await this.#running;
    })();
    queued.catch((error: unknown) => {
      this.#tryAgain(error);
    });
    return queued;
  }

  async #apply(): Promise<void> {
    if (this.#isStopped) return;
    const plan = networkPlan(this.#state, (zone) => this.#outages.isDown(zone));
    const text = JSON.stringify(plan);
    if (text === this.#applied) return;
    this.#applied = undefined;
    await this.#network.apply(plan);
    this.#applied = text;
    this.#complaint = undefined;
  }

  #tryAgain(error: unknown): void {
    const complaint = error instanceof Error ? error.message : String(error);
    if (complaint !== this.#complaint)
      console.error(`EC2: the network does not agree with the state yet: ${complaint}. Trying again.`);
    this.#complaint = complaint;
    this.#cancelRetry?.();
    if (!this.#isStopped) this.#cancelRetry = this.#clock.after(retryAfter, () => void this.changed());
  }
}

const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });
