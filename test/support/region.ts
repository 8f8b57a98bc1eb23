import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Image, Instance, Subnet, SecurityGroup, Filter } from '@aws-sdk/client-ec2';
import { createAuthority } from '../../local/authority.ts';
import { ManualClock, systemClock, type Clock } from '../../local/clock.ts';
import { createEndpoint } from '../../local/endpoint/endpoint.ts';
import type { Service } from '../../local/endpoint/service.ts';
import type {
  Instances,
  MachineCommand,
  MachineCommandResult,
  RoleCredentials,
  Terminal,
  TerminalProgram,
  TerminalSize,
} from '../../local/instances/instances.ts';
import type { Network } from '../../local/network/network.ts';
import type { Ec2, Iam, MadeInterface, Parts, Services } from '../../local/services/parts.ts';
import { createOutages } from '../../local/outages.ts';
import { createAcm } from '../../local/services/acm/service.ts';
import { openStore, type Store } from '../../local/store.ts';

/** A region without kernel or processes: real store, a clock that stands still, planes that only remember. */
export interface TestRegion {
  readonly parts: Parts;
  readonly clock: ManualClock;
  readonly ec2: FakeEc2;
  readonly machines: FakeMachines;
  /** Options for an SDK client that talks to the region through the endpoint. */
  readonly client: ClientOptions;
  /** Waits until what was begun has had its turns of the event loop. */
  settle(): Promise<void>;
  /** Starts a region anew on the same state, as after a power cut. */
  restart(): Promise<TestRegion>;
  close(): Promise<void>;
}

export interface ClientOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { accessKeyId: string; secretAccessKey: string };
  readonly maxAttempts: 1;
}

type Creators = Partial<Record<keyof Services, (parts: Parts) => Service>>;

const account = '123456789012';
const region = 'eu-central-1';
const credentials = { accessKeyId: 'AKIATESTTESTTESTTEST', secretAccessKey: 'test-secret' };
const root = { kind: 'root', arn: `arn:aws:iam::${account}:root`, userId: account } as const;

/** Parts that a test brings itself: a real clock, a real `spawn`. */
interface Own {
  readonly clock?: Clock;
  readonly network?: Partial<Network>;
}

export async function startRegion(creators: Creators, own: Own = {}): Promise<TestRegion> {
  const folder = mkdtempSync(join(tmpdir(), 'region-'));
  return open(creators, own, folder, openStore(), new ManualClock(), fakeEc2(), fakeMachines());
}

