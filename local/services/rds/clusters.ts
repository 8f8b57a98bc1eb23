import type {
  CreateDBClusterCommandInput,
  DeleteDBClusterCommandInput,
  DescribeDBClustersCommandInput,
  DescribeDBClustersCommandOutput,
  FailoverDBClusterCommandInput,
  ModifyDBClusterCommandInput,
  StartDBClusterCommandInput,
  StopDBClusterCommandInput,
} from '@aws-sdk/client-rds';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import { checkEngine, checkVersion } from './engines.ts';
import {
  clusterNotFound,
  invalidClusterState,
  invalidCombination,
  invalidMarker,
  invalidValue,
  refuseUnbacked,
  unsupported,
} from './errors.ts';
import { checkDatabaseName, checkPort, checkRetention, checkWindows, masterOf, newGroup } from './groups.ts';
import type { Changing } from './changing.ts';
import { arnOf, checkId, isWriter, newResourceId, serverOf } from './names.ts';
import { findSecurityGroups } from './placement.ts';
import { newSnapshot } from './snapshots.ts';
import { clusterKey, membersOf, update, type DatabaseState, type StoredCluster } from './state.ts';
import { findSubnetGroup } from './subnet-groups.ts';
import { checkTags } from './tags.ts';
import { clusterView } from './views.ts';

/** Aurora clusters: what their members share. */
export function clusterOperations(parts: Parts, state: DatabaseState, changing: Changing) {
  const view = (cluster: StoredCluster) => ({ DBCluster: clusterView(state, cluster, parts) });

  return {
    async CreateDBCluster(input: CreateDBClusterCommandInput) {
      refuseUnbacked(input, createMembers);
      const id = freeId(state, input.DBClusterIdentifier);
      if (checkEngine(input.Engine) !== 'aurora-mysql') throw unsupported('A Multi-AZ DB cluster');
      const subnetGroup = findSubnetGroup(state, input.DBSubnetGroupName ?? 'default');
      const master = masterOf(input);
      const cluster = newCluster(input, { id, subnetGroup: subnetGroup.name, created: parts.clock.now() });
      const groupFacts = {
        key: clusterKey(id),
        port: checkPort(input.Port),
        vpcId: subnetGroup.vpcId,
        securityGroups: await findSecurityGroups(input.VpcSecurityGroupIds ?? [], subnetGroup.vpcId, parts),
        ...checkDatabaseName(input.DatabaseName),
      };
      const credentials = master(parts, 'cluster', arnOf(parts, 'cluster', id));
      state.clusters.set(id, cluster);
      state.groups.set(clusterKey(id), newGroup({ ...groupFacts, ...credentials }));
      changing.begin(clusterKey(id));
      return view(cluster);
    },

    DescribeDBClusters(input: DescribeDBClustersCommandInput): Answer<DescribeDBClustersCommandOutput> {
      refuseUnbacked(input, ['DBClusterIdentifier', 'MaxRecords', 'Marker']);
      const chosen =
        input.DBClusterIdentifier === undefined
          ? [...state.clusters.values()]
          : [findCluster(state, input.DBClusterIdentifier)];
      const { items, nextToken } = page(chosen, input.MaxRecords ?? 100, input.Marker, invalidMarker);
      return {
        DBClusters: items.map((cluster) => clusterView(state, cluster, parts)),
        ...(nextToken && { Marker: nextToken }),
      };
    },

    async ModifyDBCluster(input: ModifyDBClusterCommandInput) {
      refuseUnbacked(input, modifyMembers);
      const cluster = findAvailableCluster(state, input.DBClusterIdentifier);
      const next: StoredCluster = {
        ...cluster,
        engineVersion: input.EngineVersion
          ? checkVersion('aurora-mysql', input.EngineVersion)
          : cluster.engineVersion,
        backupRetentionDays: checkRetention(input.BackupRetentionPeriod ?? cluster.backupRetentionDays, 1),
        deletionProtection: input.DeletionProtection ?? cluster.deletionProtection,
        copyTagsToSnapshot: input.CopyTagsToSnapshot ?? cluster.copyTagsToSnapshot,
        ...checkWindows(input, cluster),
        ...serverlessOf(input),
      };
      await changing.modify(clusterKey(cluster.id), 'cluster', arnOf(parts, 'cluster', cluster.id), input);
      state.clusters.set(cluster.id, next);
      for (const { id } of membersOf(state, cluster.id))
        update(state.instances, id, { engineVersion: next.engineVersion });
      changing.begin(clusterKey(cluster.id), 'modifying');
      return view(next);
    },

    DeleteDBCluster(input: DeleteDBClusterCommandInput) {
      refuseUnbacked(input, [
        'DBClusterIdentifier',
        'SkipFinalSnapshot',
        'FinalDBSnapshotIdentifier',
        'DeleteAutomatedBackups',
      ]);
      const cluster = findCluster(state, input.DBClusterIdentifier);
      if (cluster.deletionProtection)
        throw invalidCombination(
          'Cannot delete protected Cluster, please disable deletion protection and try again.',
        );
      if (membersOf(state, cluster.id).some(({ status }) => status !== 'deleting'))
        throw invalidClusterState(
          'Cluster cannot be deleted, it still contains DB instances in non-deleting state.',
        );
      const key = clusterKey(cluster.id);
      changing.finish(input, () =>
        newSnapshot(parts, state, key, checkId('FinalDBSnapshotIdentifier', input.FinalDBSnapshotIdentifier)),
      );
      changing.begin(key, 'deleting');
      return view(cluster);
    },

    async FailoverDBCluster(input: FailoverDBClusterCommandInput) {
      const cluster = findAvailableCluster(state, input.DBClusterIdentifier);
      const readers = membersOf(state, cluster.id).filter((member) => !isWriter(state, member));
      const wanted = readers.find(({ id }) => id === input.TargetDBInstanceIdentifier?.toLowerCase());
      if (readers.length === 0 || (input.TargetDBInstanceIdentifier !== undefined && !wanted))
        throw invalidClusterState(
          `Cannot failover cluster ${cluster.id}: there is no such reader to fail over to.`,
        );
      changing.failOver(clusterKey(cluster.id), wanted && serverOf(state, wanted)?.hostId);
      return view(cluster);
    },

    StopDBCluster(input: StopDBClusterCommandInput) {
      const cluster = findAvailableCluster(state, input.DBClusterIdentifier);
      changing.begin(clusterKey(cluster.id), 'stopping');
      return view(cluster);
    },

    StartDBCluster(input: StartDBClusterCommandInput) {
      const cluster = findCluster(state, input.DBClusterIdentifier);
      if (state.groups.get(clusterKey(cluster.id))?.status !== 'stopped')
        throw invalidClusterState(`DBCluster ${cluster.id} is not stopped.`);
      changing.begin(clusterKey(cluster.id), 'starting');
      return view(cluster);
    },
  };
}

