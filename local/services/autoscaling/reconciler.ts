import type { Clock } from '../../clock.ts';
import type { Effects } from './effects.ts';
import { plan, wakeAt, type GroupView, type InstanceView } from './plan.ts';
import type { Neighbours } from './neighbours.ts';
import { instancesOf, type AutoScalingState } from './state.ts';

const retryAfter = 5000;
/** A group that is not at rest after so many rounds is looked at again a moment later. */
const mostRounds = 25;

/** Keeps every group at what it should be: looks, plans, acts, until there is nothing to do. */
export class Reconciler {
  readonly #state: AutoScalingState;
  readonly #clock: Clock;
  readonly #neighbours: Neighbours;
  readonly #effects: Effects;
  readonly #running = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #timers = new Map<string, () => void>();
  #isStopped = false;

  constructor(state: AutoScalingState, clock: Clock, neighbours: Neighbours, effects: Effects) {
    this.#state = state;
    this.#clock = clock;
    this.#neighbours = neighbours;
    this.#effects = effects;
  }

  /** Something about a group may have changed. Resolves when the group is at rest or waits for something. */
  poke(groupName: string): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    const running = this.#running.get(groupName);
    if (running) {
      this.#again.add(groupName);
      return running;
    }
    const run = this.#run(groupName).finally(() => {
      this.#running.delete(groupName);
    });
    this.#running.set(groupName, run);
    return run;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const cancel of this.#timers.values()) cancel();
    await Promise.allSettled(this.#running.values());
  }

  async #run(groupName: string): Promise<void> {
    try {
      // The caller's own writes are done before anything is read.
      await Promise.resolve();
      const wake = await this.#rounds(groupName);
      this.#wake(groupName, wake);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      console.error(`Auto Scaling: group ${groupName} could not be brought on: ${why}. Trying again.`);
      this.#wake(groupName, this.#clock.now() + retryAfter);
    }
  }

  async #rounds(groupName: string): Promise<number | undefined> {
    for (let round = 0; round < mostRounds; round++) {
      this.#again.delete(groupName);
      const view = await this.#view(groupName);
      if (!view || this.#isStopped) return undefined;
      const actions = plan(view);
      for (const action of actions) await this.#effects.take(groupName, action);
      if (!actions.length && !this.#again.has(groupName)) return wakeAt(view);
    }
    return this.#clock.now() + 1000;
  }

  async #view(groupName: string): Promise<GroupView | undefined> {
    const group = this.#state.groups.get(groupName);
    if (!group) return undefined;
    const ids = instancesOf(this.#state, groupName).map(({ id }) => id);
    const machines = await this.#neighbours.instances(ids);
    const impaired = ids.length ? await this.#neighbours.impaired() : new Set<string>();
    const targets = await this.#targets(groupName);
    // Read again after waiting: what is acted upon is what is so now.
    const current = this.#state.groups.get(groupName);
    if (!current) return undefined;
    const instances = instancesOf(this.#state, groupName).map((row): InstanceView => {
      const listed = [...targets].flatMap(([arn, states]): [string, string][] => {
        const health = states.get(row.id);
        return health === undefined ? [] : [[arn, health]];
      });
      const machine = {
        state: machines.get(row.id)?.State?.Name ?? 'gone',
        isImpaired: impaired.has(row.id),
        spotRisk: this.#neighbours.spotRisk(row.id),
      };
      return { row, machine, targets: new Map(listed) };
    });
    // An instance that joined while we asked is seen in the next round.
    const known = instances.filter(({ row }) => ids.includes(row.id));
    if (known.length < instances.length) return this.#view(groupName);
    return {
      now: this.#clock.now(),
      group: current,
      instances,
      launches: [...this.#state.launches.values()].filter((launch) => launch.groupName === groupName),
      hooks: [...this.#state.hooks.values()].filter((hook) => hook.groupName === groupName),
    };
  }

  async #targets(groupName: string): Promise<Map<string, Map<string, string>>> {
    const rows = instancesOf(this.#state, groupName);
    const arns = new Set(rows.flatMap((row) => [...row.registeredWith, ...row.deregisteredFrom]));
    const states = new Map<string, Map<string, string>>();
    for (const arn of arns) states.set(arn, await this.#neighbours.targetStates(arn));
    return states;
  }

  #wake(groupName: string, at: number | undefined): void {
    this.#timers.get(groupName)?.();
    this.#timers.delete(groupName);
    if (at === undefined || this.#isStopped) return;
    const cancel = this.#clock.after(Math.max(0, at - this.#clock.now()), () => {
      this.#timers.delete(groupName);
      void this.poke(groupName);
    });
    this.#timers.set(groupName, cancel);
  }
}
