/**
 * Deployments on this instance, one at a time: prepare, start beside the old, wait until healthy, switch, drain.
 * At every moment either the old or the new version serves completely, whatever dies.
 */
import type { InstanceDescriptor, InstanceResult } from '../../model/schemas.ts';
import { retrying } from '../back-off.ts';
import type { Clock } from '../clock.ts';
import { ErrandError, type Phase, type Prepared, type SendErrand } from '../errands/contract.ts';
import type { ProbeAnswer } from '../health/probe.ts';
import type { Identity } from '../metadata.ts';
import { portsPerRelease } from '../preparation/processes.ts';
import type { Release, StateFile } from '../state.ts';
import type { Formation } from '../supervise/formation.ts';
import { describeExit } from '../supervise/processes.ts';
import { decide, isReconfiguration, isSameRelease, type DeploymentOrder } from './fencing.ts';
import { passGate } from './gate.ts';
import { lastLines } from './last-lines.ts';

/** Says what it is doing, in one line. */
export type Progress = (line: string) => void;

export interface DeployerParts {
  readonly clock: Clock;
  readonly state: StateFile;
  readonly errand: SendErrand;
  readonly facts: () => { readonly identity: Identity; readonly descriptor: InstanceDescriptor };
  readonly releases: string;
  /** Configuration of each release's own nginx. */
  readonly ownFolders: string;
  readonly nodeFolder: string;
  readonly findFreePorts: (after: number | undefined, size: number) => Promise<number>;
  readonly formation: (release: Omit<Release, 'processes'>, properties: Record<string, string>) => Formation;
  readonly probe: (port: number, path: string) => Promise<ProbeAnswer>;
  /** Makes the formation the live one, runs what follows a deployment, and lets the old one go; or goes back. */
  readonly takeOver: (next: Formation, afterwards: () => Promise<void>) => Promise<void>;
  /** Something that the bundle asks for has no effect. */
  readonly onNote: (note: string) => void;
  /** Ends a formation that did not get that far. */
  readonly discard: (next: Formation) => Promise<void>;
}

/** The deployment cannot go on; the message is the reason in `InstanceResult`. */
class DeploymentFailure extends Error {
  readonly lines: readonly string[];

  constructor(message: string, lines: readonly string[] = []) {
    super(message);
    this.lines = lines;
  }
}

interface Flight {
  readonly order: DeploymentOrder;
  readonly result: Promise<InstanceResult>;
  readonly listeners: Set<Progress>;
  readonly abort: AbortController;
}

