import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { statOf } from '../../../instances/processes.ts';
import { removeAllBut, removeDrafts } from '../../../sweep.ts';
import { sizeOf } from '../../folder-size.ts';
import type { Parts } from '../../parts.ts';
import { programs } from './programs.ts';
import { argumentsOf, installCommand, type ServerModel } from './settings.ts';

export type Row = Readonly<Record<string, string | number | null>>;

/** The data plane of all databases: one MariaDB server per network host, and their folders. */
export interface DatabasePlane {
  hasData(hostId: string): boolean;
  /** Gives a server an empty database. */
  create(hostId: string): Promise<void>;
  /** Gives a server a copy of a running one's data; the result is the copy's place in the stream of writes. */
  clone(from: string, to: string): Promise<string>;
  /** Makes a snapshot of a database in which nothing was written yet. */
  saveEmpty(snapshot: string): Promise<void>;
  /** Copies a running server's data to a snapshot. */
  save(hostId: string, snapshot: string): Promise<void>;
  /** Ends a server and keeps its data as a snapshot. */
  keep(hostId: string, snapshot: string): Promise<void>;
  copySnapshot(from: string, to: string): Promise<void>;
  restore(snapshot: string, hostId: string): Promise<void>;
  hasSnapshot(snapshot: string): boolean;
  removeSnapshot(snapshot: string): void;
  /** Removes the data of all but these: what a power cut left of servers and snapshots that are gone. */
  sweep(hostIds: readonly string[], snapshots: readonly string[]): void;
  /** Starts a server and waits until it answers. */
  start(server: ServerModel): Promise<void>;
  isRunning(hostId: string): boolean;
  /** Runs a statement as the server's administrator. */
  query(hostId: string, statement: string, values?: readonly unknown[]): Promise<Row[]>;
  /** CPU time and resident memory of a server's process; undefined: it does not run. */
  usage(hostId: string): { readonly cpuSeconds: number; readonly memoryBytes: number } | undefined;
  /** Bytes of a server's data. */
  size(hostId: string): Promise<number>;
  /** Kills a server, as a fault would; false: it does not run. */
  crash(hostId: string): boolean;
  /** Ends a server in order. */
  halt(hostId: string): Promise<void>;
  /** Ends a server at once: clients wait for another one to take over. */
  kill(hostId: string): Promise<void>;
  /** Ends a server and deletes its data. */
  discard(hostId: string): Promise<void>;
  stop(): Promise<void>;
}

export interface PlaneEvents {
  /** A server ended that nobody stopped. */
  onEnd(hostId: string, reason: string): void;
}

interface Server {
  readonly child: ChildProcess;
  readonly socket: string;
  readonly ended: Promise<unknown>;
  connection?: Promise<Connection>;
  isStopping: boolean;
}

const startDeadline = 20_000;
const stopDeadline = 8000;

