/** What serves on this instance: the live formation, those that drain, and the way from one to the next. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { retrying } from './back-off.ts';
import type { Clock } from './clock.ts';
import { openConnections } from './deploy/connections.ts';
import { drained } from './deploy/drain.ts';
import { processEnvironment } from './deploy/environment.ts';
import { OldReleases } from './deploy/old-releases.ts';
import { pointCurrent } from './deploy/release-folders.ts';
import { placeholderPort } from './deploy/switch.ts';
import { ErrandError, type SendErrand } from './errands/contract.ts';
import { probe } from './health/probe.ts';
import type { AgentLog } from './logs/agent-log.ts';
import { processLog } from './logs/shipper.ts';
import type { Identity } from './metadata.ts';
import type { InstanceDescriptor } from '../model/schemas.ts';
import type { AgentState, Release, RunningProcess, StateFile } from './state.ts';
import { Formation } from './supervise/formation.ts';
import { adopt, describeExit } from './supervise/processes.ts';

export interface Facts {
  readonly identity: Identity;
  readonly descriptor: InstanceDescriptor;
}

export interface InstanceParts {
  readonly clock: Clock;
  readonly state: StateFile;
  readonly errand: SendErrand;
  readonly log: AgentLog;
  readonly facts: () => Facts;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly paths: { readonly releases: string; readonly current: string; readonly logs: string };
  readonly nodeFolder: string;
  readonly switchTo: (port: number) => Promise<void>;
  /** The live process is on this port now; undefined: there is none. */
  readonly onLive: (port: number | undefined) => void;
  readonly onLogFile: (file: string, name: string, isEnded: boolean) => void;
}

const probeTimeoutMilliseconds = 2000;
const pauseBetweenProbesMilliseconds = 250;

export class Instance {
  readonly #parts: InstanceParts;
  readonly #oldReleases: OldReleases;
  #live: Formation | undefined;