async function open(
  creators: Creators,
  own: Own,
  folder: string,
  store: Store,
  clock: ManualClock,
  ec2: FakeEc2,
  machines: FakeMachines,
): Promise<TestRegion> {
  const services: Partial<Record<string, Service>> = { ...withoutNames(), ec2: ec2.service };
  const parts: Parts = {
    store,
    clock: own.clock ?? clock,
    account,
    region,
    folder,
    origin: '',
    network: {
      apply: async () => undefined,
      spawn: () => {
        throw new Error('A test region has no processes.');
      },
      traffic: (hostId) => machines.traffic.get(hostId) ?? { received: 0, sent: 0 },
      hostOf: () => undefined,
      ...own.network,
    },
    instances: machines,
    authority: createAuthority(folder),
    outages: createOutages(),
    services: services as unknown as Services,
  };
  services.acm = createAcm(parts);
  services.iam = allowingAgents();
  for (const [name, create] of Object.entries(creators)) services[name] = create(parts);
  const endpoint = createEndpoint({
    services: services,
    accessKey: (accessKeyId) => ({ ...credentials, caller: { ...root, accessKeyId } }),
    store,
    clock: systemClock,
    account,
    region,
  });
  const { origin } = await endpoint.listen({ port: 0 });
  Object.assign(parts, { origin });
  for (const service of Object.values(services)) await service?.start?.();
  const stop = async () => {
    for (const service of Object.values(services)) await service?.stop?.();
    await endpoint.close();
  };
  return {
    parts,
    clock,
    ec2,
    machines,
    client: { endpoint: origin, region, credentials, maxAttempts: 1 },
    async settle() {
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    },
    async restart() {
      await stop();
      return open(creators, own, folder, store, clock, ec2, machines);
    },
    async close() {
      await stop();
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Services that DNS asks for names of theirs, and that have none as long as a test does not bring them. */
export const withoutNames = (): Partial<Record<string, Service>> =>
  Object.fromEntries(
    (['elasticache', 'elasticfilesystem', 'elasticloadbalancing', 'rds'] as const).map((name) => [
      name,
      { name, operations: {}, resolve: () => undefined, isHealthy: () => undefined },
    ]),
  );

const agentCredentials = (instanceId: string): RoleCredentials => ({
  roleName: 'web',
  accessKeyId: `ASIA-${instanceId}`,
  secretAccessKey: 's',
  sessionToken: 't',
  expiration: new Date(Date.UTC(2100, 0, 1)),
});

/** IAM that lets every instance's agent do everything. */
function allowingAgents(): Service {
  const arn = `arn:aws:sts::${account}:assumed-role/web/i`;
  const iam: Partial<Iam> = {
    name: 'iam',
    operations: {},
    accessKey: (accessKeyId) => ({
      caller: { kind: 'role', arn, userId: 'AROA:i', accessKeyId },
      secretAccessKey: 's',
    }),
  };
  return iam as Service;
}

/** EC2 as far as other services ask it. */
export interface FakeEc2 {
  readonly instances: Instance[];
  readonly images: Image[];
  readonly subnets: Subnet[];
  readonly securityGroups: SecurityGroup[];
  readonly service: Ec2;
  /** Interfaces of services' own hosts, as they were made. */
  readonly hosts: Map<string, MadeInterface[]>;
  /** Tells all listeners of an instance's new state. */
  announce(instanceId: string, state: string): void;
}

function fakeEc2(): FakeEc2 {
  const listeners: ((instanceId: string, state: string) => void)[] = [];
  const fake = {
    instances: [] as Instance[],
    images: [] as Image[],
    subnets: [] as Subnet[],
    securityGroups: [] as SecurityGroup[],
    hosts: new Map<string, MadeInterface[]>(),
    announce(instanceId: string, state: string) {
      for (const listener of listeners) listener(instanceId, state);
    },
  };
  const operations = {
    DescribeInstances: ({ Filters, InstanceIds }: { Filters?: Filter[]; InstanceIds?: string[] }) => ({
      Reservations: [
        { Instances: fake.instances.filter((instance) => isWanted(instance, Filters, InstanceIds)) },
      ],
    }),
    DescribeImages: () => ({ Images: fake.images }),
    DescribeSubnets: ({ SubnetIds }: { SubnetIds?: string[] }) => ({
      Subnets: fake.subnets.filter(({ SubnetId }) => !SubnetIds || SubnetIds.includes(SubnetId ?? '')),
    }),
    DescribeSecurityGroups: ({ GroupIds }: { GroupIds?: string[] }) => ({
      SecurityGroups: fake.securityGroups.filter(
        ({ GroupId }) => !GroupIds || GroupIds.includes(GroupId ?? ''),
      ),
    }),
    DescribeInternetGateways: () => ({ InternetGateways: [{ InternetGatewayId: 'igw-1' }] }),
  };
  const service: Ec2 = {
    name: 'ec2',
    operations,
    crash: () => false,
    metadata: () => undefined,
    credentials: async (instanceId) => agentCredentials(instanceId),
    createInterfaces: async (hostId, wanted) => {
      const made = wanted.map(({ subnetId, isPublic }, index) => ({
        interfaceId: `eni-${index}`,
        subnetId,
        availabilityZone: fake.subnets.find(({ SubnetId }) => SubnetId === subnetId)?.AvailabilityZone ?? '',
        privateAddress: `127.0.0.${10 + index}`,
        ...(isPublic && { publicAddress: `203.0.113.${10 + index}` }),
      }));
      fake.hosts.set(hostId, [...(fake.hosts.get(hostId) ?? []), ...made]);
      return made;
    },
    removeHost: async (hostId) => {
      fake.hosts.delete(hostId);
    },
    setSecurityGroups: async () => undefined,
    onInstanceState: (listener) => listeners.push(listener),
    interrupt: () => false,
    spotRisk: () => undefined,
    spotPool: () => ({ price: 0.01, onDemandPrice: 0.03, score: 10 }),
    resolve: () => undefined,
    usesPrivateZones: () => true,
    launchNeeds: () => [],
  };
  return { ...fake, service };
}

function isWanted(instance: Instance, filters: readonly Filter[] = [], ids?: readonly string[]): boolean {
  if (ids && !ids.includes(instance.InstanceId ?? '')) return false;
  return filters.every(({ Name: name = '', Values: values = [] }) => {
    if (name === 'instance-state-name') return values.includes(instance.State?.Name ?? '');
    if (name === 'instance-id') return values.includes(instance.InstanceId ?? '');
    const tag = instance.Tags?.find(({ Key }) => `tag:${Key ?? ''}` === name);
    return tag !== undefined && values.includes(tag.Value ?? '');
  });
}

/** Machines that only remember what was run on them. */
export interface FakeMachines extends Instances {
  readonly running: Set<string>;
  readonly ran: { instanceId: string; command: MachineCommand }[];
  readonly terminals: FakeTerminal[];
  readonly traffic: Map<string, { received: number; sent: number }>;
  readonly cpuSeconds: Map<string, number>;
  /** What a command does; replaced by a test. */
  answer: (instanceId: string, command: MachineCommand) => Promise<MachineCommandResult>;
}

/** A terminal whose program is the test. */
export interface FakeTerminal extends Terminal {
  readonly instanceId: string;
  readonly argv: readonly string[];
  readonly typed: string[];
  readonly sizes: TerminalSize[];
  readonly isPaused: () => boolean;
  show(text: string): void;
  end(exitCode: number): void;
}

function fakeTerminal(instanceId: string, { argv, onOutput }: TerminalProgram): FakeTerminal {
  const { promise: ended, resolve: end } = Promise.withResolvers<number>();
  const typed: string[] = [];
  const sizes: TerminalSize[] = [];
  let isPaused = false;
  return {
    instanceId,
    argv,
    typed,
    sizes,
    ended,
    end,
    isPaused: () => isPaused,
    show: (text) => {
      onOutput(Buffer.from(text));
    },
    write: (bytes) => void typed.push(Buffer.from(bytes).toString()),
    resize: (size) => void sizes.push(size),
    pause: () => void (isPaused = true),
    resume: () => void (isPaused = false),
    hangUp: () => {
      end(129);
    },
  };
}

function fakeMachines(): FakeMachines {
  const fake: FakeMachines = {
    running: new Set(),
    ran: [],
    terminals: [],
    traffic: new Map(),
    cpuSeconds: new Map(),
    answer: async () => ({ exitCode: 0, stdout: '', stderr: '' }),
    boot: async () => undefined,
    halt: async () => undefined,
    crash: (instanceId) => fake.running.delete(instanceId),
    discard: async () => undefined,
    sweep: () => undefined,
    copyDisk: async () => undefined,
    renameDisk: async () => undefined,
    async run(instanceId, command) {
      fake.ran.push({ instanceId, command });
      return fake.answer(instanceId, command);
    },
    async openTerminal(instanceId, program) {
      if (!fake.running.has(instanceId)) throw new Error(`The machine ${instanceId} does not run.`);
      const terminal = fakeTerminal(instanceId, program);
      fake.terminals.push(terminal);
      return terminal;
    },
    isRunning: (instanceId) => fake.running.has(instanceId),
    usage: (instanceId) => ({ cpuSeconds: fake.cpuSeconds.get(instanceId) ?? 0, memoryBytes: 0 }),
    show: async (instanceId) => ({ path: `/run/shown/${instanceId}`, hide: async () => undefined }),
    onDeath: () => undefined,
  };
  return fake;
}

/** Adds a VPC's subnets, one in each zone, and its default security group. */
export function addSubnets({ ec2 }: TestRegion, ...zones: string[]): string[] {
  ec2.securityGroups.push({ GroupId: 'sg-1', GroupName: 'default', VpcId: 'vpc-1' });
  for (const zone of zones) {
    ec2.subnets.push({ SubnetId: `subnet-${zone}`, VpcId: 'vpc-1', AvailabilityZone: `${region}${zone}` });
  }
  return zones.map((zone) => `subnet-${zone}`);
}

/** Adds a running instance with an instance profile. */
export function addInstance(
  { ec2, machines }: TestRegion,
  instanceId: string,
  tags: Record<string, string> = {},
  monitoring: 'enabled' | 'disabled' = 'disabled',
): void {
  ec2.instances.push({
    InstanceId: instanceId,
    State: { Name: 'running' },
    Monitoring: { State: monitoring },
    PrivateIpAddress: `10.0.0.${ec2.instances.length + 10}`,
    Placement: { AvailabilityZone: `${region}a` },
    VpcId: 'vpc-1',
    IamInstanceProfile: { Arn: `arn:aws:iam::${account}:instance-profile/web` },
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  });
  machines.running.add(instanceId);
}

/** The name of the error that a call ends with. */
export async function failure(call: Promise<unknown>): Promise<{ name: string; message: string }> {
  try {
    await call;
  } catch (error) {
    return error as Error;
  }
  throw new Error('The call succeeded.');
}
