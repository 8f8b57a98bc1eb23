/**
 * Runs part of the Pulumi program against mocks and keeps what it registered, with its options: the one place that
 * knows the traps of Pulumi's mocks (outputs exist only if the mock returns them; registration is not over when
 * the constructor returns; options are not handed to mocks, so they are read from the request itself).
 */
import * as pulumi from '@pulumi/pulumi';

export interface RecordedResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** `type::name` of the parent; empty for the stack's own children. */
  readonly parent: string;
  readonly ignoreChanges: readonly string[];
  /** Names of resources that must exist first. */
  readonly dependsOn: readonly string[];
  readonly retainOnDelete: boolean;
  /** Pulumi refuses to delete it. */
  readonly protect: boolean;
  /** Undefined: the provider decides. */
  readonly deleteBeforeReplace: boolean | undefined;
}

export class Recording {
  readonly resources: readonly RecordedResource[];
  readonly outputs: Readonly<Record<string, unknown>>;

  constructor(resources: readonly RecordedResource[], outputs: Readonly<Record<string, unknown>>) {
    this.resources = resources;
    this.outputs = outputs;
  }

  ofType(type: string): readonly RecordedResource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** The resource of a type, by its name where there are several. */
  only(type: string, name?: string): RecordedResource {
    const found = this.ofType(type).filter((resource) => name === undefined || resource.name === name);
    const [resource] = found;
    if (resource && found.length === 1) return resource;
    const known = this.ofType(type).map((other) => other.name);
    throw new Error(
      `${found.length} resources ${type} ${name ?? ''}; recorded are ${known.join(', ') || 'none'}.`,
    );
  }

  /** What makes each resource the same one in the next update. */
  identities(): string[] {
    return this.resources
      .map(({ type, name, parent }) => `${parent ? `${parent} > ` : ''}${type}::${name}`)
      .sort();
  }
}

interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getIgnorechangesList(): string[];
  getDependenciesList(): string[];
  getRetainondelete(): boolean;
  getProtect(): boolean;
  getDeletebeforereplace(): boolean;
  getDeletebeforereplacedefined(): boolean;
}

interface MockMonitor {
  registerResource(request: Request, callback: unknown): Promise<void>;
}

/** Parts of the runtime that its types leave out. */
const runtime = pulumi.runtime as unknown as { getMonitor(): MockMonitor; waitForRPCs(): Promise<void> };

const stackType = 'pulumi:pulumi:Stack';

/** One recording after the other: registrations of two would mix in the runtime's one monitor. */
let previous: Promise<unknown> = Promise.resolve();

export function recordResources(build: () => Record<string, unknown> | undefined): Promise<Recording> {
  // What fails is done again, for the lines of its stack trace.
  const recording = previous.then(() => withoutTraces(() => record(build)).catch(() => record(build)));
  previous = recording.catch(() => undefined);
  return recording;
}

/** Pulumi takes a stack trace for each promise, and mocha has them as long as they get: two thirds of all the time. */
async function withoutTraces<T>(action: () => Promise<T>): Promise<T> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await action();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

async function record(build: () => Record<string, unknown> | undefined): Promise<Recording> {
  const requests: Request[] = [];
  const inputs = new Map<string, Record<string, unknown>>();
  await pulumi.runtime.setMocks(mocks(inputs), 'beanpole', 'test', false);
  const monitor = runtime.getMonitor();
  const registerResource = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    requests.push(request);
    return registerResource(request, callback);
  };
  const outputs = (await pulumi.runtime.runInPulumiStack(async () => build() ?? {})) as Record<
    string,
    unknown
  >;
  await runtime.waitForRPCs();
  const resources = requests
    .filter((request) => request.getType() !== stackType)
    .map((request) => recorded(request, inputs));
  return new Recording(resources, outputs);
}

function recorded(request: Request, inputs: ReadonlyMap<string, Record<string, unknown>>): RecordedResource {
  const [type, name] = [request.getType(), request.getName()];
  return {
    type,
    name,
    inputs: inputs.get(`${type}::${name}`) ?? {},
    parent: withoutStack(lastOf(request.getParent())),
    ignoreChanges: request.getIgnorechangesList(),
    dependsOn: request.getDependenciesList().map(lastOf),
    retainOnDelete: request.getRetainondelete(),
    protect: request.getProtect(),
    deleteBeforeReplace: request.getDeletebeforereplacedefined()
      ? request.getDeletebeforereplace()
      : undefined,
  };
}

/** `urn:pulumi:test::beanpole::outer$inner::name` is `inner::name`. */
const lastOf = (urn: string): string => {
  const [types = '', name = ''] = urn.split('::').slice(2);
  return `${types.split('$').at(-1) ?? ''}::${name}`;
};

const withoutStack = (parent: string): string => (parent.startsWith(stackType) ? '' : parent);

const mocks = (inputs: Map<string, Record<string, unknown>>): pulumi.runtime.Mocks => ({
  newResource({ type, name, inputs: given }) {
    const plain = given as Record<string, unknown>;
    inputs.set(`${type}::${name}`, plain);
    return { id: `${name}-id`, state: { ...outputsOf(type, name), ...plain } };
  },
  call({ token }) {
    throw new Error(`The program called ${token}, which no test expects.`);
  },
});

/** What the provider computes; everything else an output holds is an input. */
function outputsOf(type: string, name: string): Record<string, unknown> {
  const arn = `arn:aws:mock:eu-central-1:123456789012:${name}`;
  const computed: Record<string, Record<string, unknown>> = {
    'awsx:ec2:Vpc': {
      vpcId: 'vpc-1',
      publicSubnetIds: ['subnet-public-1', 'subnet-public-2'],
      privateSubnetIds: ['subnet-private-1', 'subnet-private-2'],
    },
    'aws:ec2/eip:Eip': { allocationId: `eipalloc-${name}`, publicIp: '198.51.100.7' },
    'aws:ec2/launchTemplate:LaunchTemplate': { latestVersion: 3 },
    'aws:lb/loadBalancer:LoadBalancer': { dnsName: `${name}.elb.example`, zoneId: 'Z-ELB' },
    'aws:elasticache/replicationGroup:ReplicationGroup': {
      primaryEndpointAddress: `master.${name}.cache.example`,
      readerEndpointAddress: `replica.${name}.cache.example`,
      memberClusters: [`${name}-002`, `${name}-001`],
    },
    'aws:rds/cluster:Cluster': {
      endpoint: `${name}.cluster.example`,
      readerEndpoint: `${name}.cluster-ro.example`,
      masterUserSecrets: [{ secretArn: `${arn}-secret` }],
    },
    'aws:rds/clusterInstance:ClusterInstance': { identifier: name },
    'aws:rds/instance:Instance': {
      address: `${name}.rds.example`,
      identifier: name,
      masterUserSecrets: [{ secretArn: `${arn}-secret` }],
    },
    'aws:acm/certificate:Certificate': {
      domainValidationOptions: [
        {
          resourceRecordName: '_proof.www.mywordpress.example.',
          resourceRecordType: 'CNAME',
          resourceRecordValue: '_proof.acm-validations.aws.',
        },
      ],
    },
    'aws:route53/zone:Zone': { zoneId: 'Z-APPLICATION', nameServers: ['ns-1.example', 'ns-2.example'] },
    'aws:sqs/queue:Queue': { url: `https://sqs.example/${name}` },
    'aws:s3/bucket:Bucket': { bucket: name },
  };
  return { arn, name, ...computed[type] };
}