export class Deployer {
  readonly #parts: DeployerParts;
  #flight: Flight | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(parts: DeployerParts) {
    this.#parts = parts;
  }

  /** The order being carried out now. */
  get current(): DeploymentOrder | undefined {
    return this.#flight?.order;
  }

  /** Carries an order out. The same order again joins the one under way; a newer one pushes it aside. */
  async deploy(order: DeploymentOrder, progress: Progress): Promise<InstanceResult> {
    const { state } = this.#parts;
    const decision = decide(state.value, order);
    if (decision.kind === 'Refuse') return this.#result(order, 'Refused', { reason: decision.reason });
    await state.change(({ fencing }) => ({
      fencing: {
        token: Math.max(fencing.token, order.token),
        deployment: Math.max(fencing.deployment, order.deployment),
      },
    }));
    const flight = this.#flight;
    if (flight && isSameOrder(flight.order, order)) {
      flight.listeners.add(progress);
      return flight.result;
    }
    if (order.origin === 'Command')
      flight?.abort.abort(
        new Error(`deployment ${order.deployment} with fencing token ${order.token} came after it`),
      );
    return this.#enqueue(order, progress);
  }

  #enqueue(order: DeploymentOrder, progress: Progress): Promise<InstanceResult> {
    const abort = new AbortController();
    const listeners = new Set([progress]);
    const result = this.#queue.then(() =>
      this.#run(
        order,
        (line) => {
          listeners.forEach((listener) => {
            listener(line);
          });
        },
        abort.signal,
      ),
    );
    const flight: Flight = { order, result, listeners, abort };
    this.#flight = flight;
    const done = () => {
      if (this.#flight === flight) this.#flight = undefined;
    };
    this.#queue = result.then(done, done);
    return result;
  }

  async #run(order: DeploymentOrder, progress: Progress, signal: AbortSignal): Promise<InstanceResult> {
    // Looked at again: the order may have waited behind others.
    const decision = decide(this.#parts.state.value, order);
    if (decision.kind === 'Refuse') return this.#result(order, 'Refused', { reason: decision.reason });
    if (decision.kind === 'AlreadyServing') {
      progress(`${order.versionLabel} serves already.`);
      return this.#result(order, order.stage === 'Release' ? 'Prepared' : 'Deployed', {});
    }
    const phases: Phase[] = [];
    const run = { progress, signal, phases };
    try {
      const prepared = await this.#prepare(order, run);
      if (order.stage === 'Release') return this.#result(order, 'Prepared', { phases });
      await this.#serve(order, prepared, run);
      return this.#result(order, 'Deployed', { phases });
    } catch (error) {
      const { message } = error as Error;
      if (signal.aborted)
        return this.#result(order, 'Refused', { phases, reason: (signal.reason as Error).message });
      const lines = error instanceof DeploymentFailure || error instanceof ErrandError ? error.lines : [];
      progress(`${order.versionLabel} is not deployed: ${message}.`);
      return this.#result(order, 'Failed', { phases, reason: message, lastLines: [...lines] });
    }
  }

  /** Everything up to the start of the processes: nothing that serves is touched. */
  async #prepare(order: DeploymentOrder, run: Run): Promise<Prepared> {
    const { errand, state, releases, ownFolders, findFreePorts, onNote } = this.#parts;
    const { deployment, bundle } = order;
    run.progress(`Preparing ${order.versionLabel}.`);
    const firstPort = await findFreePorts(state.value.live?.port, portsPerRelease);
    const input = { ...this.#commandFacts(order), bundle, deployment, releases, ownFolders, firstPort };
    const prepared = await this.#persistently(order, run, () =>
      errand('prepare', input, { signal: run.signal, onProgress: run.progress }),
    );
    run.phases.push(...prepared.phases);
    if (order.stage !== 'Release') prepared.notes.forEach(onNote);
    return prepared;
  }

  #commandFacts(order: DeploymentOrder) {
    const { versionLabel, configuration } = order;
    const { live } = this.#parts.state.value;
    return {
      ...this.#parts.facts(),
      versionLabel,
      configuration,
      nodeFolder: this.#parts.nodeFolder,
      isLeader: order.stage === 'Release',
      liveFolder: live && isReconfiguration(live, order) ? live.folder : null,
    };
  }

  async #serve(order: DeploymentOrder, prepared: Prepared, run: Run): Promise<void> {
    const { clock, errand } = this.#parts;
    const { progress, signal, phases } = run;
    const { folder, commands, ports, port, defaults, cron, databaseVersion } = prepared;
    const { deployment, versionLabel, bundle, configuration } = order;
    const facts = { ...this.#commandFacts(order), folder, defaults };
    const startedAt = clock.now();
    const programs = { deployment, versionLabel, bundle, configuration, folder, commands, port, ports };
    const release = {
      ...programs,
      defaults,
      cron,
      ...(databaseVersion !== undefined && { databaseVersion }),
    };
    const next = this.#parts.formation(release, prepared.properties);
    try {
      await this.#startUntilHealthy(next, run);
      phases.push({ name: 'Start', milliseconds: clock.now() - startedAt });
      signal.throwIfAborted();
      const switchedAt = clock.now();
      await this.#parts.takeOver(next, async () => {
        phases.push({ name: 'Switch', milliseconds: clock.now() - switchedAt });
        if (prepared.hasPostdeployHooks) await errand('postdeploy', facts, { signal, onProgress: progress });
      });
      progress(`${versionLabel} serves.`);
    } catch (error) {
      await this.#parts.discard(next);
      throw error;
    }
  }

  /** A booting instance has nothing better to do than to wait for AWS; a command's sender wants to know. */
  #persistently<T>(order: DeploymentOrder, { progress, signal }: Run, attempt: () => Promise<T>): Promise<T> {
    if (order.origin === 'Command') return attempt();
    return retrying(attempt, {
      clock: this.#parts.clock,
      signal,
      onFailure: (error, delay) => {
        progress(`${error.message}; trying again in ${delay / 1000} s.`);
      },
      isWorthRepeating: (error) => !(error instanceof ErrandError && error.isFinal),
    });
  }

  async #startUntilHealthy(next: Formation, { progress, signal }: Run): Promise<void> {
    const { clock } = this.#parts;
    const { descriptor } = this.#parts.facts();
    const { port } = next.release;
    progress(`Starting ${Object.keys(next.release.commands).join(', ')} on port ${port}.`);
    await next.start();
    let exited: string | undefined;
    const reason = await passGate({
      clock,
      probe: () => this.#parts.probe(port, descriptor.healthCheckPath),
      ended: next.firstExit().then(({ name, exit }) => {
        exited = name;
        return `${name} ${describeExit(exit)} before it was healthy`;
      }),
      healthCheckPath: descriptor.healthCheckPath,
      port,
      startTimeoutMilliseconds: descriptor.startTimeoutSeconds * 1000,
      signal,
    });
    if (reason === undefined) return;
    const log = next.processes.find(({ name }) => name === (exited ?? 'web'))?.log;
    throw new DeploymentFailure(reason, log === undefined ? [] : await lastLines(log));
  }

  #result(
    order: DeploymentOrder,
    outcome: InstanceResult['outcome'],
    more: Partial<Pick<InstanceResult, 'reason' | 'lastLines' | 'phases'>>,
  ): InstanceResult {
    return {
      instanceId: this.#parts.facts().identity.instanceId,
      outcome,
      versionLabel: order.versionLabel,
      deployment: order.deployment,
      serving: this.#parts.state.value.live?.versionLabel ?? null,
      lastLines: [],
      phases: [],
      ...more,
    };
  }
}

interface Run {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly phases: Phase[];
}

const isSameOrder = (left: DeploymentOrder, right: DeploymentOrder): boolean =>
  left.stage === right.stage &&
  isSameRelease({ ...left, folder: '', commands: {}, port: 0, processes: [] }, right);