const shared = [
  'DBClusterIdentifier',
  'BackupRetentionPeriod',
  'VpcSecurityGroupIds',
  'EngineVersion',
  'MasterUserPassword',
  'ManageMasterUserPassword',
  'PreferredBackupWindow',
  'PreferredMaintenanceWindow',
  'DeletionProtection',
  'CopyTagsToSnapshot',
  'ServerlessV2ScalingConfiguration',
] as const;
const createMembers = [
  ...shared,
  'DatabaseName',
  'DBSubnetGroupName',
  'Engine',
  'EngineMode',
  'EngineLifecycleSupport',
  'Port',
  'MasterUsername',
  'Tags',
  'StorageEncrypted',
] as const;
const modifyMembers = [
  ...shared,
  'ApplyImmediately',
  'AllowMajorVersionUpgrade',
  'RotateMasterUserPassword',
] as const;

interface ClusterSettings {
  readonly EngineVersion?: string | undefined;
  readonly BackupRetentionPeriod?: number | undefined;
  readonly DeletionProtection?: boolean | undefined;
  readonly CopyTagsToSnapshot?: boolean | undefined;
  readonly StorageEncrypted?: boolean | undefined;
  readonly Tags?: CreateDBClusterCommandInput['Tags'];
  readonly ServerlessV2ScalingConfiguration?: CreateDBClusterCommandInput['ServerlessV2ScalingConfiguration'];
  readonly PreferredBackupWindow?: string | undefined;
  readonly PreferredMaintenanceWindow?: string | undefined;
}

export function newCluster(
  input: ClusterSettings,
  facts: Pick<StoredCluster, 'id' | 'subnetGroup' | 'created'>,
): StoredCluster {
  return {
    ...facts,
    resourceId: newResourceId('cluster'),
    engine: 'aurora-mysql',
    engineVersion: checkVersion('aurora-mysql', input.EngineVersion),
    backupRetentionDays: checkRetention(input.BackupRetentionPeriod, 1),
    deletionProtection: input.DeletionProtection ?? false,
    copyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
    storageEncrypted: input.StorageEncrypted ?? false,
    tags: checkTags(input.Tags ?? []),
    ...checkWindows(input),
    ...serverlessOf(input),
  };
}

export function freeId(state: DatabaseState, given: string | undefined): string {
  const id = checkId('DBClusterIdentifier', given);
  if (state.clusters.has(id))
    throw new AwsError('DBClusterAlreadyExistsFault', `DB Cluster already exists: ${id}`);
  return id;
}

function serverlessOf({
  ServerlessV2ScalingConfiguration: given,
}: ClusterSettings): Pick<StoredCluster, 'serverless'> {
  if (!given) return {};
  const { MinCapacity: minCapacity = 0.5, MaxCapacity: maxCapacity = 1 } = given;
  if (given.SecondsUntilAutoPause !== undefined) throw unsupported('SecondsUntilAutoPause');
  const isStep = (value: number) => Number.isInteger(value * 2) && value <= 256;
  if (
    !isStep(minCapacity) ||
    !isStep(maxCapacity) ||
    minCapacity < 0.5 ||
    maxCapacity < 1 ||
    minCapacity > maxCapacity
  )
    throw invalidValue(
      `Serverless v2 capacity ${minCapacity} to ${maxCapacity} is not valid: steps of 0.5, at least 0.5, at most 256, the minimum not above the maximum, and the maximum at least 1.`,
    );
  return { serverless: { minCapacity, maxCapacity } };
}

export function findCluster(state: DatabaseState, id: string | undefined): StoredCluster {
  const found = state.clusters.get((id ?? '').toLowerCase());
  if (!found) throw clusterNotFound(id ?? '');
  return found;
}

export function findAvailableCluster(state: DatabaseState, id: string | undefined): StoredCluster {
  const cluster = findCluster(state, id);
  const status = state.groups.get(clusterKey(cluster.id))?.status;
  if (status !== 'available')
    throw invalidClusterState(`DBCluster ${cluster.id} is not available: it is ${status ?? 'deleting'}.`);
  return cluster;
}
