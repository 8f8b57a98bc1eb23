import type { Parts } from '../parts.ts';
import type { DiskCopies } from './disk-copies.ts';
import { hostname } from './dns-names.ts';
import { assignPublicAddress, releasePublicAddress, removeInterface } from './interfaces.ts';
import { nextStep, type Step } from './instance-step.ts';
import type { NetworkSync } from './network-sync.ts';
import type { Ec2State, InstanceRow, InstanceState } from './state.ts';

/** How long a terminated instance is still described. */
const remembered = 60 * 60 * 1000;
const retryAfter = 5000;

type Listener = (instanceId: string, state: string) => void;

/**
 * Brings each instance's machine to what its row says: one runner per instance, which looks at the row
 * anew after every step. Operations only write the wish (`stopping`) and call `settle`; after a restart
 * of the daemon the same rows lead on from wherever they were.
 */
export class InstanceLifecycle {
  readonly #parts: Parts;
  readonly #state: Ec2State;
  readonly #network: NetworkSync;
  readonly #copies: DiskCopies;
  readonly #listeners: Listener[] = [];
  readonly #settling = new Map<string, Promise<void>>();
  readonly #timers = new Set<() => void>();
  #isStopped = false;

  constructor(parts: Parts, state: Ec2State, network: NetworkSync, copies: DiskCopies) {
    this.#parts = parts;
    this.#state = state;
    this.#network = network;
    this.#copies = copies;
  }

