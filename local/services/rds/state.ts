import type { Tag } from '@aws-sdk/client-rds';
import type { Collection } from '../../store.ts';
import type { Parts } from '../parts.ts';

/** What RDS keeps. Times are milliseconds since 1970. */
export interface DatabaseState {
  /** By name. */
  readonly clusters: Collection<StoredCluster>;
  readonly instances: Collection<StoredInstance>;
  /** By `cluster:<name>` or `instance:<name>`. */
  readonly groups: Collection<StoredGroup>;
  /** By network host. */
  readonly servers: Collection<StoredServer>;
  readonly snapshots: Collection<StoredSnapshot>;
  readonly subnetGroups: Collection<StoredSubnetGroup>;
  readonly events: Collection<StoredEvent>;
}

export type Status =
  | 'creating'
  | 'available'
  | 'modifying'
  | 'rebooting'
  | 'failing-over'
  | 'starting'
  | 'stopping'
  | 'stopped'
  | 'deleting';

/** What instances and clusters have in common. */
interface Described {
  id: string;
  /** Part of its ARN's id and of its names: `db-…`, `cluster-…`. */
  resourceId: string;
  created: number;
  engine: 'aurora-mysql' | 'mysql';
  engineVersion: string;
  subnetGroup: string;
  backupRetentionDays: number;
  backupWindow: string;
  maintenanceWindow: string;
  deletionProtection: boolean;
  copyTagsToSnapshot: boolean;
  storageEncrypted: boolean;
  tags: Tag[];
}

export interface StoredCluster extends Described {
  engine: 'aurora-mysql';
  serverless?: { minCapacity: number; maxCapacity: number };
}

export interface StoredInstance extends Described {
  instanceClass: string;
  /** Aurora: the cluster that it is a member of. */
  cluster?: string;
  /** A read replica: the instance that it replicates. */
  source?: string;
  status: Status;
  multiAz: boolean;
  allocatedStorageGb: number;
  storageType: string;
  promotionTier: number;
  autoMinorVersionUpgrade: boolean;
  availabilityZone: string;
}

/** Servers that hold the same data: an instance with its standby, or the members of a cluster. */
export interface StoredGroup {
  key: string;
  status: Status;
  port: number;
  vpcId: string;
  securityGroups: string[];
  username: string;
  password: string;
  /** The managed secret with the password. */
  secretArn?: string;
  databaseName?: string;
  /** The account by which servers copy from one another. */
  replicationPassword: string;
  /** Whether the accounts on the servers are as they are said here. */
  isPrepared: boolean;
  /** The server that writes; absent until there was one. */
  writer?: string;
  /** The server that a wanted failover prefers. */
  successor?: string;
  /** The folder that the data comes from, a snapshot's or that of a cluster without instances; gone when a server has it. */
  origin?: string;
  /** The group that this one replicates. */
  upstream?: string;
}

export interface StoredServer {
  hostId: string;
  group: string;
  instance: string;
  subnetId: string;
  availabilityZone: string;
  promotionTier: number;
  created: number;
  isLeaving: boolean;
  /** Absent until its network is made. */
  address?: string;
  /** The server whose data it has. */
  follows?: string;
  /** Has every commit that was acknowledged. */
  isSynchronized: boolean;
}

export interface StoredSnapshot {
  id: string;
  kind: 'cluster' | 'instance';
  type: 'manual' | 'automated';
  /** Name of the instance or cluster. */
  source: string;
  /** Whose servers have the data. */
  of: string;
  status: 'creating' | 'available';
  created: number;
  from: Pick<Described, 'engine' | 'engineVersion' | 'storageEncrypted'> &
    Partial<Pick<StoredInstance, 'allocatedStorageGb' | 'storageType' | 'instanceClass'>>;
  group: Pick<StoredGroup, 'port' | 'username' | 'password' | 'databaseName' | 'vpcId'>;
  tags: Tag[];
}

export interface StoredSubnetGroup {
  name: string;
  description: string;
  vpcId: string;
  subnets: { id: string; availabilityZone: string }[];
  tags: Tag[];
}

export interface StoredEvent {
  id: string;
  time: number;
  source: string;
  sourceType: 'db-instance' | 'db-cluster' | 'db-snapshot' | 'db-cluster-snapshot';
  message: string;
}

export function databaseState({ store }: Parts): DatabaseState {
  return {
    clusters: store.collection('rds.cluster'),
    instances: store.collection('rds.instance'),
    groups: store.collection('rds.group'),
    servers: store.collection('rds.server'),
    snapshots: store.collection('rds.snapshot'),
    subnetGroups: store.collection('rds.subnetGroup'),
    events: store.collection('rds.event'),
  };
}

export const clusterKey = (id: string): string => `cluster:${id}`;
export const instanceKey = ({ id, cluster }: Pick<StoredInstance, 'id' | 'cluster'>): string =>
  cluster === undefined ? `instance:${id}` : clusterKey(cluster);

export const serversOf = ({ servers }: DatabaseState, key: string): StoredServer[] =>
  [...servers.values()].filter(({ group }) => group === key);
export const membersOf = ({ instances }: DatabaseState, cluster: string): StoredInstance[] =>
  [...instances.values()].filter((instance) => instance.cluster === cluster);

/** Changes some members of an item that is still there. */
export function update<T>(collection: Collection<T>, id: string, changes: Partial<T>): void {
  const found = collection.get(id);
  if (found) collection.set(id, { ...found, ...changes });
}
