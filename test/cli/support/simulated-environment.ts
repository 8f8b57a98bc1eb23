import type { Stored } from '../../../cli/aws/documents.ts';
import type { Clock } from '../../../cli/clock.ts';
import type { Fleet, FleetInstance } from '../../../cli/deploy/fleet.ts';
import type { Group } from '../../../cli/deploy/group.ts';
import { openJournal } from '../../../cli/deploy/journal.ts';
import type { Lease } from '../../../cli/deploy/lock.ts';
import { isPastReturn, isReturning, openRecord, planDeployment } from '../../../cli/deploy/plan.ts';
import { createPointers } from '../../../cli/deploy/pointers.ts';
import type { Run } from '../../../cli/deploy/run.ts';
import { runDeployment, turnBack } from '../../../cli/deploy/runner.ts';
import { keys, slots, type Slot } from '../../../model/names.ts';
import {
  currentPointer,
  deploymentRecord,
  type CurrentPointer,
  type DeploymentOptions,
  type DeploymentPolicy,
  type DeploymentRecord,
  type EnvironmentDescriptor,
  type GroupSize,
} from '../../../model/schemas.ts';
import type { Board } from '../../../cli/ui/board.ts';
import { leapingClock } from './clocks.ts';
import { configuration, name, pointer, version } from './fixtures.ts';
import { memoryDocuments } from './memory-documents.ts';
import { simulatedFleet, type SimulatedFleet } from './simulated-fleet.ts';

const ticksToBoot = 3;
const before: CurrentPointer = { active: 'blue', slots: { blue: pointer('v1', 1), green: null } };

interface SimulatedGroup {
  size: GroupSize;
  launchTemplateVersion: string;
  readonly suspended: Set<string>;
  readonly fleet: SimulatedFleet;
  readonly boots: Map<string, number>;
}

export interface Scene {
  readonly environment: EnvironmentDescriptor;
  readonly policy: DeploymentPolicy;
  readonly options?: Partial<DeploymentOptions>;
  readonly instances: number;
  /** Instances that an earlier deployment has left in the idle slot. */
  readonly leftBehind?: number;
}

/** Both slots of an environment, Auto Scaling and the load balancer in memory; time leaps from poll to poll. */
export class SimulatedEnvironment {
  readonly scene: Scene;
  readonly clock: Clock = leapingClock();
  readonly groups: Record<Slot, SimulatedGroup>;
  readonly weights: Record<Slot, number> = { blue: 100, green: 0 };
  /** Who has the Elastic IP. */
  addressOwner = 'i-1';
  /** Moments at which a request could have found nobody. */
  readonly lost: string[] = [];
  /** Versions that start on no new instance. */
  readonly broken = new Set<string>();
  /** Called when a step has been recorded as begun. */
  onStep: (id: string) => void = () => undefined;
  /** Why no call to AWS gets through, while none does. */
  outage: string | undefined;
  /** So many calls are refused before the next one gets through. */
  refusals = 0;
  /** Writes fail while effects still get through. */
  isDeaf = false;
  /** Where its progress is shown. */
  board: Board = { row: () => undefined, line: () => undefined, close: () => undefined };
  readonly #documents = memoryDocuments();
  #token = 5;
  #launched = 0;

