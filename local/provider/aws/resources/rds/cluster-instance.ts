import { text } from '../../../protocol/values.ts';
import { boolean, number, required, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags, toTags } from '../../tags.ts';
import { sameVersion, updateTags } from './rds.ts';

const gone = ['DBInstanceNotFound', 'DBInstanceNotFoundFault'];

export default regional({
  type: 'aws:rds/clusterInstance:ClusterInstance',
  naming: { property: 'identifier', prefix: 'identifierPrefix', maximum: 63 },
  inputs: {
    identifier: string({ replaces: true }),
    identifierPrefix: string({ replaces: true, hidden: true }),
    clusterIdentifier: required(string({ replaces: true })),
    engine: required(string({ replaces: true })),
    engineVersion: string({ computed: true, replaces: true, same: sameVersion }),
    instanceClass: required(string()),
    availabilityZone: string({ computed: true, replaces: true }),
    dbSubnetGroupName: string({ computed: true, replaces: true }),
    publiclyAccessible: boolean({ computed: true }),
    promotionTier: number({ default: 0 }),
    autoMinorVersionUpgrade: boolean({ default: true }),
    copyTagsToSnapshot: boolean({ default: false }),
    preferredMaintenanceWindow: string({ computed: true }),
    applyImmediately: boolean({ hidden: true }),
    tags: tags(),
  },

  async create(inputs, context) {
    const rds = await context.clients.rds();
    const id = inputs.identifier ?? '';
    await rds.createDBInstance({
      DBInstanceIdentifier: id,
      DBClusterIdentifier: inputs.clusterIdentifier,
      Engine: inputs.engine,
      EngineVersion: inputs.engineVersion,
      DBInstanceClass: inputs.instanceClass,
      AvailabilityZone: inputs.availabilityZone,
      DBSubnetGroupName: inputs.dbSubnetGroupName,
      PubliclyAccessible: inputs.publiclyAccessible,
      PromotionTier: inputs.promotionTier,
      AutoMinorVersionUpgrade: inputs.autoMinorVersionUpgrade,
      CopyTagsToSnapshot: inputs.copyTagsToSnapshot,
      PreferredMaintenanceWindow: inputs.preferredMaintenanceWindow,
      Tags: toTags(inputs.tags),
    });
    context.created(id);
    await available(context, id);
    return id;
  },

  async read(id, context) {
    const found = await describe(context, id);
    if (!found) return undefined;
    const rds = await context.clients.rds();
    const { DBClusters } = await rds.describeDBClusters({ DBClusterIdentifier: found.DBClusterIdentifier });
    const member = DBClusters?.[0]?.DBClusterMembers?.find((one) => one.DBInstanceIdentifier === id);
    return {
      arn: found.DBInstanceArn,
      identifier: found.DBInstanceIdentifier,
      clusterIdentifier: found.DBClusterIdentifier,
      dbiResourceId: found.DbiResourceId,
      engine: found.Engine,
      engineVersion: found.EngineVersion,
      engineVersionActual: found.EngineVersion,
      instanceClass: found.DBInstanceClass,
      availabilityZone: found.AvailabilityZone,
      dbSubnetGroupName: found.DBSubnetGroup?.DBSubnetGroupName,
      publiclyAccessible: found.PubliclyAccessible,
      promotionTier: found.PromotionTier,
      autoMinorVersionUpgrade: found.AutoMinorVersionUpgrade,
      copyTagsToSnapshot: found.CopyTagsToSnapshot,
      preferredMaintenanceWindow: found.PreferredMaintenanceWindow,
      preferredBackupWindow: found.PreferredBackupWindow,
      endpoint: found.Endpoint?.Address,
      port: found.Endpoint?.Port,
      storageEncrypted: found.StorageEncrypted,
      writer: member?.IsClusterWriter,
      ...fromTags(found.TagList),
    };
  },

  async update(id, { olds, news, changed }, context) {
    const rds = await context.clients.rds();
    if (
      changed(
        'instanceClass',
        'promotionTier',
        'autoMinorVersionUpgrade',
        'copyTagsToSnapshot',
        'preferredMaintenanceWindow',
      )
    ) {
      await rds.modifyDBInstance({
        DBInstanceIdentifier: id,
        ApplyImmediately: news.applyImmediately,
        DBInstanceClass: news.instanceClass,
        PromotionTier: news.promotionTier,
        AutoMinorVersionUpgrade: news.autoMinorVersionUpgrade,
        CopyTagsToSnapshot: news.copyTagsToSnapshot,
        PreferredMaintenanceWindow: news.preferredMaintenanceWindow,
      });
      await available(context, id);
    }
    if (changed('tags')) await updateTags(rds, text(olds.arn), olds, news.tags);
  },

  async delete(id, context) {
    const rds = await context.clients.rds();
    await ifFound(gone, () => rds.deleteDBInstance({ DBInstanceIdentifier: id, SkipFinalSnapshot: true }));
    await context.until(`instance ${id} is still being deleted`, async () =>
      (await describe(context, id)) ? undefined : true,
    );
  },
});

async function available(context: Context, id: string): Promise<void> {
  await context.until(`instance ${id} is not available yet`, async () =>
    (await describe(context, id))?.DBInstanceStatus === 'available' ? true : undefined,
  );
}

async function describe(context: Context, id: string) {
  const rds = await context.clients.rds();
  const found = await ifFound(gone, () => rds.describeDBInstances({ DBInstanceIdentifier: id }));
  return found?.DBInstances?.[0];
}
