/** What the agent must know after a crash or a reboot: one small file, written atomically, without secrets. */
import { readFile } from 'node:fs/promises';
import type { ConfigurationSnapshot, CronTask, InstanceDescriptor } from '../model/schemas.ts';
import { writeAtomically } from './atomic-file.ts';
import type { Identity } from './metadata.ts';

/** A process by a name that survives us: ids are reused, an id with its start time is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of /proc/<pid>/stat. */
  readonly startTime: string;
}

export interface RunningProcess extends ProcessIdentity {
  /** Process type of the Procfile. */
  readonly name: string;
  readonly log: string;
}

/** A version with its processes on this instance. */
export interface Release {
  readonly deployment: number;
  readonly versionLabel: string;
  readonly bundle: { readonly key: string; readonly sha256: string };
  readonly configuration: ConfigurationSnapshot;
  readonly folder: string;
  /** Process type → command. */
  readonly commands: Readonly<Record<string, string>>;
  /** Where requests go in. */
  readonly port: number;
  /** PORT of each process; an agent before this one knew only that of `web`. */
  readonly ports?: Readonly<Record<string, number>>;
  /** Properties that the bundle itself sets. */
  readonly defaults?: Readonly<Record<string, string>>;
  /** Periodic tasks. */
  readonly cron?: readonly CronTask[];
  /** Version of the secret with the database's password that its processes were started with. */
  readonly databaseVersion?: string;
  readonly processes: readonly RunningProcess[];
}

/** A release whose processes finish their last requests. */
export interface Draining {
  readonly port: number;
  readonly folder: string;
  readonly processes: readonly RunningProcess[];
}

export interface AgentState {
  /** The highest that was ever accepted. */
  readonly fencing: { readonly token: number; readonly deployment: number };
  readonly live: Release | null;
  /** Started, not yet serving: ended when the agent comes back. */
  readonly starting: readonly RunningProcess[];
  /** Serving no new requests, finishing their last ones. */
  readonly draining: readonly Draining[];
  /** Release folder of the version before: kept for a fast way back. */
  readonly previousFolder: string | null;
  readonly nginx: RunningProcess | null;
  /** What the instance knew of itself when it last reached AWS: a reboot without AWS still serves. */
  readonly identity: Identity | null;
  readonly descriptor: InstanceDescriptor | null;
  readonly launchedAt: string;
}

export const emptyState = (now: number): AgentState => ({
  fencing: { token: 0, deployment: 0 },
  live: null,
  starting: [],
  draining: [],
  previousFolder: null,
  nginx: null,
  identity: null,
  descriptor: null,
  launchedAt: new Date(now).toISOString(),
});

/** The state in memory, and its file one step behind at most: `change` resolves when it is on disk. */
export class StateFile {
  readonly #file: string;
  #state: AgentState;
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: string, state: AgentState) {
    this.#file = file;
    this.#state = state;
  }

  static async open(file: string, now: number): Promise<StateFile> {
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return new StateFile(file, emptyState(now));
    }
    return new StateFile(file, { ...emptyState(now), ...(JSON.parse(text) as Partial<AgentState>) });
  }

  get value(): AgentState {
    return this.#state;
  }

  change(changes: (state: AgentState) => Partial<AgentState>): Promise<void> {
    this.#state = { ...this.#state, ...changes(this.#state) };
    const write = this.#writing
      .catch(() => undefined)
      .then(() => writeAtomically(this.#file, JSON.stringify(this.#state)));
    this.#writing = write;
    return write;
  }
}
