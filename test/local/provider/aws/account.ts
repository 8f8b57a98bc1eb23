import { expect } from 'chai';
import type { Clock, ManualClock } from '../../../../local/clock.ts';
import { createClients, type Clients } from '../../../../local/provider/aws/clients.ts';
import { AwsProvider } from '../../../../local/provider/aws/provider.ts';
import { readSettings } from '../../../../local/provider/aws/settings.ts';
import type { Difference } from '../../../../local/provider/protocol/plugin.ts';
import type { Properties } from '../../../../local/provider/protocol/values.ts';
import { createAcm } from '../../../../local/services/acm/service.ts';
import { createAutoScaling } from '../../../../local/services/autoscaling/service.ts';
import { createCloudWatch } from '../../../../local/services/cloudwatch/service.ts';
import { createEc2 } from '../../../../local/services/ec2/service.ts';
import { createEfs } from '../../../../local/services/efs/service.ts';
import { createElastiCache } from '../../../../local/services/elasticache/service.ts';
import { createElbv2 } from '../../../../local/services/elbv2/service.ts';
import { createIam } from '../../../../local/services/iam/service.ts';
import { createLogs } from '../../../../local/services/logs/service.ts';
import { createRoute53 } from '../../../../local/services/route53/service.ts';
import { createS3 } from '../../../../local/services/s3/service.ts';
import { createSecretsManager } from '../../../../local/services/secretsmanager/service.ts';
import { createSns } from '../../../../local/services/sns/service.ts';
import { createSqs } from '../../../../local/services/sqs/service.ts';
import { createSsm } from '../../../../local/services/ssm/service.ts';
import { createSts } from '../../../../local/services/sts/service.ts';
import { startEndpoint } from '../../../support/endpoint.ts';
import { NamedMachines, RecordingNetwork } from '../../services/ec2/planes.ts';
import { FakePlane } from '../../services/elasticache/plane.ts';

const names = [
  'acm',
  'autoscaling',
  'cloudwatch',
  'ec2',
  'efs',
  'elasticache',
  'elbv2',
  'iam',
  'logs',
  'route53',
  's3',
  'secretsmanager',
  'sns',
  'sqs',
  'ssm',
  'sts',
];

/** An AWS account whose machines and load balancers do nothing, and the provider configured for it. */
export interface Account {
  readonly provider: AwsProvider;
  readonly region: string;
  /** For doing things behind the provider's back. */
  readonly clients: Clients;
  make(type: string, news: Properties): Promise<Resource>;
  stop(): Promise<void>;
}

/** `given`: further settings of the provider. */
export async function openAccount(given: Properties = {}): Promise<Account> {
  const cloud = await startEndpoint(
    {
      acm: createAcm,
      autoscaling: createAutoScaling,
      monitoring: createCloudWatch,
      ec2: createEc2,
      elasticache: (parts) => createElastiCache(parts, (_, events) => new FakePlane(events)),
      elasticfilesystem: (parts) => createEfs(parts, async () => ({ close: () => undefined })),
      elasticloadbalancing: (parts) => createElbv2(parts, () => quietBalancers),
      iam: createIam,
      logs: createLogs,
      route53: createRoute53,
      s3: createS3,
      secretsmanager: createSecretsManager,
      sns: createSns,
      sqs: createSqs,
      ssm: createSsm,
      sts: createSts,
    },
    {
      clock: clock as unknown as ManualClock,
      network: new RecordingNetwork(),
      instances: new NamedMachines(),
    },
  );
  const { accessKeyId, secretAccessKey } = cloud.client.credentials;
  const settings = {
    region: cloud.region,
    accessKey: accessKeyId,
    secretKey: secretAccessKey,
    maxRetries: '0',
    endpoints: JSON.stringify(names.map((name) => ({ [name]: cloud.origin }))),
    ...given,
  };
  const provider = new AwsProvider({});
  await provider.configure(settings);
  return {
    provider,
    region: cloud.region,
    clients: createClients(readSettings(settings, {}), cloud.region),
    make: async (type, news) => Resource.make(provider, type, news),
    stop: () => cloud.stop(),
  };
}

/** Real time; what services still have to do in an hour does not keep the tests from ending. */
const clock: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds).unref();
    return () => {
      clearTimeout(timer);
    };
  },
};

const quietBalancers = {
  apply: async () => undefined,
  status: async () => new Map<string, never>(),
  remove: async () => undefined,
  stop: async () => undefined,
};

let made = 0;

/** A resource as the engine keeps it: inputs and state go through the provider in the engine's order. */
export class Resource {
  readonly #provider: AwsProvider;
  readonly type: string;
  readonly #seed = new Uint8Array([++made]);
  id = '';
  inputs: Properties = {};
  state: Properties = {};

