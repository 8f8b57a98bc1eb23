import type { DBCluster, DBClusterSnapshot, DBInstance, DBSnapshot } from '@aws-sdk/client-rds';
import type { Parts } from '../parts.ts';
import { familyOf } from './engines.ts';
import { arnOf, clusterName, instanceName, isWriter, readerName, serverOf } from './names.ts';
import {
  clusterKey,
  instanceKey,
  membersOf,
  serversOf,
  type DatabaseState,
  type StoredCluster,
  type StoredGroup,
  type StoredInstance,
  type StoredSnapshot,
} from './state.ts';
import { subnetGroupView } from './subnet-groups.ts';

/** Instances, clusters and snapshots as AWS shows them. */

const zoneId = 'Z1RLNUO7B9Q6NB';

const groupFacts = (group: StoredGroup | undefined) => ({
  MasterUsername: group?.username,
  VpcSecurityGroups: (group?.securityGroups ?? []).map((VpcSecurityGroupId) => ({
    VpcSecurityGroupId,
    Status: 'active',
  })),
  ...(group?.secretArn !== undefined && {
    MasterUserSecret: {
      SecretArn: group.secretArn,
      SecretStatus: 'active',
      KmsKeyId: 'alias/aws/secretsmanager',
    },
  }),
});

const common = (one: StoredCluster | StoredInstance) => ({
  Engine: one.engine,
  EngineVersion: one.engineVersion,
  BackupRetentionPeriod: one.backupRetentionDays,
  PreferredBackupWindow: one.backupWindow,
  PreferredMaintenanceWindow: one.maintenanceWindow,
  DeletionProtection: one.deletionProtection,
  CopyTagsToSnapshot: one.copyTagsToSnapshot,
  StorageEncrypted: one.storageEncrypted,
  IAMDatabaseAuthenticationEnabled: false,
  NetworkType: 'IPV4',
  EngineLifecycleSupport: 'open-source-rds-extended-support-disabled',
  TagList: one.tags,
});

export function instanceView(state: DatabaseState, instance: StoredInstance, parts: Parts): DBInstance {
  const group = state.groups.get(instanceKey(instance));
  const subnetGroup = state.subnetGroups.get(instance.subnetGroup);
  const server = serverOf(state, instance);
  const standby = serversOf(state, `instance:${instance.id}`).find(({ hostId }) => hostId !== server?.hostId);
  const replicas = [...state.instances.values()].filter(({ source }) => source === instance.id);
  return {
    ...common(instance),
    ...groupFacts(group),
    DBInstanceIdentifier: instance.id,
    DBInstanceArn: arnOf(parts, 'db', instance.id),
    DbiResourceId: instance.resourceId,
    DBInstanceClass: instance.instanceClass,
    DBInstanceStatus: instance.status,
    ...(instance.status !== 'creating' && {
      Endpoint: { Address: instanceName(instance, parts), Port: group?.port, HostedZoneId: zoneId },
    }),
    ...(group?.databaseName !== undefined && { DBName: group.databaseName }),
    InstanceCreateTime: new Date(instance.created),
    AllocatedStorage: instance.cluster === undefined ? instance.allocatedStorageGb : 1,
    StorageType: instance.cluster === undefined ? instance.storageType : 'aurora',
    AvailabilityZone: server?.availabilityZone ?? instance.availabilityZone,
    MultiAZ: instance.multiAz,
    ...(standby && instance.multiAz && { SecondaryAvailabilityZone: standby.availabilityZone }),
    ...(subnetGroup && { DBSubnetGroup: subnetGroupView(subnetGroup, parts) }),
    ...(instance.cluster !== undefined && {
      DBClusterIdentifier: instance.cluster,
      PromotionTier: instance.promotionTier,
    }),
    ...(instance.source !== undefined && { ReadReplicaSourceDBInstanceIdentifier: instance.source }),
    ReadReplicaDBInstanceIdentifiers: replicas.map(({ id }) => id),
    DBParameterGroups: [
      {
        DBParameterGroupName: `default.${familyOf(instance.engine, instance.engineVersion)}`,
        ParameterApplyStatus: 'in-sync',
      },
    ],
    DbInstancePort: 0,
    DBSecurityGroups: [],
    PubliclyAccessible: false,
    AutoMinorVersionUpgrade: instance.autoMinorVersionUpgrade,
    LicenseModel: 'general-public-license',
    PendingModifiedValues: {},
    MonitoringInterval: 0,
    PerformanceInsightsEnabled: false,
    CACertificateIdentifier: 'rds-ca-rsa2048-g1',
  };
}