  constructor(parts: InstanceParts) {
    this.#parts = parts;
    this.#oldReleases = new OldReleases({
      clock: parts.clock,
      folder: parts.paths.releases,
      onProblem: (error) => {
        parts.log.write('WARN', `Old releases could not be removed: ${String(error)}`);
      },
    });
  }

  get live(): Formation | undefined {
    return this.#live;
  }

  /** A formation of a release; without properties it asks for them when it starts a process. */
  formation(release: Omit<Release, 'processes'>, properties?: Record<string, string>): Formation {
    let known = properties;
    const formation: Formation = new Formation(release, {
      clock: this.#parts.clock,
      environment: async (name) =>
        this.#environment(release, name, (known ??= await this.#properties(release))),
      logOf: (name) => processLog(this.#parts.paths.logs, name, release.deployment),
      remember: (processes) => this.#remember(formation, processes),
      onCrash: (name, exit, delay) => {
        const text = `${name} of ${release.versionLabel} ${describeExit(exit)}; it is started again in ${delay / 1000} s.`;
        this.#parts.log.event('ERROR', text, release.deployment);
        if (name === 'web' && formation === this.#live) void this.#pauseUntilHealthy(formation);
      },
    });
    return formation;
  }

  #remember(formation: Formation, processes: readonly RunningProcess[]): Promise<void> {
    for (const { log, name } of processes) this.#parts.onLogFile(log, name, false);
    if (formation !== this.#live) return this.#parts.state.change(() => ({ starting: processes }));
    return this.#parts.state.change(({ live }) => ({ live: live && { ...live, processes } }));
  }

  #environment(release: Omit<Release, 'processes'>, name: string, properties: Record<string, string>) {
    const { identity, descriptor } = this.#parts.facts();
    const { versionLabel, folder, defaults } = release;
    const { environment: inherited, nodeFolder } = this.#parts;
    const all = { ...defaults, ...properties };
    const parts = { inherited, descriptor, identity, versionLabel, properties: all, folder, nodeFolder };
    const port = portOf(release, name);
    return processEnvironment(port === undefined ? parts : { ...parts, port });
  }

  async #properties({ configuration }: Pick<Release, 'configuration'>): Promise<Record<string, string>> {
    const { database = null } = this.#parts.facts().descriptor;
    if (configuration.parameters.length === 0 && !database) return { ...configuration.properties };
    const errand = () => this.#parts.errand('properties', { configuration, database });
    const { properties } = await retrying(errand, {
      clock: this.#parts.clock,
      signal: new AbortController().signal,
      onFailure: (error, delay) => {
        this.#parts.log.write('WARN', `Properties: ${error.message}; trying again in ${delay / 1000} s.`);
      },
      isWorthRepeating: (error) => !(error instanceof ErrandError && error.isFinal),
    });
    return properties;
  }

  /** After a restart of the agent or the machine: ends what was only starting, takes over what serves. */
  async recover(): Promise<void> {
    const { state, clock } = this.#parts;
    for (const each of state.value.starting) adopt(each, clock)?.signal('SIGKILL');
    await state.change(() => ({ starting: [] }));
    for (const { port, processes } of state.value.draining) void this.#drain(port, processes);
    const { live } = state.value;
    if (!live) return;
    if (!(await exists(live.folder))) {
      this.#parts.log.write(
        'WARN',
        `The release folder ${live.folder} is gone; ${live.versionLabel} will be fetched again.`,
      );
      await state.change(() => ({ live: null }));
      return;
    }
    const formation = this.formation(live);
    formation.adopt(live.processes);
    this.#live = formation;
    for (const { log, name } of live.processes) this.#parts.onLogFile(log, name, false);
    const missing = formation.missing;
    this.#parts.log.write(
      'INFO',
      missing.length === 0
        ? `${live.versionLabel} still serves.`
        : `Starting ${missing.join(', ')} of ${live.versionLabel} again.`,
    );
    await formation.start();
    await this.#parts.switchTo(live.port);
    formation.keepRunning();
    this.#parts.onLive(live.port);
  }

  /**
   * The switch. When it resolves the new version serves; when it throws, because the kernel refuses or what follows
   * a deployment fails, the old one does.
   */
  async takeOver(next: Formation, afterwards: () => Promise<void>): Promise<void> {
    const { state } = this.#parts;
    const before = state.value;
    const old = before.live;
    const previous = this.#live;
    const draining = old
      ? [...before.draining, { port: old.port, folder: old.folder, processes: old.processes }]
      : before.draining;
    // Written first: an agent that dies here comes back, finds the new processes and switches to them.
    await state.change(() => ({
      live: { ...next.release, processes: next.processes },
      starting: [],
      draining,
      previousFolder: old && old.folder !== next.release.folder ? old.folder : before.previousFolder,
    }));
    try {
      await this.#parts.switchTo(next.release.port);
      this.#live = next;
      this.#parts.onLive(next.release.port);
      await this.#pointCurrent(next.release.folder);
      await afterwards();
    } catch (error) {
      await this.#switchBack(previous, old, before.draining, next);
      throw error;
    }
    next.keepRunning();
    if (previous) void this.#retire(previous);
    await this.#prune();
  }

  /** The old processes have been kept until now. */
  async #switchBack(
    previous: Formation | undefined,
    old: Release | null,
    draining: AgentState['draining'],
    next: Formation,
  ): Promise<void> {
    const { state, switchTo, onLive } = this.#parts;
    await switchTo(old?.port ?? placeholderPort);
    this.#live = previous;
    onLive(old?.port);
    await state.change(() => ({
      live: old && { ...old, processes: previous?.processes ?? old.processes },
      draining,
      starting: next.processes,
    }));
    if (old) await this.#pointCurrent(old.folder);
    // Requests that the new version was given before are answered by it.
    await this.#waitUntilDrained(next.release.port);
  }

  async #pointCurrent(folder: string): Promise<void> {
    const { paths, log } = this.#parts;
    await pointCurrent(paths.current, folder).catch((error: unknown) => {
      log.write('WARN', `${paths.current} could not be pointed at the release: ${String(error)}`);
    });
  }

  /** Messages wait in the queue while there is nobody to handle them. */
  async #pauseUntilHealthy(formation: Formation): Promise<void> {
    const { clock, onLive, facts } = this.#parts;
    onLive(undefined);
    const { port } = formation.release;
    while (formation === this.#live) {
      const { status } = await probe(port, facts().descriptor.healthCheckPath, probeTimeoutMilliseconds);
      if (formation !== this.#live) return;
      if (status === 200) {
        onLive(port);
        return;
      }
      await clock.sleep(pauseBetweenProbesMilliseconds);
    }
  }

  /** Ends a formation that never served. */
  async discard(formation: Formation): Promise<void> {
    await formation.end(this.#drainMilliseconds);
    await this.#parts.state.change(() => ({ starting: [] }));
    for (const { log, name } of formation.processes) this.#parts.onLogFile(log, name, true);
    await this.#prune();
  }

  async #retire(formation: Formation): Promise<void> {
    await this.#waitUntilDrained(formation.release.port);
    await formation.end(this.#drainMilliseconds);
    await this.#forget(formation.release.port, formation.processes);
  }

  async #drain(port: number, processes: readonly RunningProcess[]): Promise<void> {
    const { clock } = this.#parts;
    const alive = processes.flatMap((each) => adopt(each, clock) ?? []);
    if (alive.length > 0) await this.#waitUntilDrained(port);
    for (const managed of alive) managed.signal('SIGTERM');
    const ended = Promise.all(alive.map((managed) => managed.exited));
    const enough = new AbortController();
    const late = clock.sleep(this.#drainMilliseconds, enough.signal).catch(() => undefined);
    await Promise.race([ended, late]);
    enough.abort();
    for (const managed of alive) managed.signal('SIGKILL');
    await this.#forget(port, processes);
  }

  async #waitUntilDrained(port: number): Promise<void> {
    const isQuiet = await drained({
      clock: this.#parts.clock,
      openConnections: () => openConnections(port),
      timeoutMilliseconds: this.#drainMilliseconds,
    });
    if (!isQuiet)
      this.#parts.log.write(
        'WARN',
        `Connections to the version before are still open after ${this.#drainMilliseconds / 1000} s; they are closed.`,
      );
  }

  get #drainMilliseconds(): number {
    return this.#parts.facts().descriptor.drainTimeoutSeconds * 1000;
  }

  async #forget(port: number, processes: readonly RunningProcess[]): Promise<void> {
    const isOther = (each: RunningProcess) => !processes.some(({ pid }) => pid === each.pid);
    await this.#parts.state.change(({ draining }) => ({
      draining: draining.filter((each) => each.port !== port || each.processes.every(isOther)),
    }));
    const inUse = new Set(this.#live?.processes.map(({ log }) => log));
    for (const { log, name } of processes) if (!inUse.has(log)) this.#parts.onLogFile(log, name, true);
  }

  /** Keeps the live release, the one before, and what still drains. */
  async #prune(): Promise<void> {
    const { live, previousFolder, draining } = this.#parts.state.value;
    const kept = [live?.folder, previousFolder, ...draining.map(({ folder }) => folder)].filter(
      (folder): folder is string => typeof folder === 'string',
    );
    await this.#oldReleases.keepOnly(kept.map((folder) => path.resolve(folder)));
  }
}

/** Each process has a PORT, as on Elastic Beanstalk; the bundle's nginx has one as well, and reads no environment. */
const portOf = (
  { port, ports = { web: port } }: Pick<Release, 'port' | 'ports'>,
  name: string,
): number | undefined => ports[name];

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
