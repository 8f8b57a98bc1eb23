import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Parts } from '../../parts.ts';
import { configure, type Configuration } from './config.ts';
import type { BalancerModel } from './model.ts';
import { startHaproxy, type HaproxyProcess } from './process.ts';
import { command, commands, replaceMap, statusOfServers, type ServerStatus } from './runtime.ts';
import {
  addCommands,
  cutCommand,
  deleteCommand,
  drainingIds,
  leaveCommand,
  returnCommands,
  serverId,
  serversOfAll,
  type ServerLine,
} from './servers.ts';

/** The data plane of all load balancers: makes real what models say. */
export interface BalancerPlane {
  /** Makes a load balancer do what its model says, starting it if it does not run. */
  apply(model: BalancerModel): Promise<void>;
  /** The servers by `backend/name`; undefined when it does not run. */
  status(id: string): Promise<ReadonlyMap<string, ServerStatus> | undefined>;
  remove(id: string): Promise<void>;
  stop(): Promise<void>;
}

export interface PlaneEvents {
  onRequest(id: string, line: string): void;
  /** The load balancer's process died and has to be applied anew. */
  onEnd(id: string, reason: string): void;
}

export function haproxyPlane(parts: Parts, events: PlaneEvents): BalancerPlane {
  const balancers = new Map<string, Balancer>();
  const find = (id: string): Balancer => {
    const found = balancers.get(id) ?? new Balancer(id, parts, events);
    balancers.set(id, found);
    return found;
  };
  return {
    apply: (model) => find(model.id).apply(model),
    status: async (id) => balancers.get(id)?.status(),
    async remove(id) {
      await balancers.get(id)?.stop();
      balancers.delete(id);
      rmSync(folderOf(parts, id), { recursive: true, force: true });
    },
    async stop() {
      await Promise.all([...balancers.values()].map((balancer) => balancer.stop()));
    },
  };
}

const folderOf = (parts: Parts, id: string): string => join(parts.folder, 'run', 'elb', id);
/** How often a server that still finishes requests is tried to be deleted. */
const deleteInterval = 250;

