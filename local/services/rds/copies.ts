import type {
  CreateDBInstanceReadReplicaCommandInput,
  RestoreDBClusterFromSnapshotCommandInput,
  RestoreDBInstanceFromDBSnapshotCommandInput,
} from '@aws-sdk/client-rds';
import { AwsError } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import type { Changing } from './changing.ts';
import { freeId, newCluster } from './clusters.ts';
import { invalidCombination, invalidInstanceState, invalidValue, refuseUnbacked } from './errors.ts';
import { checkPort, keepSecret, newGroup } from './groups.ts';
import { addInstance, findAvailableInstance, freeInstanceId, newInstance, placesOf } from './instances.ts';
import { arnOf } from './names.ts';
import { newPassword } from './passwords.ts';
import { findSecurityGroups } from './placement.ts';
import { findSnapshot } from './snapshots.ts';
import {
  clusterKey,
  instanceKey,
  type DatabaseState,
  type StoredGroup,
  type StoredSnapshot,
} from './state.ts';
import { findSubnetGroup } from './subnet-groups.ts';
import { clusterView, instanceView } from './views.ts';

const mostReplicas = 15;

/** Databases that begin with another one's data: read replicas, and those restored from snapshots. */
export function copyOperations(parts: Parts, state: DatabaseState, changing: Changing) {
  function masterFrom({ group }: StoredSnapshot, isManaged: boolean, owner: string, arn: string) {
    const { username } = group;
    if (!isManaged) return { username, password: group.password };
    const password = newPassword();
    return { username, password, secretArn: keepSecret(parts, owner, arn, username, password) };
  }

  const availableSnapshot = (kind: StoredSnapshot['kind'], id: string | undefined): StoredSnapshot => {
    const snapshot = findSnapshot(state, kind, id);
    if (snapshot.status !== 'available')
      throw new AwsError('InvalidDBSnapshotState', `The snapshot ${snapshot.id} is not available yet.`);
    return snapshot;
  };

  const named = ({ group }: StoredSnapshot): Pick<StoredGroup, 'databaseName'> =>
    group.databaseName === undefined ? {} : { databaseName: group.databaseName };

  return {
    async CreateDBInstanceReadReplica(input: CreateDBInstanceReadReplicaCommandInput) {
      refuseUnbacked(input, replicaMembers);
      const source = findAvailableInstance(state, input.SourceDBInstanceIdentifier);
      if (source.cluster !== undefined) throw invalidCombination('Add a reader to the cluster instead.');
      if (source.backupRetentionDays === 0)
        throw invalidInstanceState(
          'Automated backups are not enabled for this database instance; a read replica needs them.',
        );
      if ([...state.instances.values()].filter((one) => one.source === source.id).length >= mostReplicas)
        throw new AwsError('InstanceQuotaExceeded', `An instance has at most ${mostReplicas} read replicas.`);
      const upstream = state.groups.get(instanceKey(source));
      if (!upstream) throw new Error(`${source.id} has no servers.`);
      // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html#rds-secrets-manager-limitations
      if (upstream.secretArn !== undefined)
        throw invalidValue(
          `Creating read replicas for source instance with engine ${source.engine} where ManageMasterUserPassword is enabled is not supported.`,
        );
      const instance = newInstance(
        {
          ...input,
          DBInstanceClass: input.DBInstanceClass ?? source.instanceClass,
          EngineVersion: source.engineVersion,
          AllocatedStorage: source.allocatedStorageGb,
          StorageType: input.StorageType ?? source.storageType,
          StorageEncrypted: source.storageEncrypted,
          BackupRetentionPeriod: 0,
        },
        {
          id: freeInstanceId(state, input.DBInstanceIdentifier),
          engine: source.engine,
          subnetGroup: source.subnetGroup,
          created: parts.clock.now(),
          source: source.id,
        },
      );
      const { vpcId, username, password } = upstream;
      const securityGroups = input.VpcSecurityGroupIds?.length
        ? await findSecurityGroups(input.VpcSecurityGroupIds, vpcId, parts)
        : upstream.securityGroups;
      const key = instanceKey(instance);
      const facts = {
        key,
        port: checkPort(input.Port ?? upstream.port),
        vpcId,
        securityGroups,
        username,
        password,
      };
      state.groups.set(key, newGroup({ ...facts, upstream: upstream.key }));
      const made = addInstance(state, instance, placesOf(state, instance, input.AvailabilityZone));
      changing.begin(key);
      return { DBInstance: instanceView(state, made, parts) };
    },

    async RestoreDBInstanceFromDBSnapshot(input: RestoreDBInstanceFromDBSnapshotCommandInput) {
      refuseUnbacked(input, restoreInstanceMembers);
      const snapshot = availableSnapshot('instance', input.DBSnapshotIdentifier);
      const { from, group } = snapshot;
      const subnetGroup = findSubnetGroup(state, input.DBSubnetGroupName ?? 'default');
      const instance = newInstance(
        {
          ...input,
          DBInstanceClass: input.DBInstanceClass ?? from.instanceClass,
          EngineVersion: from.engineVersion,
          AllocatedStorage: input.AllocatedStorage ?? from.allocatedStorageGb,
          StorageType: input.StorageType ?? from.storageType,
          StorageEncrypted: from.storageEncrypted,
        },
        {
          id: freeInstanceId(state, input.DBInstanceIdentifier),
          engine: 'mysql',
          subnetGroup: subnetGroup.name,
          created: parts.clock.now(),
        },
      );
      const places = placesOf(state, instance, input.AvailabilityZone);
      const key = instanceKey(instance);
      const facts = {
        key,
        port: checkPort(input.Port ?? group.port),
        vpcId: subnetGroup.vpcId,
        securityGroups: await findSecurityGroups(input.VpcSecurityGroupIds ?? [], subnetGroup.vpcId, parts),
        origin: snapshot.id,
        ...named(snapshot),
      };
      const arn = arnOf(parts, 'db', instance.id);
      const master = masterFrom(snapshot, input.ManageMasterUserPassword ?? false, 'db', arn);
      state.groups.set(key, newGroup({ ...facts, ...master }));
      const made = addInstance(state, instance, places);
      changing.begin(key);
      return { DBInstance: instanceView(state, made, parts) };
    },

    async RestoreDBClusterFromSnapshot(input: RestoreDBClusterFromSnapshotCommandInput) {
      refuseUnbacked(input, restoreClusterMembers);
      const snapshot = availableSnapshot('cluster', input.SnapshotIdentifier);
      const id = freeId(state, input.DBClusterIdentifier);
      const subnetGroup = findSubnetGroup(state, input.DBSubnetGroupName ?? 'default');
      const { storageEncrypted, engineVersion } = snapshot.from;
      const cluster = newCluster(
        { ...input, StorageEncrypted: storageEncrypted, EngineVersion: input.EngineVersion ?? engineVersion },
        { id, subnetGroup: subnetGroup.name, created: parts.clock.now() },
      );
      const facts = {
        key: clusterKey(id),
        port: checkPort(input.Port ?? snapshot.group.port),
        vpcId: subnetGroup.vpcId,
        securityGroups: await findSecurityGroups(input.VpcSecurityGroupIds ?? [], subnetGroup.vpcId, parts),
        origin: snapshot.id,
        ...named(snapshot),
      };
      // On AWS a password is managed only by a change afterwards.
      const master = masterFrom(snapshot, false, 'cluster', arnOf(parts, 'cluster', id));
      state.clusters.set(id, cluster);
      state.groups.set(clusterKey(id), newGroup({ ...facts, ...master }));
      changing.begin(clusterKey(id));
      return { DBCluster: clusterView(state, cluster, parts) };
    },
  };
}