export function mariadbPlane(parts: Parts, events: PlaneEvents): DatabasePlane {
  const servers = new Map<string, Server>();
  const root = join(parts.folder, 'databases');
  const dataOf = (hostId: string): string => join(root, hostId);
  const snapshots = join(parts.folder, 'database-snapshots');
  const snapshotOf = (name: string): string => join(snapshots, name);
  const { run, copy } = programs;
  const templateName = 'template';
  let template: Promise<string> | undefined;
  for (const folder of [root, snapshots]) removeDrafts(folder);

  const find = (hostId: string): Server => {
    const server = servers.get(hostId);
    if (!server) throw new Error(`The database server ${hostId} does not run.`);
    return server;
  };

  async function makeTemplate(): Promise<string> {
    const made = join(root, templateName);
    if (existsSync(made)) return made;
    const unfinished = `${made}.new`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(root, { recursive: true, mode: 0o700 });
    await run(installCommand(unfinished));
    renameSync(unfinished, made);
    return made;
  }

  const copyTemplate = async (folder: string): Promise<void> => {
    const empty = await (template ??= makeTemplate());
    await fill(folder, (unfinished) => copy(empty, unfinished));
  };

  /** Fills a folder so that it is there as a whole or not at all. */
  async function fill(folder: string, write: (unfinished: string) => Promise<void>): Promise<void> {
    const unfinished = `${folder}.new`;
    for (const old of [unfinished, folder]) rmSync(old, { recursive: true, force: true });
    mkdirSync(join(folder, '..'), { recursive: true, mode: 0o700 });
    await write(unfinished);
    renameSync(unfinished, folder);
  }

  const backUp = (hostId: string) => async (folder: string) => {
    const { socket } = find(hostId);
    const access = ['--user=root', `--socket=${socket}`];
    await run(['mariabackup', '--no-defaults', '--backup', `--target-dir=${folder}`, ...access]);
    await run(['mariabackup', '--no-defaults', '--prepare', `--target-dir=${folder}`]);
  };

  async function start(model: ServerModel): Promise<void> {
    const { hostId } = model;
    if (servers.has(hostId)) return;
    const folder = join(parts.folder, 'run', 'rds');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const socket = join(folder, `${hostId}.sock`);
    rmSync(socket, { force: true });
    const child = parts.network.spawn(hostId, ['mariadbd', ...argumentsOf(model, dataOf(hostId), socket)], {
      cwd: dataOf(hostId),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lastLines = readOutput(child);
    const ended = once(child, 'close').catch(() => undefined);
    const server: Server = { child, socket, ended, isStopping: false };
    servers.set(hostId, server);
    const onEnd = (reason: string): void => {
      if (servers.get(hostId) === server) servers.delete(hostId);
      if (!server.isStopping) events.onEnd(hostId, reason);
    };
    child.once('error', ({ message }) => {
      onEnd(message);
    });
    child.once('exit', (code, signal) => {
      onEnd(`MariaDB ended (${signal ?? String(code)}): ${lastLines.join('\n')}`);
    });
    await answering(hostId, server, lastLines);
  }

  async function answering(hostId: string, server: Server, lastLines: readonly string[]): Promise<void> {
    const deadline = Date.now() + startDeadline;
    while (servers.get(hostId) === server && Date.now() < deadline) {
      if (existsSync(server.socket) && (await query(hostId, 'select 1').catch(() => undefined))) return;
      await pause(10);
    }
    await end(hostId, server);
    throw new Error(`The database server ${hostId} did not start:\n${lastLines.join('\n')}`);
  }

  async function query(hostId: string, statement: string, values: readonly unknown[] = []): Promise<Row[]> {
    const server = find(hostId);
    const opened = (server.connection ??= connect(server.socket));
    try {
      const connection = await opened;
      const [rows] = await connection.query(statement, [...values]);
      return Array.isArray(rows) ? (rows as Row[]) : [];
    } catch (error) {
      // The next statement gets a new connection: this one may be broken.
      delete server.connection;
      void opened.then(
        (connection) => {
          connection.destroy();
        },
        () => undefined,
      );
      throw error;
    }
  }

  async function end(hostId: string, server: Server, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    server.isStopping = true;
    server.child.kill(signal);
    const killing = setTimeout(() => server.child.kill('SIGKILL'), stopDeadline);
    await server.ended;
    clearTimeout(killing);
    if (servers.get(hostId) === server) servers.delete(hostId);
  }

  async function halt(hostId: string, signal?: NodeJS.Signals): Promise<void> {
    const server = servers.get(hostId);
    if (server) await end(hostId, server, signal);
  }

  return {
    hasData: (hostId) => existsSync(dataOf(hostId)),
    create: (hostId) => copyTemplate(dataOf(hostId)),
    async clone(from, to) {
      await fill(dataOf(to), backUp(from));
      return placeOf(readFileSync(join(dataOf(to), 'xtrabackup_binlog_info'), 'utf8'));
    },
    saveEmpty: (snapshot) => copyTemplate(snapshotOf(snapshot)),
    save: (hostId, snapshot) => fill(snapshotOf(snapshot), backUp(hostId)),
    async keep(hostId, snapshot) {
      await halt(hostId);
      mkdirSync(join(snapshotOf(snapshot), '..'), { recursive: true, mode: 0o700 });
      rmSync(snapshotOf(snapshot), { recursive: true, force: true });
      renameSync(dataOf(hostId), snapshotOf(snapshot));
    },
    copySnapshot: (from, to) => fill(snapshotOf(to), (folder) => copy(snapshotOf(from), folder)),
    restore: (snapshot, hostId) => fill(dataOf(hostId), (folder) => copy(snapshotOf(snapshot), folder)),
    hasSnapshot: (snapshot) => existsSync(snapshotOf(snapshot)),
    removeSnapshot(snapshot) {
      rmSync(snapshotOf(snapshot), { recursive: true, force: true });
    },
    sweep(hostIds, kept) {
      removeAllBut(root, [templateName, ...hostIds]);
      removeAllBut(snapshots, kept);
    },
    start,
    isRunning: (hostId) => servers.has(hostId),
    query,
    usage(hostId) {
      const pid = servers.get(hostId)?.child.pid;
      return pid === undefined ? undefined : statOf(String(pid));
    },
    size: (hostId) => sizeOf(dataOf(hostId)),
    crash: (hostId) => servers.get(hostId)?.child.kill('SIGKILL') ?? false,
    halt,
    kill: (hostId) => halt(hostId, 'SIGKILL'),
    async discard(hostId) {
      await halt(hostId, 'SIGKILL');
      rmSync(dataOf(hostId), { recursive: true, force: true });
    },
    async stop() {
      await Promise.all([...servers].map(([hostId, server]) => end(hostId, server)));
    },
  };
}

/** The GTID in what a backup notes: `bin.000002 <TAB> 344 <TAB> 0-1-57`. */
export const placeOf = (note: string): string => note.trim().split('\t')[2] ?? '';

/** Loaded with the first database: a region without one does without. */
async function connect(socketPath: string): Promise<Connection> {
  const { createConnection } = await import('mysql2/promise');
  const connection = await createConnection({ socketPath, user: 'root', connectTimeout: 2000 });
  // A broken connection is replaced when the next statement fails on it.
  connection.on('error', () => undefined);
  return connection;
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
