/**
 * A local cloud's services behind a real endpoint, for tests through the real SDK clients:
 *
 *     let cloud: TestCloud;
 *     before(async () => {
 *       cloud = await startEndpoint({ ssm: createSsm });
 *       client = new SSMClient(cloud.client);
 *     });
 *     after(() => cloud.stop());
 *
 * Each service is made with an in-memory store, a `ManualClock` (`cloud.clock.advance(60_000)`) and planes that
 * do nothing; give your own for what you test: `startEndpoint({ ec2: createEc2 }, { network: recordingNetwork })`.
 * All calls are signed as the account's root; `iam` is the real one as soon as you list `iam: createIam`, and then
 * `cloud.credentials(roleName)` signs as a role. State: `cloud.store`; other services: `cloud.parts.services`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../local/authority.ts';
import { ManualClock, systemClock } from '../../local/clock.ts';
import { createEndpoint } from '../../local/endpoint/endpoint.ts';
import type { Caller, Service, ServiceName } from '../../local/endpoint/service.ts';
import type { AccessKey, Parts, Services } from '../../local/services/parts.ts';
import { createOutages } from '../../local/outages.ts';
import { openStore, type Store } from '../../local/store.ts';
import { withoutNames } from './region.ts';

/** What makes each service under test: `{ s3: createS3, iam: createIam }`. */
export type Makers = Readonly<Partial<Record<ServiceName, (parts: Parts) => Service>>>;

export interface TestCloud {
  /** For a client's constructor: endpoint, region, credentials of root, no retries. */
  readonly client: ClientOptions;
  /** The same, signing with other credentials. */
  clientWith(credentials: Credentials): ClientOptions;
  /** Temporary credentials of a role (needs `iam`). */
  credentials(roleName: string, sessionName?: string): Credentials;
  readonly origin: string;
  readonly clock: ManualClock;
  readonly store: Store;
  readonly parts: Parts;
  readonly account: string;
  readonly region: string;
  /** Faults of our own (500), as the endpoint saw them. */
  readonly faults: unknown[];
  stop(): Promise<void>;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface ClientOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly maxAttempts: number;
}

const account = '123456789012';
const region = 'eu-central-1';
const root: Credentials = {
  accessKeyId: 'AKIATESTROOT00000000',
  secretAccessKey: 'secret-of-the-test-root-user-0000000000',
};

/** A plane that takes every call and does nothing; properties read from it are functions. */
export function idlePlane(): never {
  return new Proxy({}, { get: () => () => undefined }) as never;
}

/** Starts the services on a free port. `overrides` replaces parts: planes, store, folder, further services. */
export async function startEndpoint(makers: Makers, overrides: Partial<Parts> = {}): Promise<TestCloud> {
  const clock = (overrides.clock as ManualClock | undefined) ?? new ManualClock();
  const store = overrides.store ?? openStore();
  const folder = overrides.folder ?? mkdtempSync(join(tmpdir(), 'cloud-'));
  const services: Partial<Record<ServiceName, Service>> = { ...withoutNames(), ...overrides.services };
  const faults: unknown[] = [];
  const endpoint = createEndpoint({
    services,
    store,
    account,
    region,
    clock: systemClock,
    accessKey: (id) =>
      id === root.accessKeyId ? rootKey() : (services.iam as Services['iam'] | undefined)?.accessKey(id),
    onFault: (error) => faults.push(error),
  });
  const { origin } = await endpoint.listen({ port: 0 });
  const parts: Parts = {
    network: idlePlane(),
    instances: idlePlane(),
    authority: createAuthority(folder),
    outages: createOutages(),
    ...overrides,
    store,
    clock,
    account,
    region,
    folder,
    origin,
    services: services as unknown as Services,
  };
  for (const [name, make] of Object.entries(makers)) services[name as ServiceName] = make(parts);
  for (const service of Object.values(services)) await service.start?.();
  const clientWith = (credentials: Credentials): ClientOptions => ({
    endpoint: origin,
    region,
    credentials,
    maxAttempts: 1,
  });
  return {
    client: clientWith(root),
    clientWith,
    credentials: (roleName, sessionName = 'test') =>
      parts.services.iam.roleCredentials(roleName, sessionName),
    origin,
    clock,
    store,
    parts,
    account,
    region,
    faults,
    async stop() {
      await endpoint.close();
      for (const service of Object.values(services)) await service.stop?.();
      store.close();
      if (!overrides.folder) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function rootKey(): AccessKey {
  const caller: Caller = {
    kind: 'root',
    arn: `arn:aws:iam::${account}:root`,
    userId: account,
    accessKeyId: root.accessKeyId,
  };
  return { caller, secretAccessKey: root.secretAccessKey };
}
