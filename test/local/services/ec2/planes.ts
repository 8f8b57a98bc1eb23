import type { Instances, Machine } from '../../../../local/instances/instances.ts';
import type { Network } from '../../../../local/network/network.ts';
import type { NetworkPlan } from '../../../../local/network/plan.ts';

/** A network plane that remembers what it was told. */
export class RecordingNetwork implements Network {
  readonly plans: NetworkPlan[] = [];
  /** What the next calls of `apply` throw. */
  readonly failures: Error[] = [];

  get plan(): NetworkPlan {
    return this.plans.at(-1) ?? { vpcs: [] };
  }

  async apply(plan: NetworkPlan): Promise<void> {
    const failure = this.failures.shift();
    if (failure) throw failure;
    this.plans.push(plan);
  }

  spawn(): never {
    throw new Error('Nothing is spawned in these tests.');
  }

  traffic(): { received: number; sent: number } {
    return { received: 0, sent: 0 };
  }

  hostOf(): undefined {
    return undefined;
  }
}

/** A compute plane whose machines are only names; they boot at once unless boots are held back. */
export class NamedMachines implements Instances {
  readonly booted: Machine[] = [];
  readonly running = new Set<string>();
  readonly disks = new Set<string>();
  /** What the next boots throw. */
  readonly failures: Error[] = [];
  readonly #listeners: ((instanceId: string) => void)[] = [];
  readonly copied: { from: string; to: string; wasRunning: boolean }[] = [];
  #hold: Promise<void> = Promise.resolve();
  #holdCopies: Promise<void> = Promise.resolve();

  /** Holds all boots back until the result is called. */
  holdBoots(): () => void {
    const held = Promise.withResolvers<undefined>();
    this.#hold = held.promise;
    return () => {
      held.resolve(undefined);
    };
  }

  async boot(machine: Machine): Promise<void> {
    await this.#hold;
    const failure = this.failures.shift();
    if (failure) throw failure;
    this.booted.push(machine);
    this.running.add(machine.instanceId);
    this.disks.add(machine.instanceId);
  }

  show(): Promise<never> {
    throw new Error('Named machines show nothing.');
  }

  async halt(instanceId: string): Promise<void> {
    this.running.delete(instanceId);
  }

  crash(instanceId: string): boolean {
    const isRunning = this.running.has(instanceId);
    if (isRunning) this.die(instanceId);
    return isRunning;
  }

  async discard(disk: string): Promise<void> {
    this.disks.delete(disk);
  }

  sweep(disks: readonly string[]): void {
    for (const disk of this.disks) if (!disks.includes(disk)) this.disks.delete(disk);
  }

  /** Holds all copies back until the result is called. */
  holdCopies(): () => void {
    const held = Promise.withResolvers<undefined>();
    this.#holdCopies = held.promise;
    return () => {
      held.resolve(undefined);
    };
  }

  async copyDisk(from: string, to: string, onProgress?: (percent: number) => void): Promise<void> {
    const wasRunning = this.running.has(from);
    onProgress?.(40);
    await this.#holdCopies;
    if (!this.disks.has(from)) throw new Error(`no disk ${from}`);
    this.copied.push({ from, to, wasRunning });
    this.disks.add(to);
  }

  async renameDisk(from: string, to: string): Promise<void> {
    if (this.disks.delete(from)) this.disks.add(to);
  }

  openTerminal(): never {
    throw new Error('Named machines have no terminals.');
  }

  run(): never {
    throw new Error('Nothing is run in these tests.');
  }

  isRunning(instanceId: string): boolean {
    return this.running.has(instanceId);
  }

  async consoleOutput(instanceId: string): Promise<string | undefined> {
    return this.disks.has(instanceId) ? `console of ${instanceId}\n` : undefined;
  }

  usage(): { cpuSeconds: number; memoryBytes: number } {
    return { cpuSeconds: 0, memoryBytes: 0 };
  }

  onDeath(listener: (instanceId: string) => void): void {
    this.#listeners.push(listener);
  }

  /** The machine ends although nobody halted it. */
  die(instanceId: string): void {
    this.running.delete(instanceId);
    for (const listener of this.#listeners) listener(instanceId);
  }
}
