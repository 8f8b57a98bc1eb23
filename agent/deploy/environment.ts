import path from 'node:path';
import type { ReservedProperty } from '../../model/reserved-properties.ts';
import type { InstanceDescriptor, Platform } from '../../model/schemas.ts';
import type { Identity } from '../metadata.ts';

export interface EnvironmentParts {
  /**
   * The agent's own environment. AWS_* and the authorities that the machine trusts are passed on, so that
   * the application reaches the same AWS.
   */
  readonly inherited: Readonly<Record<string, string | undefined>>;
  readonly descriptor: InstanceDescriptor;
  readonly identity: Identity;
  readonly versionLabel: string;
  readonly properties: Readonly<Record<string, string>>;
  /** Folder of the release. */
  readonly folder: string;
  readonly port?: number;
  /** Folder of the Node that runs the agent. */
  readonly nodeFolder: string;
}

const passedOn = /^(AWS_|NODE_EXTRA_CA_CERTS$|LANG$|LC_|TZ$)/;
const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Where `version create` puts what requirements.txt names. */
const pythonPackages = '.python_packages';

const programFolders = (folder: string, platform: Platform): string[] => [
  path.join(folder, 'node_modules/.bin'),
  ...(platform === 'python' ? [path.join(folder, pythonPackages, 'bin')] : []),
];

/** What a process of the application sees. Properties may not change what the agent decides. */
export function processEnvironment(parts: EnvironmentParts): Record<string, string> {
  const { descriptor, folder } = parts;
  const inherited = Object.entries(parts.inherited).filter(
    (entry): entry is [string, string] => passedOn.test(entry[0]) && entry[1] !== undefined,
  );
  return {
    ...(descriptor.platform === 'python' ? { PYTHONPATH: path.join(folder, pythonPackages) } : {}),
    HOME: '/root',
    NODE_ENV: 'production',
    // Certificates of databases and caches are trusted where the machine trusts them.
    NODE_USE_SYSTEM_CA: '1',
    ...Object.fromEntries(inherited),
    ...parts.properties,
    ...decided(parts),
  };
}

/** Each has a reserved name; those of the database replace properties where its password is read. */
function decided(parts: EnvironmentParts): Partial<Record<ReservedProperty, string>> {
  const { descriptor, identity, inherited, folder, port } = parts;
  return {
    PATH: [...programFolders(folder, descriptor.platform), systemPath, parts.nodeFolder].join(':'),
    AWS_REGION: descriptor.region,
    ...(inherited.AWS_ENDPOINT_URL === undefined ? {} : { AWS_ENDPOINT_URL: inherited.AWS_ENDPOINT_URL }),
    ...(descriptor.workerQueueUrl === undefined ? {} : { WORKER_QUEUE_URL: descriptor.workerQueueUrl }),
    ...(descriptor.cache && { REDIS_URL: cacheUrl(descriptor.cache) }),
    ...(descriptor.files && { UPLOADS_DIR: descriptor.files.mountPath }),
    INSTANCE_ID: identity.instanceId,
    AVAILABILITY_ZONE: identity.availabilityZone,
    VERSION_LABEL: parts.versionLabel,
    ...(port === undefined ? {} : { PORT: String(port) }),
  };
}

const cacheUrl = ({ host, port, isEncrypted }: NonNullable<InstanceDescriptor['cache']>): string =>
  `${isEncrypted ? 'rediss' : 'redis'}://${host}:${port}`;
