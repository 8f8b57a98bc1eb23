import { text } from '../../../protocol/values.ts';
import { boolean, number, object, required, set, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags, toTags } from '../../tags.ts';
import { ending, masterUserSecrets, sameVersion, updateTags } from './rds.ts';

const gone = ['DBClusterNotFoundFault'];

export default regional({
  type: 'aws:rds/cluster:Cluster',
  naming: { property: 'clusterIdentifier', prefix: 'clusterIdentifierPrefix', maximum: 63 },
  inputs: {
    clusterIdentifier: string({ replaces: true }),
    clusterIdentifierPrefix: string({ replaces: true, hidden: true }),
    engine: required(string({ replaces: true })),
    engineMode: string({ replaces: true, default: 'provisioned' }),
    engineVersion: string({ computed: true, same: sameVersion }),
    engineLifecycleSupport: string({ computed: true, replaces: true }),
    databaseName: string({ computed: true, replaces: true }),
    masterUsername: string({ computed: true, replaces: true }),
    masterPassword: string({ hidden: true }),
    manageMasterUserPassword: boolean({ hidden: true }),
    storageEncrypted: boolean({ default: false, replaces: true }),
    dbSubnetGroupName: string({ computed: true, replaces: true }),
    vpcSecurityGroupIds: set(string(), { computed: true }),
    port: number({ computed: true, replaces: true }),
    serverlessv2ScalingConfiguration: object({
      minCapacity: required(number()),
      maxCapacity: required(number()),
    }),
    backupRetentionPeriod: number({ default: 1 }),
    preferredBackupWindow: string({ computed: true }),
    preferredMaintenanceWindow: string({ computed: true }),
    copyTagsToSnapshot: boolean({ default: false }),
    deletionProtection: boolean({ default: false }),
    skipFinalSnapshot: boolean({ default: false, hidden: true }),
    finalSnapshotIdentifier: string({ hidden: true }),
    snapshotIdentifier: string({ hidden: true, replaces: true }),
    applyImmediately: boolean({ hidden: true }),
    allowMajorVersionUpgrade: boolean({ hidden: true }),
    tags: tags(),
  },

  async create(inputs, context) {
    const rds = await context.clients.rds();
    const id = inputs.clusterIdentifier ?? '';
    const shared = {
      DBClusterIdentifier: id,
      Engine: inputs.engine,
      EngineMode: inputs.engineMode,
      EngineVersion: inputs.engineVersion,
      EngineLifecycleSupport: inputs.engineLifecycleSupport,
      DBSubnetGroupName: inputs.dbSubnetGroupName,
      VpcSecurityGroupIds: inputs.vpcSecurityGroupIds && [...inputs.vpcSecurityGroupIds],
      Port: inputs.port,
      ServerlessV2ScalingConfiguration: scaling(inputs.serverlessv2ScalingConfiguration),
      BackupRetentionPeriod: inputs.backupRetentionPeriod,
      PreferredBackupWindow: inputs.preferredBackupWindow,
      CopyTagsToSnapshot: inputs.copyTagsToSnapshot,
      DeletionProtection: inputs.deletionProtection,
      Tags: toTags(inputs.tags),
    };
    const password = {
      ManageMasterUserPassword: inputs.manageMasterUserPassword,
      MasterUserPassword: inputs.masterPassword,
    };
    const { snapshotIdentifier } = inputs;
    if (snapshotIdentifier === undefined)
      await rds.createDBCluster({
        ...shared,
        ...password,
        DatabaseName: inputs.databaseName,
        MasterUsername: inputs.masterUsername,
        StorageEncrypted: inputs.storageEncrypted,
        PreferredMaintenanceWindow: inputs.preferredMaintenanceWindow,
      });
    else await rds.restoreDBClusterFromSnapshot({ ...shared, SnapshotIdentifier: snapshotIdentifier });
    context.created(id);
    await available(context, id);
    // A restored cluster has the password of its snapshot until it is told another one.
    if (snapshotIdentifier !== undefined) {
      const window = { PreferredMaintenanceWindow: inputs.preferredMaintenanceWindow };
      await rds.modifyDBCluster({ DBClusterIdentifier: id, ApplyImmediately: true, ...password, ...window });
      await available(context, id);
    }
    return id;
  },

  async read(id, context) {
    const found = await describe(context, id);
    if (!found) return undefined;
    const { MinCapacity, MaxCapacity } = found.ServerlessV2ScalingConfiguration ?? {};
    return {
      arn: found.DBClusterArn,
      clusterIdentifier: found.DBClusterIdentifier,
      clusterResourceId: found.DbClusterResourceId,
      clusterMembers: (found.DBClusterMembers ?? [])
        .flatMap(({ DBInstanceIdentifier }) => DBInstanceIdentifier ?? [])
        .sort(),
      engine: found.Engine,
      engineMode: found.EngineMode,
      engineVersion: found.EngineVersion,
      engineVersionActual: found.EngineVersion,
      engineLifecycleSupport: found.EngineLifecycleSupport,
      databaseName: found.DatabaseName,
      masterUsername: found.MasterUsername,
      masterUserSecrets: masterUserSecrets(found.MasterUserSecret),
      storageEncrypted: found.StorageEncrypted,
      dbSubnetGroupName: found.DBSubnetGroup,
      vpcSecurityGroupIds: (found.VpcSecurityGroups ?? [])
        .flatMap(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? [])
        .sort(),
      port: found.Port,
      endpoint: found.Endpoint,
      readerEndpoint: found.ReaderEndpoint,
      hostedZoneId: found.HostedZoneId,
      availabilityZones: [...(found.AvailabilityZones ?? [])].sort(),
      ...(MinCapacity !== undefined && {
        serverlessv2ScalingConfiguration: { minCapacity: MinCapacity, maxCapacity: MaxCapacity },
      }),
      backupRetentionPeriod: found.BackupRetentionPeriod,
      preferredBackupWindow: found.PreferredBackupWindow,
      preferredMaintenanceWindow: found.PreferredMaintenanceWindow,
      copyTagsToSnapshot: found.CopyTagsToSnapshot,
      deletionProtection: found.DeletionProtection,
      ...fromTags(found.TagList),
    };
  },

  async update(id, { olds, news, changed }, context) {
    const rds = await context.clients.rds();
    if (changed(...modified)) {
      await rds.modifyDBCluster({
        DBClusterIdentifier: id,
        ApplyImmediately: news.applyImmediately,
        AllowMajorVersionUpgrade: news.allowMajorVersionUpgrade,
        ...(changed('engineVersion') && { EngineVersion: news.engineVersion }),
        ...(changed('vpcSecurityGroupIds') && { VpcSecurityGroupIds: [...(news.vpcSecurityGroupIds ?? [])] }),
        ...(changed('masterPassword') && { MasterUserPassword: news.masterPassword }),
        ...(changed('manageMasterUserPassword') && {
          ManageMasterUserPassword: news.manageMasterUserPassword ?? false,
        }),
        ServerlessV2ScalingConfiguration: scaling(news.serverlessv2ScalingConfiguration),
        BackupRetentionPeriod: news.backupRetentionPeriod,
        PreferredBackupWindow: news.preferredBackupWindow,
        PreferredMaintenanceWindow: news.preferredMaintenanceWindow,
        CopyTagsToSnapshot: news.copyTagsToSnapshot,
        DeletionProtection: news.deletionProtection,
      });
      await available(context, id);
    }
    if (changed('tags')) await updateTags(rds, text(olds.arn), olds, news.tags);
  },

  async delete(id, context, { inputs }) {
    const rds = await context.clients.rds();
    await ifFound(gone, () =>
      rds.deleteDBCluster({ DBClusterIdentifier: id, ...ending(inputs, `cluster ${id}`) }),
    );
    await context.until(`cluster ${id} is still being deleted`, async () =>
      (await describe(context, id)) ? undefined : true,
    );
  },
});

const modified = [
  'engineVersion',
  'vpcSecurityGroupIds',
  'masterPassword',
  'manageMasterUserPassword',
  'serverlessv2ScalingConfiguration',
  'backupRetentionPeriod',
  'preferredBackupWindow',
  'preferredMaintenanceWindow',
  'copyTagsToSnapshot',
  'deletionProtection',
];

const scaling = (given: { readonly minCapacity: number; readonly maxCapacity: number } | undefined) =>
  given && { MinCapacity: given.minCapacity, MaxCapacity: given.maxCapacity };

async function available(context: Context, id: string): Promise<void> {
  await context.until(`cluster ${id} is not available yet`, async () =>
    (await describe(context, id))?.Status === 'available' ? true : undefined,
  );
}

async function describe(context: Context, id: string) {
  const rds = await context.clients.rds();
  const found = await ifFound(gone, () => rds.describeDBClusters({ DBClusterIdentifier: id }));
  return found?.DBClusters?.[0];
}
