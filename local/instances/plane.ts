import { once } from 'node:events';
import { existsSync, lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Authority } from '../authority.ts';
import type { Clock } from '../clock.ts';
import type { Network } from '../network/network.ts';
import { runInside } from './command.ts';
import { copyDisk } from './copy-disk.ts';
import { imageFolder, makeDisk, parseEnvironment, topFolders, writeIdentity, writeUserData } from './disk.ts';
import type {
  Instances,
  Machine,
  MachineCommand,
  MachineCommandResult,
  Terminal,
  TerminalProgram,
} from './instances.ts';
import { removeAllBut, removeDrafts } from '../sweep.ts';
import { trustRoot } from '../trust.ts';
import { freeze, usageOf } from './processes.ts';
import { openTerminal } from './terminal.ts';
import { ShownFolders, type Shown } from './shown-folders.ts';
import { infoDescriptor, readyDescriptor, sandboxCommand, type SandboxFacts } from './sandbox.ts';

export interface InstancesOptions {
  /** The cloud's folder; the disks are in `disks/`. */
  readonly folder: string;
  readonly network: Pick<Network, 'spawn'>;
  readonly region: string;
  /** The endpoint as instances see it. */
  readonly origin: string;
  readonly clock: Clock;
  /** Trusted by every machine. */
  readonly authority: Pick<Authority, 'rootCertificate'>;
}

interface Running {
  /** The sandbox's outer process, which ends with the machine. */
  readonly outer: ChildProcess;
  /** The machine's init, as the daemon sees it. */
  readonly firstPid: number;
  readonly ended: Promise<void>;
  halting: boolean;
}

const bootMilliseconds = 15_000;
/** Units have 20 s to end; init ends what they left within another few. */
const haltMilliseconds = 27_000;

/** The machines of this cloud: each a sandbox in its host's network namespace, with a disk folder. */
export function createInstances(options: InstancesOptions): InstancePlane {
  const disks = join(options.folder, 'disks');
  mkdirSync(disks, { recursive: true });
  removeDrafts(disks);
  return new InstancePlane(options);
}

export class InstancePlane implements Instances {
  readonly #options: InstancesOptions;
  readonly #running = new Map<string, Running>();
  readonly #shown: ShownFolders;
  readonly #listeners: ((instanceId: string) => void)[] = [];

  constructor(options: InstancesOptions) {
    this.#options = options;
    this.#shown = new ShownFolders(join(options.folder, 'run', 'shown'));
  }

  #disk(name: string): string {
    return join(this.#options.folder, 'disks', name);
  }

  async boot(machine: Machine): Promise<void> {
    const { instanceId } = machine;
    if (this.#running.has(instanceId)) throw new Error(`The machine ${instanceId} runs already.`);
    const disk = this.#disk(instanceId);
    await this.#makeDisk(disk, machine);
    trustRoot(disk, await this.#options.authority.rootCertificate());
    writeIdentity(disk, machine, this.#options.region, this.#options.origin);
    const facts = { ...factsOf(disk, machine), shown: await this.#shown.of(instanceId) };
    const outer = this.#options.network.spawn(instanceId, sandboxCommand(facts), {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      env: {},
      detached: true,
    });
    const firstPid = await this.#started(instanceId, outer);
    this.#watch(instanceId, outer, firstPid);
  }

  /** A disk that is there was made whole: it got its name last. */
  async #makeDisk(disk: string, machine: Machine): Promise<void> {
    if (existsSync(disk)) return;
    const { snapshotId } = machine;
    if (snapshotId === undefined) makeDisk(disk, machine);
    else
      await copyDisk(this.#disk(snapshotId), disk, {
        finish: (draft) => {
          writeUserData(draft, machine);
        },
      });
  }