  constructor(scene: Scene) {
    this.scene = scene;
    void this.#documents.create(keys.current(name), before);
    const size = { minSize: scene.instances, maxSize: scene.instances + 2, desiredCapacity: scene.instances };
    const { leftBehind = 0 } = scene;
    this.groups = {
      blue: this.#group(size),
      green: this.#group({ minSize: 0, maxSize: leftBehind, desiredCapacity: leftBehind }),
    };
    for (let index = 1; index <= leftBehind; index += 1)
      this.groups.green.fleet.add(`i-left-${index}`, { serving: 'v0', deployment: 0 });
    for (let index = 1; index <= scene.instances; index += 1) this.groups.blue.fleet.add(`i-${index}`);
    this.#documents.beforeWrite = () => {
      if (this.isDeaf) throw new Error('killed');
    };
    this.#documents.afterWrite = (key) => {
      if (key !== keys.deployment(name, 2)) return;
      const begun = this.record().steps.findLast(({ status }) => status === 'InProgress');
      if (begun) this.onStep(begun.id);
    };
  }

  #group(size: GroupSize): SimulatedGroup {
    const fleet = simulatedFleet();
    return { size, launchTemplateVersion: '1', suspended: new Set(), fleet, boots: new Map() };
  }

  current(): CurrentPointer {
    return currentPointer.parse(this.#json(keys.current(name)));
  }

  record(): DeploymentRecord {
    return deploymentRecord.parse(this.#json(keys.deployment(name, 2)));
  }

  #json(key: string): unknown {
    return JSON.parse(this.#documents.bodies.get(key)?.body ?? 'null');
  }

  /** Ids of the steps that this scene's deployment has. */
  stepIds(): string[] {
    return this.#plan().steps.map(({ id }) => id);
  }

  #plan() {
    const { environment, policy, options = {} } = this.scene;
    return planDeployment({
      environment,
      current: this.current(),
      version: version('v2'),
      configuration,
      groups: { blue: this.#state('blue'), green: this.#state('green') },
      policy,
      options: { healthyChecks: 1, ...options },
    });
  }

  /** Deployment 2, of v2. */
  async deploy(interrupt = new AbortController().signal): Promise<DeploymentRecord> {
    const opening = {
      number: 2,
      fencingToken: this.#token,
      startedBy: 'ann',
      startedAt: '2026-05-01T12:00:00.000Z',
    };
    const record = openRecord(this.#plan(), opening);
    const stored = await this.#documents.create(keys.deployment(name, 2), record);
    return runDeployment(this.#run(stored), interrupt, 'ann');
  }

  /** Another process takes over what the first one has left. */
  async takeOver(how: 'resume' | 'abort'): Promise<DeploymentRecord> {
    this.outage = undefined;
    this.isDeaf = false;
    this.onStep = () => undefined;
    const stored = await this.#documents.read(keys.deployment(name, 2), deploymentRecord);
    if (!stored) throw new Error('the record is stored');
    this.#token += 1;
    const run = this.#run(stored);
    await run.journal.takeOver(this.#token);
    const { record } = run.journal;
    if (how === 'abort' && !isReturning(record) && !isPastReturn(record))
      await turnBack(run, 'aborted by bob');
    return runDeployment(run, new AbortController().signal, 'bob');
  }

  /** What Auto Scaling and instances do by themselves in a while. */
  rest(): void {
    for (let tick = 0; tick < 20; tick += 1) this.#tick();
  }

  #run(stored: Stored<DeploymentRecord>): Run {
    const token = () => this.#token;
    const lease: Lease = {
      get fencingToken() {
        return token();
      },
      deployment: 2,
      lost: new AbortController().signal,
      begin: () => Promise.resolve(),
      fence: () => this.#effect(() => (this.#token += 1)),
      release: () => Promise.resolve(),
    };
    return {
      environment: this.scene.environment,
      fleets: { blue: this.#fleet('blue'), green: this.#fleet('green') },
      groups: { blue: this.#groupOf('blue'), green: this.#groupOf('green') },
      traffic: {
        shift: (slot, percent) =>
          this.#effect(() => {
            this.weights[slot] = percent;
            this.weights[slot === 'blue' ? 'green' : 'blue'] = 100 - percent;
          }),
        moveAddress: (id) => this.#effect(() => (this.addressOwner = id)).then(() => undefined),
      },
      alarms: { ringing: () => Promise.resolve([]), missing: () => Promise.resolve([]) },
      journal: openJournal(this.#documents, name, stored, this.clock),
      pointers: createPointers(this.#documents, name),
      lease,
      events: { write: () => undefined },
      clock: this.clock,
      board: this.board,
    };
  }

  async #effect<T>(act: () => T): Promise<T> {
    if (this.outage !== undefined) throw new Error(this.outage);
    if (this.refusals > 0) {
      this.refusals -= 1;
      throw new Error('Rate exceeded');
    }
    return act();
  }

  #fleet(slot: Slot): Fleet {
    const { fleet } = this.groups[slot];
    return {
      ...fleet,
      list: () =>
        this.#effect(() => {
          this.#tick();
          const { instances, size } = this.#state(slot);
          return { instances, desired: size.desiredCapacity };
        }),
      send: (...given) => this.#effect(() => fleet.send(...given)).then((sent) => sent),
      invocations: (...given) => this.#effect(() => fleet.invocations(...given)).then((found) => found),
    };
  }

  #groupOf(slot: Slot): Group {
    const group = this.groups[slot];
    return {
      observe: () => this.#effect(() => this.#state(slot)),
      resize: (size) =>
        this.#effect(() => {
          group.size = size;
        }),
      useLaunchTemplate: (templateVersion) =>
        this.#effect(() => {
          group.launchTemplateVersion = templateVersion;
        }),
      suspend: (processes) =>
        this.#effect(() => {
          for (const process of processes) group.suspended.add(process);
        }),
      resume: (processes) =>
        this.#effect(() => {
          for (const process of processes) group.suspended.delete(process);
        }),
    };
  }

  #state(slot: Slot) {
    const { size, launchTemplateVersion, suspended, fleet } = this.groups[slot];
    const instances = [...fleet.machines].map(([id, { state }], index): FleetInstance => ({
      id,
      zone: 'abc'[index % 3] ?? 'a',
      state,
      launchTemplateVersion,
    }));
    return { size, launchTemplateVersion, suspendedProcesses: [...suspended], instances };
  }

  /** One moment: instances boot, Auto Scaling launches and terminates, somebody asks for a page. */
  #tick(): void {
    for (const slot of slots) {
      this.#boot(slot);
      this.#scale(slot);
    }
    this.#ask();
  }

  #boot(slot: Slot): void {
    const { boots, fleet } = this.groups[slot];
    for (const [id, left] of boots) {
      const machine = fleet.machines.get(id);
      if (machine?.state !== 'Booting') boots.delete(id);
      else if (left > 0) boots.set(id, left - 1);
      else {
        const wanted = this.current().slots[slot];
        if (wanted && this.broken.has(wanted.versionLabel)) machine.state = 'Leaving';
        else {
          const { versionLabel = null, deployment = 0 } = wanted ?? {};
          Object.assign(machine, { state: 'InService', serving: versionLabel, deployment });
        }
        boots.delete(id);
      }
    }
  }

  #scale(slot: Slot): void {
    const { size, fleet, boots } = this.groups[slot];
    const { machines } = fleet;
    for (const [id, { state }] of machines) if (state === 'Leaving') machines.delete(id);
    for (let missing = size.desiredCapacity - machines.size; missing > 0; missing -= 1) {
      const id = `i-new-${(this.#launched += 1)}`;
      fleet.add(id, { state: 'Booting', serving: null, deployment: 0, token: 0, broken: this.broken });
      boots.set(id, ticksToBoot);
    }
    const surplus = [...machines.values()].slice(0, Math.max(0, machines.size - size.desiredCapacity));
    for (const machine of surplus) machine.state = 'Leaving';
  }

  /** Wherever requests go, somebody must answer. */
  #ask(): void {
    for (const slot of slots) {
      if (this.weights[slot] === 0) continue;
      const { machines } = this.groups[slot].fleet;
      const answers = [...machines.values()].some(
        ({ state, serving }) => state === 'InService' && serving !== null,
      );
      if (!answers)
        this.lost.push(`${this.weights[slot]} percent of the requests go to slot ${slot}, which is empty`);
    }
  }
}
