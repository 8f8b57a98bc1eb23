import type { Parts } from '../parts.ts';
import type { Ec2State, SnapshotRow, VolumeRow } from './state.ts';

/** What is told of a copy; `end` with a reason when it could not be made. */
interface Told {
  readonly progress: (percent: number) => void;
  readonly end: (problem: string | undefined) => void;
}

/**
 * Copies disks in the background: a snapshot's from what it was taken of, a volume's from its snapshot. The rows say
 * what is to be copied; after a restart of the daemon they are begun again, before any machine boots.
 */
export class DiskCopies {
  readonly #parts: Parts;
  readonly #state: Ec2State;
  /** By the disk that is read. */
  readonly #reading = new Map<string, Set<Promise<void>>>();

  constructor(parts: Parts, state: Ec2State) {
    this.#parts = parts;
    this.#state = state;
  }

  /** Those that wait for a reboot are taken by it. */
  start(): void {
    this.#parts.instances.sweep(this.#neededDisks());
    for (const { id, state, awaitsReboot } of [...this.#state.snapshots.values()])
      if (state === 'pending' && !awaitsReboot) this.takeSnapshot(id);
    for (const { id, state } of [...this.#state.volumes.values()])
      if (state === 'creating') this.fillVolume(id);
  }

  /** Those of what there is, and those that are still to be copied from: a snapshot may be deleted meanwhile. */
  #neededDisks(): string[] {
    const { instances, volumes, snapshots } = this.#state;
    const unbooted = [...instances.values()].filter(({ hasBooted }) => !hasBooted);
    return [
      ...[instances, volumes, snapshots].flatMap((rows) => [...rows.values()].map(({ id }) => id)),
      ...[...snapshots.values()].flatMap(({ state, source }) => (state === 'pending' ? source : [])),
      ...[...volumes.values()].flatMap(({ id, state, snapshotId = [] }) =>
        state === 'creating' || unbooted.some(({ volumeId }) => volumeId === id) ? snapshotId : [],
      ),
    ];
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#reading.values()].flatMap((copies) => [...copies]));
  }

  takeSnapshot(id: string): void {
    const row = this.#state.snapshots.get(id);
    if (!row) return;
    this.#begin(row.source, id, {
      progress: (progress) => {
        this.#changeSnapshot(id, { progress });
      },
      end: (problem) => {
        this.#changeSnapshot(
          id,
          problem === undefined
            ? { state: 'completed', progress: 100 }
            : { state: 'error', stateMessage: problem },
        );
      },
    });
  }

  fillVolume(id: string): void {
    const row = this.#state.volumes.get(id);
    if (row?.snapshotId === undefined) return;
    this.#begin(row.snapshotId, id, {
      progress: () => undefined,
      end: (problem) => {
        this.#changeVolume(id, problem === undefined ? undefined : 'error');
      },
    });
  }

  /** Takes the snapshots that wait until an instance is shut down. */
  async takeAwaiting(instanceId: string): Promise<void> {
    for (const row of [...this.#state.snapshots.values()]) {
      if (row.source !== instanceId || !row.awaitsReboot || row.state !== 'pending') continue;
      this.#state.snapshots.set(row.id, { ...row, awaitsReboot: false });
      this.takeSnapshot(row.id);
    }
    await this.idle(instanceId);
  }

  /** Until nobody reads a disk any more: then it may change its name, or go. */
  async idle(disk: string): Promise<void> {
    for (let copies = this.#reading.get(disk); copies?.size; copies = this.#reading.get(disk))
      await Promise.all(copies);
  }

  #begin(from: string, to: string, told: Told): void {
    const copies = this.#reading.get(from) ?? new Set();
    this.#reading.set(from, copies);
    const copy = this.#copy(from, to, told).finally(() => {
      copies.delete(copy);
      if (copies.size === 0) this.#reading.delete(from);
    });
    copies.add(copy);
  }

  async #copy(from: string, to: string, told: Told): Promise<void> {
    try {
      await this.#parts.instances.copyDisk(from, to, told.progress);
      told.end(undefined);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      console.error(`EC2: ${to} could not be copied from ${from}: ${problem}`);
      told.end(problem);
    }
    // Deleted meanwhile: nobody else would ever remove the copy.
    if (!this.#state.snapshots.has(to) && !this.#state.volumes.has(to))
      await this.#parts.instances.discard(to);
  }

  #changeSnapshot(id: string, changes: Partial<SnapshotRow>): void {
    const row = this.#state.snapshots.get(id);
    if (row) this.#state.snapshots.set(id, { ...row, ...changes });
  }

  #changeVolume(id: string, state: VolumeRow['state']): void {
    const row = this.#state.volumes.get(id);
    if (!row) return;
    const { state: _, ...rest } = row;
    this.#state.volumes.set(id, state === undefined ? rest : { ...rest, state });
  }
}