export function clusterView(state: DatabaseState, cluster: StoredCluster, parts: Parts): DBCluster {
  const group = state.groups.get(clusterKey(cluster.id));
  const zones = state.subnetGroups.get(cluster.subnetGroup)?.subnets ?? [];
  return {
    ...common(cluster),
    ...groupFacts(group),
    DBClusterIdentifier: cluster.id,
    DBClusterArn: arnOf(parts, 'cluster', cluster.id),
    DbClusterResourceId: cluster.resourceId,
    Status: group?.status ?? 'deleting',
    Port: group?.port,
    ...(group?.databaseName !== undefined && { DatabaseName: group.databaseName }),
    Endpoint: clusterName(cluster, parts),
    ReaderEndpoint: readerName(cluster, parts),
    HostedZoneId: zoneId,
    ClusterCreateTime: new Date(cluster.created),
    AvailabilityZones: [...new Set(zones.map(({ availabilityZone }) => availabilityZone))].slice(0, 3),
    DBSubnetGroup: cluster.subnetGroup,
    DBClusterParameterGroup: `default.${familyOf(cluster.engine, cluster.engineVersion)}`,
    DBClusterMembers: membersOf(state, cluster.id).map((member) => ({
      DBInstanceIdentifier: member.id,
      IsClusterWriter: isWriter(state, member),
      PromotionTier: member.promotionTier,
      DBClusterParameterGroupStatus: 'in-sync',
    })),
    ...(cluster.serverless && {
      ServerlessV2ScalingConfiguration: {
        MinCapacity: cluster.serverless.minCapacity,
        MaxCapacity: cluster.serverless.maxCapacity,
      },
    }),
    EngineMode: 'provisioned',
    AllocatedStorage: 1,
    MultiAZ: membersOf(state, cluster.id).length > 1,
    HttpEndpointEnabled: false,
    CrossAccountClone: false,
    AssociatedRoles: [],
    ReadReplicaIdentifiers: [],
  };
}

export const instanceSnapshotView = (snapshot: StoredSnapshot, parts: Parts): DBSnapshot => ({
  DBSnapshotIdentifier: snapshot.id,
  DBSnapshotArn: arnOf(parts, 'snapshot', snapshot.id),
  DBInstanceIdentifier: snapshot.source,
  AllocatedStorage: snapshot.from.allocatedStorageGb,
  StorageType: snapshot.from.storageType,
  ...snapshotFacts(snapshot),
  Encrypted: snapshot.from.storageEncrypted,
});

export const clusterSnapshotView = (snapshot: StoredSnapshot, parts: Parts): DBClusterSnapshot => ({
  DBClusterSnapshotIdentifier: snapshot.id,
  DBClusterSnapshotArn: arnOf(parts, 'cluster-snapshot', snapshot.id),
  DBClusterIdentifier: snapshot.source,
  ...snapshotFacts(snapshot),
  StorageEncrypted: snapshot.from.storageEncrypted,
});

const snapshotFacts = ({ type, status, created, from, group, tags }: StoredSnapshot) => ({
  SnapshotType: type,
  Status: status,
  SnapshotCreateTime: new Date(created),
  PercentProgress: status === 'available' ? 100 : 0,
  Engine: from.engine,
  EngineVersion: from.engineVersion,
  MasterUsername: group.username,
  Port: group.port,
  VpcId: group.vpcId,
  TagList: tags,
});
