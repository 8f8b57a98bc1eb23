import type { NodeModel } from '../../../../local/services/elasticache/redis/config.ts';
import type {
  CachePlane,
  PlaneEvents,
  Replication,
} from '../../../../local/services/elasticache/redis/plane.ts';

/** Servers that only remember what they are; `lag` says how many writes a replica is behind. */
export class FakePlane implements CachePlane {
  readonly servers = new Map<string, { model: NodeModel; primary: string | undefined }>();
  readonly lag = new Map<string, number>();
  readonly calls: string[] = [];
  /** What every server says of itself. */
  info: Record<string, string> = {};
  /** Servers start when it is done. */
  hold: Promise<undefined> | undefined;
  readonly #events: PlaneEvents;

  constructor(events: PlaneEvents) {
    this.#events = events;
  }

  async start(model: NodeModel): Promise<void> {
    await this.hold;
    this.calls.push(`start ${model.hostId}`);
    this.servers.set(model.hostId, { model, primary: model.primary });
  }
  isRunning(hostId: string): boolean {
    return this.servers.has(hostId);
  }
  async replication(hostId: string): Promise<Replication | undefined> {
    const server = this.servers.get(hostId);
    if (!server) return undefined;
    const { primary } = server;
    return {
      role: primary === undefined ? 'primary' : 'replica',
      ...(primary !== undefined && { primary }),
      isSynchronized: true,
      offset: 1000 - (this.lag.get(hostId) ?? 0),
    };
  }
  async facts(hostId: string): Promise<ReadonlyMap<string, string> | undefined> {
    const server = this.servers.get(hostId);
    if (!server) return undefined;
    const replica = { role: 'slave', master_last_io_seconds_ago: '1' };
    return new Map(
      Object.entries({ ...this.info, ...(server.primary === undefined ? { role: 'master' } : replica) }),
    );
  }
  async lead(hostId: string): Promise<void> {
    this.calls.push(`lead ${hostId}`);
    const server = this.servers.get(hostId);
    if (server) server.primary = undefined;
  }
  async follow(hostId: string, primary: string): Promise<void> {
    const server = this.servers.get(hostId);
    if (server) server.primary = primary;
  }
  async configure(model: NodeModel): Promise<void> {
    const server = this.servers.get(model.hostId);
    if (server) server.model = model;
  }
  crash(hostId: string): void {
    this.servers.delete(hostId);
    this.#events.onEnd(hostId, 'killed');
  }
  async remove(hostId: string): Promise<void> {
    this.servers.delete(hostId);
  }
  async stop(): Promise<void> {
    this.servers.clear();
  }
}
