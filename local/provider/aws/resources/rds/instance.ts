import type { RDS } from '@aws-sdk/client-rds';
import { text } from '../../../protocol/values.ts';
import { boolean, number, required, set, string, type Inputs } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags, toTags } from '../../tags.ts';
import { ending, masterUserSecrets, sameVersion, updateTags } from './rds.ts';

const gone = ['DBInstanceNotFound', 'DBInstanceNotFoundFault'];

const inputs = {
  identifier: string({ replaces: true }),
  identifierPrefix: string({ replaces: true, hidden: true }),
  engine: string({ computed: true, replaces: true }),
  engineVersion: string({ computed: true, same: sameVersion }),
  engineLifecycleSupport: string({ computed: true, replaces: true }),
  instanceClass: required(string()),
  dbName: string({ computed: true, replaces: true }),
  username: string({ computed: true, replaces: true }),
  password: string({ hidden: true }),
  manageMasterUserPassword: boolean({ hidden: true }),
  allocatedStorage: number({ computed: true }),
  storageType: string({ computed: true }),
  storageEncrypted: boolean({ computed: true, replaces: true }),
  multiAz: boolean({ computed: true }),
  availabilityZone: string({ computed: true, replaces: true }),
  dbSubnetGroupName: string({ computed: true, replaces: true }),
  vpcSecurityGroupIds: set(string(), { computed: true }),
  port: number({ computed: true, replaces: true }),
  publiclyAccessible: boolean({ default: false }),
  backupRetentionPeriod: number({ computed: true }),
  backupWindow: string({ computed: true }),
  maintenanceWindow: string({ computed: true }),
  autoMinorVersionUpgrade: boolean({ default: true }),
  copyTagsToSnapshot: boolean({ default: false }),
  deletionProtection: boolean({ default: false }),
  skipFinalSnapshot: boolean({ default: false, hidden: true }),
  finalSnapshotIdentifier: string({ hidden: true }),
  snapshotIdentifier: string({ hidden: true, replaces: true }),
  replicateSourceDb: string({ replaces: true }),
  applyImmediately: boolean({ hidden: true }),
  allowMajorVersionUpgrade: boolean({ hidden: true }),
  tags: tags(),
};
type Given = Inputs<typeof inputs>;

export default regional({
  type: 'aws:rds/instance:Instance',
  naming: { property: 'identifier', prefix: 'identifierPrefix', maximum: 63 },
  inputs,

  async create(given, context) {
    const rds = await context.clients.rds();
    const identifier = given.identifier ?? '';
    await make(rds, identifier, given);
    // The resource's id is the instance's own, which no other one of the same name will have.
    const id = (await describe(context, identifier))?.DbiResourceId ?? '';
    context.created(id);
    await available(context, id);
    // No snapshot is restored with a password; it is changed afterwards.
    if (given.snapshotIdentifier !== undefined && given.password !== undefined) {
      const password = { MasterUserPassword: given.password, ApplyImmediately: true };
      await rds.modifyDBInstance({ DBInstanceIdentifier: identifier, ...password });
      await available(context, id);
    }
    return id;
  },

  async read(id, context) {
    const found = await describe(context, id);
    if (!found) return undefined;
    return {
      arn: found.DBInstanceArn,
      identifier: found.DBInstanceIdentifier,
      resourceId: found.DbiResourceId,
      engine: found.Engine,
      engineVersion: found.EngineVersion,
      engineVersionActual: found.EngineVersion,
      engineLifecycleSupport: found.EngineLifecycleSupport,
      instanceClass: found.DBInstanceClass,
      dbName: found.DBName,
      username: found.MasterUsername,
      masterUserSecrets: masterUserSecrets(found.MasterUserSecret),
      allocatedStorage: found.AllocatedStorage,
      storageType: found.StorageType,
      storageEncrypted: found.StorageEncrypted,
      multiAz: found.MultiAZ,
      availabilityZone: found.AvailabilityZone,
      dbSubnetGroupName: found.DBSubnetGroup?.DBSubnetGroupName,
      vpcSecurityGroupIds: (found.VpcSecurityGroups ?? [])
        .flatMap(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? [])
        .sort(),
      port: found.Endpoint?.Port,
      address: found.Endpoint?.Address,
      endpoint: found.Endpoint && `${found.Endpoint.Address}:${found.Endpoint.Port}`,
      hostedZoneId: found.Endpoint?.HostedZoneId,
      publiclyAccessible: found.PubliclyAccessible,
      backupRetentionPeriod: found.BackupRetentionPeriod,
      backupWindow: found.PreferredBackupWindow,
      maintenanceWindow: found.PreferredMaintenanceWindow,
      autoMinorVersionUpgrade: found.AutoMinorVersionUpgrade,
      copyTagsToSnapshot: found.CopyTagsToSnapshot,
      deletionProtection: found.DeletionProtection,
      replicateSourceDb: found.ReadReplicaSourceDBInstanceIdentifier,
      replicas: [...(found.ReadReplicaDBInstanceIdentifiers ?? [])].sort(),
      status: found.DBInstanceStatus,
      ...fromTags(found.TagList),
    };
  },

  async update(id, { olds, news, changed }, context) {
    const rds = await context.clients.rds();
    if (changed(...modified)) {
      await rds.modifyDBInstance({
        DBInstanceIdentifier: text(olds.identifier),
        ApplyImmediately: news.applyImmediately,
        AllowMajorVersionUpgrade: news.allowMajorVersionUpgrade,
        ...(changed('engineVersion') && { EngineVersion: news.engineVersion }),
        ...(changed('vpcSecurityGroupIds') && { VpcSecurityGroupIds: [...(news.vpcSecurityGroupIds ?? [])] }),
        ...(changed('password') && { MasterUserPassword: news.password }),
        ...(changed('manageMasterUserPassword') && {
          ManageMasterUserPassword: news.manageMasterUserPassword ?? false,
        }),
        ...(changed('multiAz') && { MultiAZ: news.multiAz }),
        DBInstanceClass: news.instanceClass,
        AllocatedStorage: news.allocatedStorage,
        StorageType: news.storageType,
        BackupRetentionPeriod: news.backupRetentionPeriod,
        PreferredBackupWindow: news.backupWindow,
        PreferredMaintenanceWindow: news.maintenanceWindow,
        AutoMinorVersionUpgrade: news.autoMinorVersionUpgrade,
        CopyTagsToSnapshot: news.copyTagsToSnapshot,
        DeletionProtection: news.deletionProtection,
      });
      await available(context, id);
    }
    if (changed('tags')) await updateTags(rds, text(olds.arn), olds, news.tags);
  },

  async delete(id, context, { inputs: given }) {
    const rds = await context.clients.rds();
    const found = await describe(context, id);
    if (!found) return;
    const DBInstanceIdentifier = found.DBInstanceIdentifier ?? '';
    await ifFound(gone, () =>
      rds.deleteDBInstance({ DBInstanceIdentifier, ...ending(given, `instance ${DBInstanceIdentifier}`) }),
    );
    await context.until(`instance ${DBInstanceIdentifier} is still being deleted`, async () =>
      (await describe(context, id)) ? undefined : true,
    );
  },
});

