/** What the environments of a stack share, each only where the stack file has it. */
import type { EnvironmentStack } from '../config.ts';
import { stackPrefix, stackTags } from '../naming.ts';
import type { Network } from '../network/network.ts';
import { AuroraCluster } from './aurora-cluster.ts';
import { CacheCluster } from './cache-cluster.ts';
import type { DataStoreArgs } from './data-store.ts';
import type { Database } from './database.ts';
import { DatabaseInstance } from './database-instance.ts';
import type { DatabaseConfiguration } from './database-section.ts';
import { SharedFileSystem } from './shared-file-system.ts';

/** What a stack's environments share; their instances are told of it and admitted to it. */
export interface DataStores {
  /** `beanpole:database`: `RDS_HOSTNAME`, `RDS_PORT` and so on of the application. */
  readonly database?: Database;
  /** `beanpole:cache`: `REDIS_URL` of the application. */
  readonly cache?: CacheCluster;
  /** `beanpole:files`: `UPLOADS_DIR` of the application. */
  readonly files?: SharedFileSystem;
}

export function createDataStores(stack: EnvironmentStack, network: Network): DataStores {
  const { database, cache, files } = stack;
  const { vpcId, privateSubnetIds } = network;
  const { availabilityZones } = stack.network;
  const place = { vpcId, privateSubnetIds, tags: stackTags(stack) };
  const name = (what: string) => `${stackPrefix(stack)}-${what}`;
  return {
    ...(database && { database: createDatabase(name('database'), database, place) }),
    ...(cache && { cache: new CacheCluster(name('cache'), { ...place, configuration: cache }) }),
    ...(files && {
      files: new SharedFileSystem(name('files'), { ...place, configuration: files, availabilityZones }),
    }),
  };
}

const createDatabase = (
  name: string,
  configuration: DatabaseConfiguration,
  place: DataStoreArgs,
): Database =>
  configuration.engine === 'aurora-mysql'
    ? new AuroraCluster(name, { ...place, configuration })
    : new DatabaseInstance(name, { ...place, configuration });
