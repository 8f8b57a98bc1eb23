import type { DatabasePlane, PlaneEvents, Row } from '../../../../local/services/rds/mariadb/plane.ts';
import type { ServerModel } from '../../../../local/services/rds/mariadb/settings.ts';

type Work = 'clone' | 'discard' | 'keep' | 'save';

/** Servers that only remember what they are and were told; `received` says what a replica has. */
export class FakePlane implements DatabasePlane {
  readonly running = new Map<string, ServerModel>();
  readonly data = new Set<string>();
  readonly snapshots = new Set<string>();
  readonly received = new Map<string, number>();
  /** What somebody does while the plane is at that work, the next time. */
  readonly meanwhile = new Map<Work, () => Promise<unknown>>();
  /** Snapshots of databases without data. */
  readonly empty = new Set<string>();
  cpuSeconds = 0;
  readonly statements: { hostId: string; statement: string; values: readonly unknown[] }[] = [];
  readonly #primaries = new Map<string, string>();
  readonly #events: PlaneEvents;

  constructor(events: PlaneEvents) {
    this.#events = events;
  }

  hasData(hostId: string): boolean {
    return this.data.has(hostId);
  }
  async create(hostId: string): Promise<void> {
    this.data.add(hostId);
  }
  async clone(_from: string, to: string): Promise<string> {
    await this.#letOthers('clone');
    this.data.add(to);
    return '0-1-10';
  }
  async saveEmpty(snapshot: string): Promise<void> {
    this.empty.add(snapshot);
    this.snapshots.add(snapshot);
  }
  async save(_hostId: string, snapshot: string): Promise<void> {
    await this.#letOthers('save');
    this.snapshots.add(snapshot);
  }
  async keep(hostId: string, snapshot: string): Promise<void> {
    this.running.delete(hostId);
    this.data.delete(hostId);
    this.snapshots.add(snapshot);
    await this.#letOthers('keep');
  }
  async copySnapshot(_from: string, to: string): Promise<void> {
    this.snapshots.add(to);
  }
  async restore(snapshot: string, hostId: string): Promise<void> {
    if (!this.snapshots.has(snapshot)) throw new Error(`There is no snapshot ${snapshot}.`);
    this.data.add(hostId);
  }
  hasSnapshot(snapshot: string): boolean {
    return this.snapshots.has(snapshot);
  }
  sweep(hostIds: readonly string[], snapshots: readonly string[]): void {
    for (const hostId of this.data) if (!hostIds.includes(hostId)) this.data.delete(hostId);
    for (const name of this.snapshots) if (!snapshots.includes(name)) this.snapshots.delete(name);
  }
  removeSnapshot(snapshot: string): void {
    this.snapshots.delete(snapshot);
  }
  async start(model: ServerModel): Promise<void> {
    this.running.set(model.hostId, model);
  }
  isRunning(hostId: string): boolean {
    return this.running.has(hostId);
  }
  async query(hostId: string, statement: string, values: readonly unknown[] = []): Promise<Row[]> {
    if (!this.running.has(hostId)) throw new Error(`${hostId} does not run.`);
    this.statements.push({ hostId, statement, values });
    if (statement.startsWith('change master')) this.#primaries.set(hostId, String(values[0]));
    const position = `0-1-${this.received.get(hostId) ?? 10}`;
    if (statement === 'show slave status')
      return [
        {
          Slave_IO_Running: 'Yes',
          ...(this.#primaries.has(hostId) && { Seconds_Behind_Master: 3 }),
          Last_SQL_Error: '',
          Gtid_IO_Pos: position,
          Master_Host: this.#primaries.get(hostId) ?? '',
        },
      ];
    if (statement.includes('master_gtid_wait')) return [{ waited: 0 }];
    if (statement.includes('processlist')) return [{ connections: 7 }];
    return [{ applied: position, written: '0-1-10' }];
  }
  usage(hostId: string) {
    return this.running.has(hostId) ? { cpuSeconds: this.cpuSeconds, memoryBytes: 2 ** 29 } : undefined;
  }
  async size(): Promise<number> {
    return 2 ** 30;
  }
  crash(hostId: string): boolean {
    if (!this.running.delete(hostId)) return false;
    this.#events.onEnd(hostId, 'killed');
    return true;
  }
  async halt(hostId: string): Promise<void> {
    this.running.delete(hostId);
  }
  async kill(hostId: string): Promise<void> {
    this.running.delete(hostId);
  }
  async discard(hostId: string): Promise<void> {
    await this.#letOthers('discard');
    this.running.delete(hostId);
    this.data.delete(hostId);
  }
  async stop(): Promise<void> {
    this.running.clear();
  }

  async #letOthers(work: Work): Promise<void> {
    const action = this.meanwhile.get(work);
    this.meanwhile.delete(work);
    await action?.();
  }
}
