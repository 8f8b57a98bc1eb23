import type { Tag } from '@aws-sdk/client-elasticache';
import type { Collection } from '../../store.ts';
import type { Parts } from '../parts.ts';

/** What ElastiCache keeps, by name. Times are milliseconds since 1970. */
export interface CacheState {
  readonly groups: Collection<StoredGroup>;
  readonly subnetGroups: Collection<StoredSubnetGroup>;
  readonly parameterGroups: Collection<StoredParameterGroup>;
  readonly events: Collection<StoredEvent>;
}

/** A replication group: one primary and its replicas. */
export interface StoredGroup {
  id: string;
  description: string;
  status: 'creating' | 'available' | 'modifying' | 'deleting';
  created: number;
  engine: 'valkey' | 'redis';
  engineVersion: string;
  nodeType: string;
  port: number;
  subnetGroup: string;
  vpcId: string;
  securityGroups: string[];
  parameterGroup: string;
  automaticFailover: boolean;
  multiAz: boolean;
  transitEncryption: boolean;
  atRestEncryption: boolean;
  autoMinorVersionUpgrade: boolean;
  maintenanceWindow: string;
  /** AUTH tokens that are valid; two of them while one is rotated. The first is the newest. */
  authTokens: string[];
  authTokenChanged?: number;
  /** Opens the servers to this service itself, and replicas to their primary. */
  adminPassword: string;
  /** Six letters and digits in all of its names. */
  domain: string;
  primary: string;
  nodes: StoredNode[];
  tags: Tag[];
}

/** A cache cluster, as AWS calls each node of a replication group. */
export interface StoredNode {
  /** `shop-001`. */
  id: string;
  /** The network host that is the node. */
  hostId: string;
  status: 'creating' | 'available' | 'deleting';
  created: number;
  subnetId: string;
  availabilityZone: string;
  /** Absent until its network is made. */
  address?: string;
}

export interface StoredSubnetGroup {
  name: string;
  description: string;
  vpcId: string;
  subnets: { id: string; availabilityZone: string }[];
  tags: Tag[];
}

export interface StoredParameterGroup {
  name: string;
  family: string;
  description: string;
  /** Those that differ from the family's defaults. */
  values: Record<string, string>;
  tags: Tag[];
}

export interface StoredEvent {
  id: string;
  time: number;
  source: string;
  sourceType: 'replication-group' | 'cache-cluster' | 'cache-subnet-group' | 'cache-parameter-group';
  message: string;
}

export function cacheState({ store }: Parts): CacheState {
  return {
    groups: store.collection('elasticache.replicationGroup'),
    subnetGroups: store.collection('elasticache.subnetGroup'),
    parameterGroups: store.collection('elasticache.parameterGroup'),
    events: store.collection('elasticache.event'),
  };
}
