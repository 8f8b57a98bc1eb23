import type {
  CacheCluster,
  DescribeCacheClustersCommandInput,
  DescribeCacheClustersCommandOutput,
} from '@aws-sdk/client-elasticache';
import type { Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import { clusterNotFound, invalidMarker } from './errors.ts';
import { arnOf, nodeName } from './names.ts';
import type { CacheState, StoredGroup, StoredNode } from './state.ts';

/** The nodes of replication groups; there are no others here. */
export function cacheClusterOperations(parts: Parts, state: CacheState) {
  const members = () =>
    [...state.groups.values()].flatMap((group) => group.nodes.map((node) => ({ group, node })));
  return {
    DescribeCacheClusters(
      input: DescribeCacheClustersCommandInput,
    ): Answer<DescribeCacheClustersCommandOutput> {
      const { CacheClusterId: id } = input;
      const isAlone = input.ShowCacheClustersNotInReplicationGroups ?? false;
      const found = members().filter(
        ({ node }) => !isAlone && (id === undefined || node.id === id.toLowerCase()),
      );
      if (id !== undefined && found.length === 0) throw clusterNotFound(id);
      const { items, nextToken } = page(found, input.MaxRecords ?? 100, input.Marker, invalidMarker);
      const withNodes = input.ShowCacheNodeInfo ?? false;
      return {
        CacheClusters: items.map(({ group, node }) => clusterView(group, node, parts, withNodes)),
        ...(nextToken && { Marker: nextToken }),
      };
    },
  };
}

const clusterView = (
  group: StoredGroup,
  node: StoredNode,
  parts: Parts,
  withNodes: boolean,
): CacheCluster => ({
  CacheClusterId: node.id,
  ARN: arnOf(parts, 'cluster', node.id),
  ReplicationGroupId: group.id,
  CacheNodeType: group.nodeType,
  Engine: group.engine,
  EngineVersion: `${group.engineVersion}.0`,
  CacheClusterStatus: node.status,
  NumCacheNodes: 1,
  PreferredAvailabilityZone: node.availabilityZone,
  CacheClusterCreateTime: new Date(node.created),
  PreferredMaintenanceWindow: group.maintenanceWindow,
  PendingModifiedValues: {},
  CacheSecurityGroups: [],
  CacheParameterGroup: {
    CacheParameterGroupName: group.parameterGroup,
    ParameterApplyStatus: 'in-sync',
    CacheNodeIdsToReboot: [],
  },
  CacheSubnetGroupName: group.subnetGroup,
  AutoMinorVersionUpgrade: group.autoMinorVersionUpgrade,
  SecurityGroups: group.securityGroups.map((SecurityGroupId) => ({ SecurityGroupId, Status: 'active' })),
  SnapshotRetentionLimit: 0,
  AuthTokenEnabled: group.authTokens.length > 0,
  TransitEncryptionEnabled: group.transitEncryption,
  ...(group.transitEncryption && { TransitEncryptionMode: 'required' as const }),
  AtRestEncryptionEnabled: group.atRestEncryption,
  ReplicationGroupLogDeliveryEnabled: false,
  LogDeliveryConfigurations: [],
  NetworkType: 'ipv4',
  IpDiscovery: 'ipv4',
  ...(withNodes && {
    CacheNodes: [
      {
        CacheNodeId: '0001',
        CacheNodeStatus: node.status,
        CacheNodeCreateTime: new Date(node.created),
        Endpoint: { Address: nodeName(group, node, parts.region), Port: group.port },
        ParameterGroupStatus: 'in-sync',
        CustomerAvailabilityZone: node.availabilityZone,
      },
    ],
  }),
});
