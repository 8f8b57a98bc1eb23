import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import type { Socket as DatagramSocket } from 'node:dgram';
import type { Server } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { checkMachine, pathWithSystem } from './checks.ts';
import { askDaemon } from './control.ts';
import { Refusal } from './failure.ts';
import { takeLock } from './lock.ts';
import { unshareCommand } from './namespaces.ts';
import { descriptors } from './serve.ts';
import { logFile, readSettings, writeSettings, type Settings } from './settings.ts';
import { datagramDescriptorOf, descriptorOf, openDatagramSocket, openSocket, portOf } from './sockets.ts';
import type { RunningStatus } from './status.ts';
import { wording } from './wording.ts';

export interface StartOptions {
  readonly folder: string;
  readonly port: number | undefined;
  readonly frontDoorPort: number | undefined;
  /** Undefined: 8443, or any one beside a front door that is not at its usual port. */
  readonly secureFrontDoorPort: number | undefined;
  /** How much faster metrics live; undefined: as before. */
  readonly timeLapse: number | undefined;
  readonly region: string;
  readonly account: string;
  /** How refused packets are answered: `reject` or `drop`. */
  readonly refused: string;
}

const otherStartMilliseconds = 90_000;
const readyMilliseconds = 90_000;
const largestLog = 10e6;

/** Starts the daemon of a folder, unless it runs, and waits until it is ready. */
export async function start(options: StartOptions): Promise<{ status: RunningStatus; wasRunning: boolean }> {
  const path = pathWithSystem(process.env.PATH);
  checkMachine(options.folder, path);
  const release = takeLock(options.folder, 'start', otherStartMilliseconds);
  if (!release) throw new Error(`Another start of ${options.folder} has not ended within 90 s.`);
  try {
    const running = (await askDaemon(options.folder, 'GET', '/status')) as RunningStatus | undefined;
    if (running) return { status: sameAs(running, options), wasRunning: true };
    await launch(options, path);
    return {
      status: (await askDaemon(options.folder, 'GET', '/status')) as RunningStatus,
      wasRunning: false,
    };
  } finally {
    release();
  }
}

/** A cloud that runs already cannot change its ports. */
function sameAs(running: RunningStatus, { port, frontDoorPort }: StartOptions): RunningStatus {
  const differs = (wanted: number | undefined, origin: string): boolean =>
    wanted !== undefined && wanted !== 0 && Number(new URL(origin).port) !== wanted;
  if (differs(port, running.endpoint) || differs(frontDoorPort, running.frontDoor)) {
    throw new Refusal(
      `The cloud in ${running.folder} runs already, with its endpoint at ${running.endpoint} and its front door at ${running.frontDoor}.`,
      `${wording.command} stop   (then it can be started with other ports)`,
    );
  }
  return running;
}

async function launch(options: StartOptions, path: string): Promise<void> {
  const before = readSettings(options.folder);
  const sockets = await openSockets(options, before);
  const settings: Settings = {
    port: portOf(sockets.endpoint),
    frontDoorPort: portOf(sockets.frontDoor),
    secureFrontDoorPort: portOf(sockets.secureFrontDoor),
    nameServerPort: sockets.names.address().port,
    region: before?.region ?? options.region,
    account: before?.account ?? options.account,
    ...timeLapseOf(options, before),
  };
  writeSettings(options.folder, settings);
  const child = spawnDaemon(options, path, sockets);
  // From here on the daemon alone accepts connections.
  for (const socket of Object.values<{ close(): void }>({ ...sockets })) socket.close();
  await untilReady(child, options.folder);
}

/** Counted from its first start on, so that a restart does not take time back. */
function timeLapseOf(
  { timeLapse: factor }: StartOptions,
  before: Settings | undefined,
): Pick<Settings, 'timeLapse'> {
  if (factor === undefined) return before?.timeLapse ? { timeLapse: before.timeLapse } : {};
  return factor === 1 ? {} : { timeLapse: { factor, since: before?.timeLapse?.since ?? Date.now() } };
}

interface Sockets {
  readonly endpoint: Server;
  readonly frontDoor: Server;
  readonly secureFrontDoor: Server;
  readonly names: DatagramSocket;
}

/** All of them or, when one cannot be opened, none. */
async function openSockets(options: StartOptions, before: Settings | undefined): Promise<Sockets> {
  const opened: { close(): void }[] = [];
  const open = async (port: number, option: string): Promise<Server> => {
    const server = await openSocket(port, option);
    opened.push(server);
    return server;
  };
  try {
    const usual = options.frontDoorPort === undefined ? 8443 : 0;
    return {
      endpoint: await open(options.port ?? before?.port ?? 4566, '--port'),
      frontDoor: await open(options.frontDoorPort ?? before?.frontDoorPort ?? 8080, '--front-door'),
      secureFrontDoor: await open(
        options.secureFrontDoorPort ?? before?.secureFrontDoorPort ?? usual,
        '--secure-front-door',
      ),
      names: await openDatagramSocket(),
    };
  } catch (error) {
    for (const socket of opened) socket.close();
    throw error;
  }
}

function spawnDaemon(options: StartOptions, path: string, sockets: Sockets): ChildProcess {
  const { folder, refused } = options;
  const main = join(import.meta.dirname, '..', 'main.ts');
  const inner = [process.execPath, main, 'serve', '--folder', folder, '--refused', refused];
  const [program = '', ...args] = unshareCommand(inner, process.getuid?.() ?? 0);
  const log = openLog(folder);
  const { HOME, TZ, TMPDIR } = process.env;
  const child = spawn(program, args, {
    cwd: '/',
    detached: true,
    stdio: [
      ...['ignore' as const, log, log],
      descriptorOf(sockets.endpoint),
      descriptorOf(sockets.frontDoor),
      'pipe',
      descriptorOf(sockets.secureFrontDoor),
      datagramDescriptorOf(sockets.names),
    ],
    env: { PATH: path, HOME, TZ, TMPDIR, LANG: 'C.UTF-8' },
  });
  closeSync(log);
  return child;
}

function openLog(folder: string): number {
  const file = logFile(folder);
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > largestLog) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

/** Waits for the daemon's word; when it ends before, its log says why. */
async function untilReady(child: ChildProcess, folder: string): Promise<void> {
  const ready = (child.stdio as unknown[])[descriptors.ready] as Readable;
  const deadline = AbortSignal.timeout(readyMilliseconds);
  const ended = once(child, 'exit', { signal: deadline });
  ended.catch(() => undefined);
  try {
    await Promise.race([
      once(ready, 'data', { signal: deadline }),
      ended.then(() => {
        throw new Error('it ended');
      }),
    ]);
  } catch (cause) {
    child.kill('SIGKILL');
    const why = deadline.aborted ? `it was not ready within ${readyMilliseconds / 1000} s` : 'it ended';
    throw new Error(`The daemon did not start: ${why}.\n${lastLines(folder)}`, { cause });
  } finally {
    ready.destroy();
    child.unref();
  }
}

export function lastLines(folder: string): string {
  const file = logFile(folder);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15);
  return [`The end of ${file}:`, ...lines.map((line) => `  ${line}`)].join('\n');
}