  private constructor(provider: AwsProvider, type: string) {
    this.#provider = provider;
    this.type = type;
  }

  static async make(provider: AwsProvider, type: string, news: Properties): Promise<Resource> {
    const resource = new Resource(provider, type);
    resource.inputs = await resource.#check({}, news);
    const created = await provider.create({ type, inputs: resource.inputs, preview: false, timeout: 5 });
    Object.assign(resource, { id: created.id, state: created.properties });
    return resource;
  }

  /** What would change if the program said this. */
  async plan(news: Properties): Promise<Difference> {
    return this.#diff(await this.#check(this.inputs, news));
  }

  async update(news: Properties): Promise<void> {
    const inputs = await this.#check(this.inputs, news);
    const updated = await this.#provider.update({ ...this.#comparison(inputs), preview: false, timeout: 5 });
    this.inputs = inputs;
    this.state = updated.properties;
  }

  /** Asks the cloud; false when the resource is gone. */
  async refresh(): Promise<boolean> {
    const { type, id, inputs, state } = this;
    const found = await this.#provider.read({ type, id, inputs, state, timeout: 5 });
    if (!found.id) return false;
    Object.assign(this, { id: found.id, inputs: found.inputs, state: found.properties });
    return true;
  }

  async remove(): Promise<void> {
    const { type, id, inputs, state } = this;
    await this.#provider.delete({ type, id, inputs, state, timeout: 5 });
  }

  async #check(olds: Properties, news: Properties): Promise<Properties> {
    const { inputs, failures } = await this.#provider.check({
      type: this.type,
      name: 'test',
      olds,
      news,
      seed: this.#seed,
    });
    expect(failures, `inputs of ${this.type}`).to.deep.equal([]);
    return inputs;
  }

  #diff(news: Properties): Promise<Difference> {
    return this.#provider.diff(this.#comparison(news));
  }

  #comparison(news: Properties) {
    const { type, id, inputs: oldInputs, state: olds } = this;
    return { type, id, oldInputs, olds, news, ignoreChanges: [] };
  }
}

interface Behaviour {
  readonly type: string;
  readonly inputs: Properties;
  /** Other inputs that the resource takes without being replaced; none where there are no such. */
  readonly changed?: Properties;
  /** Changes something behind the provider's back. */
  readonly drift: (resource: Resource) => Promise<unknown>;
  /** The properties that show it; `gone` where the resource is what was taken away. */
  readonly shows: readonly string[] | 'gone';
}

/** Makes, changes, disturbs, repairs and removes a resource, and finds it at rest in between. */
export async function lives(account: Account, behaviour: Behaviour): Promise<void> {
  const { type, inputs, changed, drift, shows } = behaviour;
  const resource = await account.make(type, inputs);
  try {
    await isAtRest(resource, inputs);
    if (changed) {
      const { replaces, changes } = await resource.plan(changed);
      expect(changes, `changes of ${type}`).not.to.deep.equal([]);
      expect(replaces, `${type} changes in place`).to.deep.equal([]);
      await resource.update(changed);
      await isAtRest(resource, changed);
    }
    await drift(resource);
    if (shows === 'gone') expect(await resource.refresh()).to.equal(false);
    else await repairs(resource, changed ?? inputs, shows);
  } finally {
    await resource.remove();
  }
  expect(await resource.refresh(), `${type} is gone`).to.equal(false);
  await resource.remove();
}

async function isAtRest(resource: Resource, news: Properties): Promise<void> {
  expect(await resource.plan(news), `a second up of ${resource.type}`).to.have.deep.property('changes', []);
  const before = { ...resource.state };
  expect(await resource.refresh()).to.equal(true);
  expect(resource.state, `a refresh of ${resource.type}`).to.deep.equal(before);
  expect(await resource.plan(news), `an up after refresh of ${resource.type}`).to.have.deep.property(
    'changes',
    [],
  );
}

async function repairs(resource: Resource, news: Properties, shows: readonly string[]): Promise<void> {
  expect(await resource.refresh()).to.equal(true);
  const { changes } = await resource.plan(news);
  const properties = [...new Set(changes.map(({ path }) => /^\w+/.exec(path)?.[0]))];
  expect(properties, `what shows of ${resource.type}`).to.have.members([...shows]);
  await resource.update(news);
  await isAtRest(resource, news);
}

/** Which of these inputs make a new resource when they change. */
export async function replacing(resource: Resource, news: Properties, changes: readonly Properties[]) {
  const plans = changes.map(async (change) => (await resource.plan({ ...news, ...change })).replaces);
  return (await Promise.all(plans)).flat();
}