  onState(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Boots again what ran before the daemon ended, and goes on with what was on its way. */
  start(): void {
    this.#parts.instances.onDeath((id) => {
      this.#died(id);
    });
    for (const row of [...this.#state.instances.values()]) {
      if (row.state === 'running' && !this.#parts.instances.isRunning(row.id))
        this.#state.instances.set(row.id, { ...row, needsBoot: true });
      if (row.state === 'terminated') this.#forgetLater(row);
      void this.settle(row.id);
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const cancel of this.#timers) cancel();
    await Promise.allSettled(this.#settling.values());
  }

  /** Works on an instance until there is nothing left to do; resolves then. */
  settle(id: string): Promise<void> {
    const running = this.#settling.get(id);
    if (running) return running;
    const settling = this.#work(id).finally(() => {
      this.#settling.delete(id);
    });
    this.#settling.set(id, settling);
    return settling;
  }

  /** Changes an instance's state and tells whoever listens. */
  enter(id: string, state: InstanceState, changes: Partial<InstanceRow> = {}): void {
    const row = this.#state.instances.get(id);
    if (!row) return;
    this.#state.instances.set(id, { ...row, ...changes, state });
    if (row.state !== state) this.tell(id);
  }

  /** Has whoever listens look at an instance again. */
  tell(id: string): void {
    const state = this.#state.instances.get(id)?.state;
    if (state !== undefined) for (const listener of this.#listeners) listener(id, state);
  }

  async #work(id: string): Promise<void> {
    while (!this.#isStopped) {
      const row = this.#state.instances.get(id);
      const step = row && nextStep(row);
      if (!step) return;
      try {
        await this.#take(step, row);
      } catch (error) {
        if (this.#failed(step, row, error) === 'later') return;
      }
    }
  }

  async #take(step: Step, row: InstanceRow): Promise<void> {
    if (step === 'boot') return this.#boot(row);
    if (step === 'stop') return this.#halted(row, 'stopped');
    return this.#terminated(row);
  }

  async #boot(row: InstanceRow): Promise<void> {
    const { instances } = this.#parts;
    assignPublicAddress(this.#state, row.interfaceId);
    await this.#network.changed();
    if (instances.isRunning(row.id)) await instances.halt(row.id);
    await this.#copies.takeAwaiting(row.id);
    // Cleared before the boot, so that a reboot asked for meanwhile is not lost.
    this.#update(row.id, { needsBoot: false });
    const { snapshotId } = this.#state.volumes.get(row.volumeId) ?? {};
    await instances.boot({
      instanceId: row.id,
      imageId: row.imageId,
      ...(snapshotId !== undefined && { snapshotId }),
      hostname: hostname(row.privateAddress),
      privateAddress: row.privateAddress,
      userData: row.userData === undefined ? undefined : Buffer.from(row.userData, 'base64').toString(),
    });
    this.#update(row.id, { hasBooted: true, isImpaired: false });
    if (this.#state.instances.get(row.id)?.state === 'pending') this.enter(row.id, 'running');
    if (!instances.isRunning(row.id)) this.#died(row.id);
  }

  async #halted(row: InstanceRow, state: 'stopped'): Promise<void> {
    if (this.#parts.instances.isRunning(row.id)) await this.#parts.instances.halt(row.id);
    await this.#copies.takeAwaiting(row.id);
    releasePublicAddress(this.#state, row.interfaceId);
    this.enter(row.id, state);
    void this.#network.changed();
  }

  async #terminated(row: InstanceRow): Promise<void> {
    if (this.#parts.instances.isRunning(row.id)) await this.#parts.instances.halt(row.id);
    removeInterface(this.#state, row.interfaceId);
    await this.#network.changed();
    await this.#copies.takeAwaiting(row.id);
    await this.#leaveDisk(row);
    this.enter(row.id, 'terminated', { terminatedAt: this.#parts.clock.now() });
    this.#forgetLater(row);
  }

  /** The disk goes with its instance, or stays as a volume by itself. */
  async #leaveDisk({ id, volumeId, volumeStays }: InstanceRow): Promise<void> {
    const { instances } = this.#parts;
    await (volumeStays ? instances.renameDisk(id, volumeId) : instances.discard(id));
    const volume = this.#state.volumes.get(volumeId);
    if (!volume) return;
    if (volumeStays) {
      const { instanceId: _, ...rest } = volume;
      this.#state.volumes.set(volumeId, rest);
      return;
    }
    this.#state.volumes.delete(volumeId);
    this.#state.tags.delete(volumeId);
  }

  /** A machine that does not boot ends its launch; one that does not end is tried again. */
  #failed(step: Step, row: InstanceRow, error: unknown): 'now' | 'later' {
    const why = error instanceof Error ? error.message : String(error);
    console.error(`EC2: instance ${row.id} could not ${step}: ${why}`);
    if (step === 'boot') {
      const reason = {
        code: 'Server.InternalError',
        message: `Server.InternalError: Internal error on launch: ${why}`,
      };
      const changes = {
        stateReason: reason,
        transitionReason: reason.message,
        isImpaired: true,
        needsBoot: false,
      };
      this.enter(row.id, row.hasBooted ? 'stopping' : 'shutting-down', changes);
      return 'now';
    }
    this.#later(retryAfter, () => void this.settle(row.id));
    return 'later';
  }

  /** A machine ended that nobody halted: the instance was shut down from inside, or its init was killed. */
  #died(id: string): void {
    const row = this.#state.instances.get(id);
    // While it is being booted or taken down the runner sees the end by itself.
    if (row?.state !== 'running' || row.needsBoot) return;
    const message = 'Client.InstanceInitiatedShutdown: Instance initiated shutdown';
    const changes = {
      isImpaired: true,
      transitionReason: message,
      stateReason: { code: 'Client.InstanceInitiatedShutdown', message },
    };
    this.enter(id, row.shutdownBehavior === 'terminate' ? 'shutting-down' : 'stopping', changes);
    void this.settle(id);
  }

  #update(id: string, changes: Partial<InstanceRow>): void {
    const row = this.#state.instances.get(id);
    if (row) this.#state.instances.set(id, { ...row, ...changes });
  }

  #forgetLater({ id }: InstanceRow): void {
    const at = this.#state.instances.get(id)?.terminatedAt ?? this.#parts.clock.now();
    this.#later(Math.max(0, at + remembered - this.#parts.clock.now()), () => {
      this.#state.instances.delete(id);
      this.#state.tags.delete(id);
    });
  }

  #later(milliseconds: number, callback: () => void): void {
    const cancel = this.#parts.clock.after(milliseconds, () => {
      this.#timers.delete(cancel);
      callback();
    });
    this.#timers.add(cancel);
  }
}
