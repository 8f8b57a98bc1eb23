import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathWithSystem } from '../../local/daemon/checks.ts';
import { unshareCommand } from '../../local/daemon/namespaces.ts';
import type { Machine, MachineCommandResult } from '../../local/instances/instances.ts';
import type { NetworkPlan } from '../../local/network/plan.ts';

/** What can be asked of the planes; the program in the namespaces has the same methods. */
export interface PlanesApi {
  apply(plan: NetworkPlan): Promise<void>;
  /** Runs a program in a host's network. */
  exec(hostId: string, argv: readonly string[]): Promise<MachineCommandResult>;
  /** Starts a web server in a host that answers with its name and its client's address. */
  listen(hostId: string, port: number): Promise<void>;
  boot(machine: Machine): Promise<void>;
  halt(instanceId: string): Promise<void>;
  discard(instanceId: string): Promise<void>;
  run(instanceId: string, argv: readonly string[]): Promise<MachineCommandResult>;
  /** Starts a program on a terminal; the result identifies it. */
  openTerminal(instanceId: string, argv: readonly string[]): Promise<number>;
  type(terminal: number, text: string): Promise<void>;
  resize(terminal: number, columns: number, rows: number): Promise<void>;
  hangUp(terminal: number): Promise<void>;
  /** What a terminal has shown, and its program's exit code when that has ended. */
  seen(terminal: number): Promise<{ readonly text: string; readonly exitCode: number | undefined }>;
  isRunning(instanceId: string): Promise<boolean>;
  usage(instanceId: string): Promise<{ cpuSeconds: number; memoryBytes: number }>;
  /** Machines that ended and nobody halted. */
  deaths(): Promise<string[]>;
}

export interface Planes extends PlanesApi {
  readonly folder: string;
  /** The first of the processes that make it up, outside. */
  readonly pid: number;
  close(): Promise<void>;
}

/** Network and compute plane in namespaces of their own, as the daemon has them, driven from a test. */
export async function startPlanes(folder = mkdtempSync(join(tmpdir(), 'planes-'))): Promise<Planes> {
  const inner = [process.execPath, join(import.meta.dirname, 'planes-inside.ts'), folder];
  const [program = '', ...args] = unshareCommand(inner, process.getuid?.() ?? 0);
  const child = fork(args[0] ?? '', args.slice(1), {
    execPath: program,
    execArgv: [],
    env: { ...process.env, PATH: pathWithSystem(process.env.PATH) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error('The planes did not start.');
  });
  ended.catch(() => undefined); // also when they end later
  await Promise.race([once(child, 'message'), ended]);
  return new Proxy({} as Planes, {
    get(_, name: string) {
      if (name === 'then') return undefined;
      if (name === 'folder') return folder;
      if (name === 'pid') return child.pid;
      if (name === 'close') return () => close(child, folder);
      return (...given: unknown[]) => call(child, name, given);
    },
  });
}

let lastCall = 0;

function call(child: ChildProcess, method: string, args: unknown[]): Promise<unknown> {
  const id = ++lastCall;
  return new Promise((done, fail) => {
    const onMessage = (answer: { id: number; value?: unknown; error?: string }): void => {
      if (answer.id !== id) return;
      child.off('message', onMessage);
      if (answer.error === undefined) done(answer.value);
      else fail(new Error(answer.error));
    };
    child.on('message', onMessage);
    child.send({ id, method, args });
  });
}

async function close(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
