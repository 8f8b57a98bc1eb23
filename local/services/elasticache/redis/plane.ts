import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Parts } from '../../parts.ts';
import { accessOf, administrator, filesOf, type NodeModel } from './config.ts';
import { ask } from './resp.ts';

/** The data plane of all caches: one Redis server per node, in the node's own network host. */
export interface CachePlane {
  /** Starts a node's server and waits until it answers. */
  start(node: NodeModel): Promise<void>;
  isRunning(hostId: string): boolean;
  /** What the server says of its replication; undefined when it does not answer. */
  replication(hostId: string): Promise<Replication | undefined>;
  /** What the server says of itself, by the names of INFO; undefined when it does not answer. */
  facts(hostId: string): Promise<ReadonlyMap<string, string> | undefined>;
  /** Makes it a primary. */
  lead(hostId: string): Promise<void>;
  /** Makes it replicate a primary. */
  follow(hostId: string, primary: string, port: number): Promise<void>;
  /** Gives a running server new settings and passwords. */
  configure(node: NodeModel): Promise<void>;
  /** Kills the server, as a fault would. */
  crash(hostId: string): void;
  remove(hostId: string): Promise<void>;
  stop(): Promise<void>;
}

export interface Replication {
  readonly role: 'primary' | 'replica';
  /** The primary that a replica knows. */
  readonly primary?: string;
  readonly isSynchronized: boolean;
  readonly offset: number;
}

export interface PlaneEvents {
  /** A server ended that nobody stopped. */
  onEnd(hostId: string, reason: string): void;
}

interface Server {
  readonly child: ChildProcess;
  readonly socket: string;
  readonly password: string;
  readonly ended: Promise<unknown>;
  isStopping: boolean;
}

const startDeadline = 10_000;
const stopDeadline = 3000;

export function redisPlane(parts: Parts, events: PlaneEvents): CachePlane {
  const servers = new Map<string, Server>();
  const folderOf = (hostId: string): string => join(parts.folder, 'run', 'elasticache', hostId);

  function find(hostId: string): Server {
    const server = servers.get(hostId);
    if (!server) throw new Error(`The cache node ${hostId} does not run.`);
    return server;
  }

  const command = (hostId: string, ...commands: string[][]) => {
    const { socket, password } = find(hostId);
    return ask(socket, ['AUTH', administrator, password], ...commands);
  };

  async function start(node: NodeModel): Promise<void> {
    const { hostId } = node;
    if (servers.has(hostId)) return;
    const folder = folderOf(hostId);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const [name, text] of Object.entries(filesOf(node)))
      writeFileSync(join(folder, name), text, { mode: 0o600 });
    const child = parts.network.spawn(hostId, ['redis-server', 'redis.conf'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lastLines = readOutput(child);
    const server: Server = {
      child,
      socket: join(folder, 'admin.sock'),
      password: node.adminPassword,
      ended: once(child, 'close').catch(() => undefined),
      isStopping: false,
    };
    servers.set(hostId, server);
    const end = (reason: string): void => {
      if (servers.get(hostId) === server) servers.delete(hostId);
      if (!server.isStopping) events.onEnd(hostId, reason);
    };
    child.once('error', (error) => {
      end(error.message);
    });
    child.once('exit', (code, signal) => {
      end(`Redis ended (${signal ?? String(code)}): ${lastLines.join('\n')}`);
    });
    await answering(hostId, server, lastLines);
  }

  async function answering(hostId: string, server: Server, lastLines: readonly string[]): Promise<void> {
    const deadline = Date.now() + startDeadline;
    while (servers.get(hostId) === server && Date.now() < deadline) {
      if (await command(hostId, ['PING']).catch(() => undefined)) return;
      await pause(5);
    }
    await end(server);
    servers.delete(hostId);
    throw new Error(`The server of ${hostId} did not start:\n${lastLines.join('\n')}`);
  }

  async function end(server: Server): Promise<void> {
    server.isStopping = true;
    server.child.kill('SIGTERM');
    const killing = setTimeout(() => server.child.kill('SIGKILL'), stopDeadline);
    await server.ended;
    clearTimeout(killing);
  }

  return {
    start,
    isRunning: (hostId) => servers.has(hostId),
    async replication(hostId) {
      if (!servers.has(hostId)) return undefined;
      const text = await command(hostId, ['INFO', 'replication']).catch(() => undefined);
      return typeof text === 'string' ? parseReplication(text) : undefined;
    },
    async facts(hostId) {
      if (!servers.has(hostId)) return undefined;
      const text = await command(hostId, ['INFO']).catch(() => undefined);
      return typeof text === 'string' ? parseInfo(text) : undefined;
    },
    async lead(hostId) {
      await command(hostId, ['REPLICAOF', 'NO', 'ONE']);
    },
    async follow(hostId, primary, port) {
      await command(hostId, ['REPLICAOF', primary, String(port)]);
    },
    async configure(node) {
      const sets = Object.entries(node.settings).map(([name, value]) => ['CONFIG', 'SET', name, value]);
      await command(node.hostId, ...sets, ['ACL', 'SETUSER', 'default', ...accessOf(node)]);
    },
    crash: (hostId) => find(hostId).child.kill('SIGKILL'),
    async remove(hostId) {
      const server = servers.get(hostId);
      servers.delete(hostId);
      if (server) await end(server);
      rmSync(folderOf(hostId), { recursive: true, force: true });
    },
    async stop() {
      await Promise.all([...servers.values()].map(end));
    },
  };
}

/** Lines `name:value` of INFO. */
const parseInfo = (text: string): ReadonlyMap<string, string> =>
  new Map(text.split(/\r?\n/).map((line) => line.split(':', 2) as [string, string]));

/** Reads the section `replication` of INFO. */
export function parseReplication(text: string): Replication {
  const facts = parseInfo(text);
  const isReplica = facts.get('role') === 'slave';
  const primary = facts.get('master_host');
  return {
    role: isReplica ? 'replica' : 'primary',
    ...(isReplica && primary !== undefined && { primary }),
    isSynchronized: !isReplica || facts.get('master_link_status') === 'up',
    offset: Number(facts.get(isReplica ? 'slave_repl_offset' : 'master_repl_offset') ?? 0),
  };
}

const keptLines = 10;

function readOutput({ stdout, stderr }: ChildProcess): string[] {
  const lastLines: string[] = [];
  for (const stream of [stdout, stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      lastLines.push(...text.split('\n').filter(Boolean));
      lastLines.splice(0, Math.max(0, lastLines.length - keptLines));
    });
  return lastLines;
}