const replicaMembers = [
  'DBInstanceIdentifier',
  'SourceDBInstanceIdentifier',
  'DBInstanceClass',
  'AvailabilityZone',
  'Port',
  'AutoMinorVersionUpgrade',
  'Tags',
  'VpcSecurityGroupIds',
  'StorageType',
  'CopyTagsToSnapshot',
  'DeletionProtection',
] as const satisfies (keyof CreateDBInstanceReadReplicaCommandInput)[];
const restoreInstanceMembers = [
  'DBInstanceIdentifier',
  'DBSnapshotIdentifier',
  'DBInstanceClass',
  'AvailabilityZone',
  'Port',
  'DBSubnetGroupName',
  'MultiAZ',
  'AutoMinorVersionUpgrade',
  'Engine',
  'EngineLifecycleSupport',
  'Tags',
  'StorageType',
  'VpcSecurityGroupIds',
  'CopyTagsToSnapshot',
  'DeletionProtection',
  'AllocatedStorage',
  'BackupRetentionPeriod',
  'PreferredBackupWindow',
  'ManageMasterUserPassword',
] as const satisfies (keyof RestoreDBInstanceFromDBSnapshotCommandInput)[];
const restoreClusterMembers = [
  'DBClusterIdentifier',
  'SnapshotIdentifier',
  'Engine',
  'EngineVersion',
  'EngineMode',
  'EngineLifecycleSupport',
  'Port',
  'DBSubnetGroupName',
  'VpcSecurityGroupIds',
  'Tags',
  'DeletionProtection',
  'CopyTagsToSnapshot',
  'ServerlessV2ScalingConfiguration',
  'BackupRetentionPeriod',
  'PreferredBackupWindow',
] as const satisfies (keyof RestoreDBClusterFromSnapshotCommandInput)[];