/** A new instance, a read replica of another one, or one with a snapshot's data. */
async function make(rds: RDS, DBInstanceIdentifier: string, given: Given): Promise<void> {
  const shared = {
    DBInstanceIdentifier,
    DBInstanceClass: given.instanceClass,
    AvailabilityZone: given.availabilityZone,
    VpcSecurityGroupIds: given.vpcSecurityGroupIds && [...given.vpcSecurityGroupIds],
    Port: given.port,
    PubliclyAccessible: given.publiclyAccessible,
    StorageType: given.storageType,
    AutoMinorVersionUpgrade: given.autoMinorVersionUpgrade,
    CopyTagsToSnapshot: given.copyTagsToSnapshot,
    DeletionProtection: given.deletionProtection,
    Tags: toTags(given.tags),
  };
  if (given.replicateSourceDb !== undefined) {
    await rds.createDBInstanceReadReplica({ ...shared, SourceDBInstanceIdentifier: given.replicateSourceDb });
    return;
  }
  const own = {
    ...shared,
    DBSubnetGroupName: given.dbSubnetGroupName,
    MultiAZ: given.multiAz,
    EngineLifecycleSupport: given.engineLifecycleSupport,
    BackupRetentionPeriod: given.backupRetentionPeriod,
    PreferredBackupWindow: given.backupWindow,
    ManageMasterUserPassword: given.manageMasterUserPassword,
  };
  if (given.snapshotIdentifier !== undefined)
    await rds.restoreDBInstanceFromDBSnapshot({ ...own, DBSnapshotIdentifier: given.snapshotIdentifier });
  else
    await rds.createDBInstance({
      ...own,
      Engine: given.engine,
      EngineVersion: given.engineVersion,
      DBName: given.dbName,
      MasterUsername: given.username,
      MasterUserPassword: given.password,
      AllocatedStorage: given.allocatedStorage,
      StorageEncrypted: given.storageEncrypted,
      PreferredMaintenanceWindow: given.maintenanceWindow,
    });
}

const modified = [
  'instanceClass',
  'engineVersion',
  'vpcSecurityGroupIds',
  'password',
  'manageMasterUserPassword',
  'multiAz',
  'allocatedStorage',
  'storageType',
  'backupRetentionPeriod',
  'backupWindow',
  'maintenanceWindow',
  'autoMinorVersionUpgrade',
  'copyTagsToSnapshot',
  'deletionProtection',
];

async function available(context: Context, id: string): Promise<void> {
  await context.until(`instance ${id} is not available yet`, async () =>
    (await describe(context, id))?.DBInstanceStatus === 'available' ? true : undefined,
  );
}

/** By its name (`dev-database`) or its own id (`db-…` in capitals). */
async function describe(context: Context, id: string) {
  const rds = await context.clients.rds();
  const isOwnId = /^db-[A-Z0-9]{20,}$/.test(id);
  const which = isOwnId
    ? { Filters: [{ Name: 'dbi-resource-id', Values: [id] }] }
    : { DBInstanceIdentifier: id };
  const found = await ifFound(gone, () => rds.describeDBInstances(which));
  return found?.DBInstances?.[0];
}
