import type { HealthReport, InstanceResult } from '../../../model/schemas.ts';
import {
  NotRegisteredError,
  type Delivery,
  type Fleet,
  type FleetInstance,
  type Invocation,
} from '../../../cli/deploy/fleet.ts';

export interface SimulatedInstance {
  state: FleetInstance['state'];
  /** What it serves; null for the placeholder page. */
  serving: string | null;
  deployment: number;
  /** The newest fencing token it has seen. */
  token: number;
  registered: boolean;
  /** Polls until a command ends on it. */
  pollsPerCommand: number;
  /** Its agent is killed in the middle of the next command: nobody knows what came of it. */
  losesResult: boolean;
  /** Versions that do not start on it. */
  readonly broken: Set<string>;
  health: 'healthy' | 'unhealthy';
}

export interface SimulatedFleet extends Fleet {
  readonly machines: Map<string, SimulatedInstance>;
  readonly sent: { readonly ids: readonly string[]; readonly delivery: Delivery }[];
  readonly cancelled: string[];
  /** Called at every listing: a chance to add, remove or boot machines. */
  onList: (listing: number) => void;
  add(id: string, changes?: Partial<SimulatedInstance>): SimulatedInstance;
}

/** Instances that behave as the agent's contract says: refuse older tokens, keep the old version on failure. */
export function simulatedFleet(): SimulatedFleet {
  const machines = new Map<string, SimulatedInstance>();
  const commands = new Map<
    string,
    { delivery: Delivery; left: Map<string, number>; results: Map<string, InstanceResult> }
  >();
  let listings = 0;

  const end = (id: string, machine: SimulatedInstance, delivery: Delivery): InstanceResult => {
    const { pointer, deployment, fencingToken } = delivery;
    const base = {
      instanceId: id,
      versionLabel: pointer.versionLabel,
      deployment,
      lastLines: [],
      phases: [],
    };
    if (fencingToken < machine.token)
      return { ...base, outcome: 'Refused', serving: machine.serving, reason: 'older fencing token' };
    machine.token = fencingToken;
    if (machine.losesResult) {
      machine.losesResult = false;
      machine.serving = pointer.versionLabel;
      machine.deployment = deployment;
      return { ...base, outcome: 'Failed', serving: null, reason: 'the agent ended without a result' };
    }
    if (machine.broken.has(pointer.versionLabel))
      return {
        ...base,
        outcome: 'Failed',
        serving: machine.serving,
        reason: 'web exited with code 1',
        lastLines: ['Error: DATABASE_URL is not set'],
      };
    if (delivery.stage) return { ...base, outcome: 'Prepared', serving: machine.serving };
    machine.serving = pointer.versionLabel;
    machine.deployment = deployment;
    return { ...base, outcome: 'Deployed', serving: pointer.versionLabel };
  };

  const fleet: SimulatedFleet = {
    machines,
    sent: [],
    cancelled: [],
    onList: () => undefined,
    add(id, changes = {}) {
      const machine: SimulatedInstance = {
        state: 'InService',
        serving: 'v1',
        deployment: 1,
        token: 1,
        registered: true,
        pollsPerCommand: 2,
        losesResult: false,
        broken: new Set(),
        health: 'healthy',
        ...changes,
      };
      machines.set(id, machine);
      return machine;
    },
    async list() {
      fleet.onList((listings += 1));
      const instances = [...machines].map(([id, { state }]) => ({
        id,
        zone: 'eu-central-1a',
        state,
        launchTemplateVersion: '1',
      }));
      return { instances, desired: machines.size };
    },
    async send(ids, delivery) {
      if (ids.some((id) => machines.get(id)?.registered === false))
        throw new NotRegisteredError(ids, undefined);
      fleet.sent.push({ ids, delivery });
      const commandId = `command-${fleet.sent.length}`;
      const left = new Map(ids.map((id) => [id, machines.get(id)?.pollsPerCommand ?? 0]));
      commands.set(commandId, { delivery, left, results: new Map() });
      return commandId;
    },
    async invocations(commandId) {
      const command = commands.get(commandId);
      if (!command) return [];
      return [...command.left].map(([id, polls]): Invocation => {
        const machine = machines.get(id);
        const known = command.results.get(id);
        if (known) return { instanceId: id, status: 'Success', result: known };
        command.left.set(id, polls - 1);
        if (!machine || polls > 0) return { instanceId: id, status: 'InProgress' };
        const result = end(id, machine, command.delivery);
        command.results.set(id, result);
        return { instanceId: id, status: result.outcome === 'Deployed' ? 'Success' : 'Failed', result };
      });
    },
    async cancel(commandId) {
      fleet.cancelled.push(commandId);
    },
    async targetHealth(ids) {
      return new Map(
        ids.map((id) => [id, { state: machines.get(id)?.health ?? 'unused', reason: undefined }]),
      );
    },
    async report(id): Promise<HealthReport | undefined> {
      const machine = machines.get(id);
      if (!machine) return undefined;
      return {
        instanceId: id,
        availabilityZone: 'eu-central-1a',
        privateIp: '10.0.0.1',
        status: 'Ok',
        causes: [],
        versionLabel: machine.serving,
        deployment: machine.deployment,
        launchedAt: '2026-05-01T11:00:00.000Z',
        reportedAt: '2026-05-01T12:00:00.000Z',
      };
    },
  };
  return fleet;
}
