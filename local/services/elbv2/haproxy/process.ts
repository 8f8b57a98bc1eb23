import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { Network } from '../../../network/network.ts';
import { command } from './runtime.ts';

/** One load balancer's HAProxy. */
export interface HaproxyProcess {
  /** Takes the new configuration without losing a connection. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

export interface HaproxyOptions {
  readonly hostId: string;
  readonly folder: string;
  readonly network: Pick<Network, 'spawn'>;
  /** Told of each request, as a line of HAProxy's log. */
  onRequest(line: string): void;
  /** Told when it ends without having been stopped. */
  onEnd(reason: string): void;
}

const startDeadline = 10_000;
const keptLines = 20;

/** Starts HAProxy and waits until it answers. */
export async function startHaproxy(options: HaproxyOptions): Promise<HaproxyProcess> {
  const { folder, hostId } = options;
  const socket = `${folder}/admin.sock`;
  const master = `${folder}/master.sock`;
  const child = options.network.spawn(
    hostId,
    ['haproxy', '-W', '-C', folder, '-S', 'unix@master.sock', '-f', 'alb.cfg'],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` },
    },
  );
  const lastLines = readOutput(child, options);
  let stopping = false;
  const ended = new Promise<void>((resolve) => {
    const end = (reason: string) => {
      if (!stopping) options.onEnd(reason);
      resolve();
    };
    child.once('error', (error) => {
      end(error.message);
    });
    child.once('exit', (code, signal) => {
      end(`HAProxy ended (${signal ?? String(code)}): ${lastLines.join('\n')}`);
    });
  });

  await answering(undefined);
  return {
    async reload() {
      const before = await workerId(socket);
      // The master goes down with the connection when it obeys: no answer is not a failure.
      await command(master, 'reload').catch(() => undefined);
      await answering(before);
    },
    async stop() {
      stopping = true;
      child.kill('SIGTERM');
      await ended;
    },
  };

  /** Waits for a worker that is not the one from before. */
  async function answering(before: string | undefined): Promise<void> {
    const deadline = Date.now() + startDeadline;
    while (child.exitCode === null && Date.now() < deadline) {
      const worker = await workerId(socket);
      if (worker !== undefined && worker !== before && (await masterAnswers(master))) return;
      await pause(5);
    }
    if (before === undefined) {
      stopping = true;
      child.kill('SIGTERM');
    }
    throw new Error(`HAProxy of ${hostId} did not take its configuration:\n${lastLines.join('\n')}`);
  }
}

async function workerId(socket: string): Promise<string | undefined> {
  const info = await command(socket, 'show info').catch(() => '');
  return /^Pid: (\d+)/m.exec(info)?.[1];
}

/** A worker can be there before its master listens to commands. */
const masterAnswers = (master: string): Promise<boolean> =>
  command(master, 'show proc').then(
    (answer) => answer.includes('worker'),
    () => false,
  );

/** Requests come on standard output, HAProxy's own notices on standard error. */
function readOutput(child: ChildProcess, options: HaproxyOptions): string[] {
  const lastLines: string[] = [];
  if (child.stdout) {
    createInterface(child.stdout).on('line', (line) => {
      options.onRequest(line);
    });
  }
  if (child.stderr) {
    createInterface(child.stderr).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > keptLines) lastLines.shift();
    });
  }
  return lastLines;
}