/** One load balancer's files, process and servers. Changes are made one after the other. */
class Balancer {
  readonly #id: string;
  readonly #parts: Parts;
  readonly #events: PlaneEvents;
  readonly #folder: string;
  #process: HaproxyProcess | undefined;
  #written: Configuration | undefined;
  #servers = new Map<string, ServerLine>();
  #leaving = new Map<string, ServerLine>();
  #draining: ReadonlySet<string> = new Set();
  #work: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(id: string, parts: Parts, events: PlaneEvents) {
    this.#id = id;
    this.#parts = parts;
    this.#events = events;
    this.#folder = folderOf(parts, id);
  }

  get #socket(): string {
    return join(this.#folder, 'admin.sock');
  }

  apply(model: BalancerModel): Promise<void> {
    return this.#inTurn(() => this.#apply(model));
  }

  async status(): Promise<ReadonlyMap<string, ServerStatus> | undefined> {
    return this.#process && statusOfServers(this.#socket).catch(() => undefined);
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.#inTurn(async () => {
      await this.#process?.stop();
      this.#process = undefined;
    });
  }

  #inTurn(task: () => Promise<void>): Promise<void> {
    const turn = this.#work.then(task);
    this.#work = turn.catch(() => undefined);
    return turn;
  }

  async #apply(model: BalancerModel): Promise<void> {
    if (this.#stopped) return;
    const wanted = configure(model);
    const servers = new Map(serversOfAll(model).map((server) => [serverId(server), server]));
    if (!this.#process) await this.#start(wanted);
    else if (this.#needsReload(wanted, servers)) await this.#reload(wanted, servers);
    else await this.#changeMaps(wanted);
    this.#written = wanted;
    await this.#changeServers(servers, drainingIds(model));
  }

  /** Servers come and go by command; everything else about them takes a reload. */
  #needsReload(wanted: Configuration, servers: ReadonlyMap<string, ServerLine>): boolean {
    const now = this.#written;
    if (now?.structure !== wanted.structure) return true;
    if (JSON.stringify(now.files) !== JSON.stringify(wanted.files)) return true;
    return [...this.#servers].some(([id, { options }]) => (servers.get(id)?.options ?? options) !== options);
  }

  /** Starts without servers: HAProxy would take those in its file for healthy. They are added right after. */
  async #start(wanted: Configuration): Promise<void> {
    mkdirSync(this.#folder, { recursive: true });
    this.#write(wanted, wanted.structure);
    this.#writeFile('servers.state', '');
    this.#process = await startHaproxy({
      hostId: this.#id,
      folder: this.#folder,
      network: this.#parts.network,
      onRequest: (line) => {
        this.#events.onRequest(this.#id, line);
      },
      onEnd: (reason) => {
        this.#process = undefined;
        this.#events.onEnd(this.#id, reason);
      },
    });
    this.#servers = new Map();
    this.#leaving = new Map();
  }

  /** The new worker takes over the servers with the health that the old one saw. */
  async #reload(wanted: Configuration, servers: ReadonlyMap<string, ServerLine>): Promise<void> {
    const kept = [...servers].filter(([id]) => this.#servers.has(id));
    this.#writeFile('servers.state', await command(this.#socket, 'show servers state'));
    this.#write(wanted, wanted.textWith(kept.map(([, server]) => server)));
    await this.#process?.reload();
    this.#servers = new Map(kept);
    // Servers that were leaving stay with the old worker until their requests are done.
    this.#leaving = new Map();
  }

  async #changeMaps(wanted: Configuration): Promise<void> {
    for (const [name, text] of Object.entries(wanted.maps)) {
      if (this.#written?.maps[name] === text) continue;
      this.#writeFile(name, text);
      await replaceMap(this.#socket, name, text);
    }
  }

  async #changeServers(
    wanted: ReadonlyMap<string, ServerLine>,
    draining: ReadonlySet<string>,
  ): Promise<void> {
    const gone = [...this.#servers].filter(([id]) => !wanted.has(id));
    await commands(
      this.#socket,
      gone.map(([, server]) => leaveCommand(server)),
    );
    for (const [id, server] of gone) {
      this.#servers.delete(id);
      this.#leaving.set(id, server);
    }
    for (const [id, server] of wanted) {
      if (this.#servers.has(id)) continue;
      const returns = this.#leaving.get(id)?.options === server.options;
      if (!returns && this.#leaving.has(id)) await this.#delete(server, true);
      await commands(this.#socket, returns ? returnCommands(server) : addCommands(server));
      this.#leaving.delete(id);
      this.#servers.set(id, server);
    }
    this.#draining = draining;
    await this.#deleteLeaving();
  }

  /** Deletes what has nothing in flight, cuts off what had its time, and comes back for the rest. */
  async #deleteLeaving(): Promise<void> {
    for (const [id, server] of [...this.#leaving]) await this.#delete(server, !this.#draining.has(id));
    if (this.#leaving.size === 0) return;
    this.#parts.clock.after(deleteInterval, () => {
      if (!this.#stopped && this.#process)
        void this.#inTurn(() => this.#deleteLeaving()).catch(() => undefined);
    });
  }

  async #delete(server: ServerLine, byForce: boolean): Promise<void> {
    if (byForce) await command(this.#socket, cutCommand(server));
    const answer = await command(this.#socket, deleteCommand(server));
    if (/deleted|No such server/i.test(answer)) this.#leaving.delete(serverId(server));
  }

  #write({ files, maps }: Configuration, text: string): void {
    for (const [name, content] of Object.entries({ ...files, ...maps, 'alb.cfg': text }))
      this.#writeFile(name, content);
  }

  #writeFile(name: string, content: string): void {
    const file = join(this.#folder, name);
    // Certificates come with their keys.
    writeFileSync(`${file}.part`, content, { mode: 0o600 });
    renameSync(`${file}.part`, file);
  }
}
