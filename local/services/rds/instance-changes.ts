import type {
  DeleteDBInstanceCommandInput,
  ModifyDBInstanceCommandInput,
  RebootDBInstanceCommandInput,
  StartDBInstanceCommandInput,
  StopDBInstanceCommandInput,
} from '@aws-sdk/client-rds';
import type { Parts } from '../parts.ts';
import type { Changing } from './changing.ts';
import { checkClass, checkVersion } from './engines.ts';
import { invalidCombination, invalidInstanceState, refuseUnbacked } from './errors.ts';
import { checkRetention, checkWindows, newServer } from './groups.ts';
import {
  checkStorage,
  checkStorageType,
  checkTier,
  findAvailableInstance,
  findInstance,
} from './instances.ts';
import type { DatabasePlane } from './mariadb/plane.ts';
import { arnOf, checkId, serverOf } from './names.ts';
import { placeServer } from './placement.ts';
import { newSnapshot } from './snapshots.ts';
import { instanceKey, serversOf, update, type DatabaseState, type StoredInstance } from './state.ts';
import { findSubnetGroup } from './subnet-groups.ts';
import { instanceView } from './views.ts';

/** Changing, rebooting, stopping and deleting instances. All changes are made at once: its maintenance window is always open. */
export function instanceChanges(
  parts: Parts,
  state: DatabaseState,
  changing: Changing,
  plane: DatabasePlane,
) {
  const view = ({ id }: StoredInstance) => {
    const instance = findInstance(state, id);
    return { DBInstance: instanceView(state, instance, parts) };
  };

  /** A standby comes or goes. */
  function setMultiAz(instance: StoredInstance, wanted: boolean): void {
    const key = instanceKey(instance);
    const servers = serversOf(state, key);
    const current = serverOf(state, instance);
    if (wanted === instance.multiAz || !current) return;
    if (wanted) {
      const place = placeServer(findSubnetGroup(state, instance.subnetGroup), [current.availabilityZone]);
      const standby = newServer(key, instance, place, parts.clock.now());
      state.servers.set(standby.hostId, standby);
    } else
      for (const { hostId } of servers)
        if (hostId !== current.hostId) update(state.servers, hostId, { isLeaving: true });
  }

  return {
    async ModifyDBInstance(input: ModifyDBInstanceCommandInput) {
      refuseUnbacked(input, modifyMembers);
      const instance = findAvailableInstance(state, input.DBInstanceIdentifier);
      const { cluster, engine } = instance;
      if (
        cluster !== undefined &&
        (input.MultiAZ !== undefined || input.VpcSecurityGroupIds || input.MasterUserPassword)
      )
        throw invalidCombination(`${instance.id} is a member of a cluster: modify the cluster.`);
      const size = input.AllocatedStorage ?? instance.allocatedStorageGb;
      if (size < instance.allocatedStorageGb)
        throw invalidCombination('Requested allocated storage cannot be less than the current one.');
      const next: StoredInstance = {
        ...instance,
        instanceClass: checkClass(engine, input.DBInstanceClass ?? instance.instanceClass),
        engineVersion: input.EngineVersion
          ? checkVersion(engine, input.EngineVersion)
          : instance.engineVersion,
        allocatedStorageGb: cluster === undefined ? checkStorage(size) : size,
        storageType:
          cluster === undefined
            ? checkStorageType(input.StorageType ?? instance.storageType)
            : instance.storageType,
        multiAz: input.MultiAZ ?? instance.multiAz,
        promotionTier: checkTier(input.PromotionTier ?? instance.promotionTier),
        autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? instance.autoMinorVersionUpgrade,
        backupRetentionDays: checkRetention(input.BackupRetentionPeriod ?? instance.backupRetentionDays),
        deletionProtection: input.DeletionProtection ?? instance.deletionProtection,
        copyTagsToSnapshot: input.CopyTagsToSnapshot ?? instance.copyTagsToSnapshot,
        ...checkWindows(input, instance),
      };
      const key = instanceKey(instance);
      await changing.modify(key, 'db', arnOf(parts, 'db', instance.id), input);
      setMultiAz(instance, next.multiAz);
      state.instances.set(next.id, next);
      for (const { hostId, instance: id } of serversOf(state, key))
        if (id === next.id) update(state.servers, hostId, { promotionTier: next.promotionTier });
      changing.begin(key, 'modifying');
      return view(next);
    },

    RebootDBInstance(input: RebootDBInstanceCommandInput) {
      const instance = findAvailableInstance(state, input.DBInstanceIdentifier);
      if (input.ForceFailover && !instance.multiAz)
        throw invalidCombination('Cannot force a failover of an instance that is not Multi-AZ.');
      const key = instanceKey(instance);
      const server = serverOf(state, instance);
      update(state.instances, instance.id, { status: 'rebooting' });
      if (input.ForceFailover) changing.failOver(key);
      else if (server) plane.crash(server.hostId);
      return view(instance);
    },

    StopDBInstance(input: StopDBInstanceCommandInput) {
      refuseUnbacked(input, ['DBInstanceIdentifier']);
      const instance = findAvailableInstance(state, input.DBInstanceIdentifier);
      if (instance.cluster !== undefined)
        throw invalidInstanceState(`${instance.id} is a member of a cluster: stop the cluster.`);
      changing.begin(instanceKey(instance), 'stopping');
      return view(instance);
    },

    StartDBInstance(input: StartDBInstanceCommandInput) {
      const instance = findInstance(state, input.DBInstanceIdentifier);
      if (instance.status !== 'stopped' || instance.cluster !== undefined)
        throw invalidInstanceState(`Instance ${instance.id} is not stopped: it is ${instance.status}.`);
      changing.begin(instanceKey(instance), 'starting');
      return view(instance);
    },

    DeleteDBInstance(input: DeleteDBInstanceCommandInput) {
      const instance = findInstance(state, input.DBInstanceIdentifier);
      const key = instanceKey(instance);
      if (instance.deletionProtection)
        throw invalidCombination(
          'Cannot delete protected DB Instance, please disable deletion protection and try again.',
        );
      if (instance.status === 'deleting')
        throw invalidInstanceState(`Instance ${instance.id} is already being deleted.`);
      if (instance.cluster === undefined && instance.source === undefined)
        changing.finish(input, () =>
          newSnapshot(
            parts,
            state,
            key,
            checkId('FinalDBSnapshotIdentifier', input.FinalDBSnapshotIdentifier),
          ),
        );
      if (instance.cluster === undefined) update(state.groups, key, { status: 'deleting' });
      update(state.instances, instance.id, { status: 'deleting' });
      for (const { hostId, instance: id } of serversOf(state, key))
        if (id === instance.id) update(state.servers, hostId, { isLeaving: true });
      changing.begin(key);
      return view(instance);
    },
  };
}

const modifyMembers = [
  'DBInstanceIdentifier',
  'DBInstanceClass',
  'AllocatedStorage',
  'StorageType',
  'VpcSecurityGroupIds',
  'ApplyImmediately',
  'AllowMajorVersionUpgrade',
  'MasterUserPassword',
  'ManageMasterUserPassword',
  'RotateMasterUserPassword',
  'BackupRetentionPeriod',
  'PreferredBackupWindow',
  'PreferredMaintenanceWindow',
  'MultiAZ',
  'EngineVersion',
  'AutoMinorVersionUpgrade',
  'PromotionTier',
  'DeletionProtection',
  'CopyTagsToSnapshot',
] as const satisfies (keyof ModifyDBInstanceCommandInput)[];
