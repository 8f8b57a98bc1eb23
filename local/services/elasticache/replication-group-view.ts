import type { NodeGroup, ReplicationGroup } from '@aws-sdk/client-elasticache';
import type { Parts } from '../parts.ts';
import { arnOf, nodeName, primaryName, readerName } from './names.ts';
import type { StoredGroup } from './state.ts';

/** A replication group as AWS shows it. */
export const groupView = (group: StoredGroup, parts: Parts): ReplicationGroup => ({
  ReplicationGroupId: group.id,
  ARN: arnOf(parts, 'replicationgroup', group.id),
  Description: group.description,
  Status: group.status,
  PendingModifiedValues: {},
  MemberClusters: group.nodes.map(({ id }) => id),
  NodeGroups: group.status === 'creating' ? [] : [nodeGroup(group, parts)],
  AutomaticFailover: group.automaticFailover ? 'enabled' : 'disabled',
  MultiAZ: group.multiAz ? 'enabled' : 'disabled',
  SnapshotRetentionLimit: 0,
  ClusterEnabled: false,
  ClusterMode: 'disabled',
  CacheNodeType: group.nodeType,
  AuthTokenEnabled: group.authTokens.length > 0,
  ...(group.authTokenChanged !== undefined && {
    AuthTokenLastModifiedDate: new Date(group.authTokenChanged),
  }),
  TransitEncryptionEnabled: group.transitEncryption,
  ...(group.transitEncryption && { TransitEncryptionMode: 'required' as const }),
  AtRestEncryptionEnabled: group.atRestEncryption,
  UserGroupIds: [],
  LogDeliveryConfigurations: [],
  ReplicationGroupCreateTime: new Date(group.created),
  DataTiering: 'disabled',
  AutoMinorVersionUpgrade: group.autoMinorVersionUpgrade,
  NetworkType: 'ipv4',
  IpDiscovery: 'ipv4',
  Engine: group.engine,
});

function nodeGroup(group: StoredGroup, { region }: Parts): NodeGroup {
  const at = (Address: string) => ({ Address, Port: group.port });
  return {
    NodeGroupId: '0001',
    Status: group.status,
    PrimaryEndpoint: at(primaryName(group, region)),
    ReaderEndpoint: at(readerName(group, region)),
    NodeGroupMembers: group.nodes.map((node) => ({
      CacheClusterId: node.id,
      CacheNodeId: '0001',
      ReadEndpoint: at(nodeName(group, node, region)),
      PreferredAvailabilityZone: node.availabilityZone,
      CurrentRole: node.id === group.primary ? 'primary' : 'replica',
    })),
  };
}