  /** Waits until init says that it runs; a sandbox that ends before says why. */
  async #started(instanceId: string, outer: ChildProcess): Promise<number> {
    let said = '';
    outer.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
    const failed = once(outer, 'exit').then(() => {
      throw new Error(said.trim() || 'its sandbox ended');
    });
    failed.catch(() => undefined); // also when it ends later
    const ready = firstText(outer.stdio[readyDescriptor] as Readable).then((text) => text || failed);
    const info = firstText(outer.stdio[infoDescriptor] as Readable);
    const deadline = Promise.withResolvers<never>();
    const cancel = this.#options.clock.after(bootMilliseconds, () => {
      deadline.reject(new Error(`its init did not run within ${bootMilliseconds / 1000} s`));
    });
    try {
      await Promise.race([ready, deadline.promise, failed]);
      return (JSON.parse(await Promise.race([info, failed])) as { 'child-pid': number })['child-pid'];
    } catch (cause) {
      outer.kill('SIGKILL');
      throw new Error(`The machine ${instanceId} did not boot: ${(cause as Error).message}`, { cause });
    } finally {
      cancel();
    }
  }

  #watch(instanceId: string, outer: ChildProcess, firstPid: number): void {
    const ended = new Promise<void>((done) => {
      const end = (): void => {
        this.#running.delete(instanceId);
        done();
        if (!running.halting) for (const listener of this.#listeners) listener(instanceId);
      };
      if (outer.exitCode !== null || outer.signalCode !== null) setImmediate(end);
      else outer.on('exit', end);
    });
    const running: Running = { outer, firstPid, ended, halting: false };
    this.#running.set(instanceId, running);
  }

  async halt(instanceId: string): Promise<void> {
    const running = this.#running.get(instanceId);
    if (!running) return;
    running.halting = true;
    signal(running.firstPid, 'SIGTERM');
    const cancel = this.#options.clock.after(haltMilliseconds, () => {
      signal(running.firstPid, 'SIGKILL');
    });
    await running.ended;
    cancel();
  }

  crash(instanceId: string): boolean {
    const running = this.#running.get(instanceId);
    if (running) signal(running.firstPid, 'SIGKILL');
    return running !== undefined;
  }

  /** Shuts all machines down, at the same time. */
  async haltAll(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((instanceId) => this.halt(instanceId)));
  }

  async discard(disk: string): Promise<void> {
    this.#mustNotRun(disk);
    await rm(this.#disk(disk), { recursive: true, force: true, maxRetries: 3 });
  }

  sweep(disks: readonly string[]): void {
    removeAllBut(this.#disk(''), disks);
  }

  async copyDisk(from: string, to: string, onProgress?: (percent: number) => void): Promise<void> {
    if (existsSync(this.#disk(to))) return;
    const running = this.#running.get(from);
    const thaw = running && freeze(running.firstPid);
    try {
      await copyDisk(this.#disk(from), this.#disk(to), onProgress ? { onProgress } : {});
    } finally {
      thaw?.();
    }
  }

  async renameDisk(from: string, to: string): Promise<void> {
    this.#mustNotRun(from);
    if (!existsSync(this.#disk(to)) && existsSync(this.#disk(from)))
      await rename(this.#disk(from), this.#disk(to));
  }

  #mustNotRun(instanceId: string): void {
    if (this.#running.has(instanceId))
      throw new Error(`The disk of ${instanceId} is in use: the machine runs.`);
  }

  async run(instanceId: string, command: MachineCommand): Promise<MachineCommandResult> {
    const { firstPid } = this.#runningOne(instanceId);
    return await runInside(firstPid, this.#environment(instanceId), command, this.#options.clock);
  }

  async openTerminal(instanceId: string, program: TerminalProgram): Promise<Terminal> {
    const { firstPid } = this.#runningOne(instanceId);
    return await openTerminal(firstPid, this.#environment(instanceId), program, this.#options.clock);
  }

  #runningOne(instanceId: string): Running {
    const running = this.#running.get(instanceId);
    if (!running) throw new Error(`The machine ${instanceId} does not run.`);
    return running;
  }

  #environment(instanceId: string): Record<string, string> {
    const file = join(this.#disk(instanceId), 'etc/environment');
    return existsSync(file) ? parseEnvironment(readFileSync(file, 'utf8')) : {};
  }

  async show(instanceId: string, folder: string): Promise<Shown> {
    this.#runningOne(instanceId);
    return this.#shown.show(instanceId, folder);
  }

  isRunning(instanceId: string): boolean {
    return this.#running.has(instanceId);
  }

  usage(instanceId: string): { cpuSeconds: number; memoryBytes: number } {
    const running = this.#running.get(instanceId);
    return running ? usageOf(running.firstPid) : { cpuSeconds: 0, memoryBytes: 0 };
  }

  onDeath(listener: (instanceId: string) => void): void {
    this.#listeners.push(listener);
  }
}

const replaceable = ['systemctl', 'journalctl'];

function factsOf(disk: string, { hostname }: Machine): Omit<SandboxFacts, 'shown'> {
  return {
    disk,
    imageFolder,
    node: process.execPath,
    hostname,
    topFolders: topFolders.filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory()),
    replaced: replaceable.filter((name) => existsSync(join('/usr/bin', name))),
  };
}

/** All that a short-lived pipe says, until its other side is closed. */
async function firstText(stream: Readable): Promise<string> {
  let text = '';
  for await (const piece of stream) text += String(piece);
  return text;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended
  }
}
