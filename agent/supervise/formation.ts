import { backOffDelay, crashBackOff, stableAfterMilliseconds } from '../back-off.ts';
import type { Clock } from '../clock.ts';
import type { Release, RunningProcess } from '../state.ts';
import { adopt, end, launch, type Exit, type Managed } from './processes.ts';

export interface FormationParts {
  readonly clock: Clock;
  /** The process's environment; asks AWS again when a restarted agent does not know it any more. */
  readonly environment: (name: string) => Promise<Record<string, string>>;
  readonly logOf: (name: string) => string;
  /** Resolves when the processes are on disk: only then they begin. */
  readonly remember: (processes: readonly RunningProcess[]) => Promise<void>;
  readonly onCrash: (name: string, exit: Exit, restartsInMilliseconds: number) => void;
}

/** All processes of one release. */
export class Formation {
  readonly release: Omit<Release, 'processes'>;
  readonly #parts: FormationParts;
  readonly #managed = new Map<string, Managed>();
  readonly #stopping = new AbortController();
  #crashes: number[] = [];

  constructor(release: Omit<Release, 'processes'>, parts: FormationParts) {
    this.release = release;
    this.#parts = parts;
  }

  get processes(): RunningProcess[] {
    return [...this.#managed.values()].map((managed) => managed.process);
  }

  /** Names of process types that do not run now. */
  get missing(): string[] {
    return Object.keys(this.release.commands).filter(
      (name) => this.#managed.get(name)?.hasExited() !== false,
    );
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Crashes since a moment. */
  crashesSince(moment: number): number {
    return this.#crashes.filter((at) => at >= moment).length;
  }

  /** Starts what does not run. */
  async start(): Promise<void> {
    await Promise.all(this.missing.map((name) => this.#start(name)));
  }

  async #start(name: string): Promise<void> {
    const environment = await this.#parts.environment(name);
    if (this.#isStopping()) return;
    const launched = launch({
      name,
      command: this.release.commands[name] ?? '',
      folder: this.release.folder,
      environment,
      log: this.#parts.logOf(name),
    });
    this.#managed.set(name, launched);
    await this.#parts.remember(this.processes);
    launched.go();
  }

  /** Takes over what runs of an earlier agent's formation. */
  adopt(processes: readonly RunningProcess[]): void {
    for (const each of processes) {
      const managed = adopt(each, this.#parts.clock);
      if (managed && Object.hasOwn(this.release.commands, each.name)) this.#managed.set(each.name, managed);
    }
  }

  /** Settles with the first process that exits. */
  firstExit(): Promise<{ readonly name: string; readonly exit: Exit }> {
    return Promise.race(
      [...this.#managed].map(async ([name, managed]) => ({ name, exit: await managed.exited })),
    );
  }

  /** From now on a process that ends is started again, sooner or later. */
  keepRunning(): void {
    for (const name of Object.keys(this.release.commands)) void this.#keepRunning(name);
  }

  async #keepRunning(name: string): Promise<void> {
    const { clock, onCrash } = this.#parts;
    for (let failures = 0; ;) {
      const startedAt = clock.now();
      const exit = await (this.#managed.get(name)?.exited ?? Promise.resolve({ code: null, signal: null }));
      if (this.#isStopping()) return;
      this.#crashes = [...this.#crashes.slice(-99), clock.now()];
      failures = clock.now() - startedAt > stableAfterMilliseconds ? 1 : failures + 1;
      const delay = backOffDelay(failures, crashBackOff);
      onCrash(name, exit, delay);
      try {
        await clock.sleep(delay, this.#stopping.signal);
        await this.#start(name);
      } catch {
        // Stopping, or AWS does not give the environment: the next round waits longer.
        if (this.#isStopping()) return;
      }
    }
  }

  /** Lets processes end: SIGTERM, then SIGKILL. */
  async end(graceMilliseconds: number): Promise<void> {
    this.#stopping.abort(new Error('The processes are being ended.'));
    const all = [...this.#managed.values()];
    await Promise.all(all.map((managed) => end(managed, graceMilliseconds, this.#parts.clock)));
  }
}
