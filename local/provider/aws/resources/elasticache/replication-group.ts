import type { CacheCluster, ReplicationGroup } from '@aws-sdk/client-elasticache';
import type { Value } from '../../../protocol/values.ts';
import { boolean, list, number, required, set, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound, isError } from '../../errors.ts';
import { toTags } from '../../tags.ts';
import { readTags, updateTags } from './elasticache.ts';

const gone = ['ReplicationGroupNotFoundFault', 'ReplicationGroupNotFound'];

/** Properties of which ModifyReplicationGroup knows a member, in place. */
const modifiable = [
  'authToken',
  'autoMinorVersionUpgrade',
  'automaticFailoverEnabled',
  'description',
  'engine',
  'engineVersion',
  'maintenanceWindow',
  'multiAzEnabled',
  'nodeType',
  'parameterGroupName',
  'securityGroupIds',
  'transitEncryptionEnabled',
] as const;

export default regional({
  type: 'aws:elasticache/replicationGroup:ReplicationGroup',
  naming: { property: 'replicationGroupId', maximum: 40 },
  inputs: {
    replicationGroupId: string({ replaces: true }),
    description: required(string()),
    applyImmediately: boolean({ hidden: true, computed: true }),
    atRestEncryptionEnabled: boolean({ replaces: true, computed: true }),
    authToken: string({ hidden: true }),
    authTokenUpdateStrategy: string({ hidden: true, values: ['SET', 'ROTATE', 'DELETE'] }),
    autoMinorVersionUpgrade: boolean({ computed: true }),
    automaticFailoverEnabled: boolean({ default: false }),
    engine: string({ computed: true, values: ['redis', 'valkey'] }),
    engineVersion: string({ computed: true }),
    maintenanceWindow: string({ computed: true }),
    multiAzEnabled: boolean({ default: false }),
    nodeType: string({ computed: true }),
    numCacheClusters: number({ computed: true }),
    parameterGroupName: string({ computed: true }),
    port: number({ replaces: true, default: 6379 }),
    preferredCacheClusterAzs: list(string(), { hidden: true }),
    securityGroupIds: set(string(), { computed: true }),
    subnetGroupName: string({ replaces: true, computed: true }),
    transitEncryptionEnabled: boolean({ computed: true }),
    tags: tags(),
  },
  replaces: ({ engine, engineVersion }, olds) => [
    // Engines only go forward, and older ones encrypt from the start or never.
    ...(engine === 'redis' ? ['engine'] : []),
    ...(isOlder(engineVersion, olds.engineVersion) ? ['engineVersion'] : []),
    ...(isOlder(olds.engineVersionActual, '7.0.5') ? ['transitEncryptionEnabled'] : []),
  ],

  async create(given, context) {
    const cache = await context.clients.elasticache();
    const { ReplicationGroup: made } = await cache.createReplicationGroup({
      ReplicationGroupId: given.replicationGroupId,
      ReplicationGroupDescription: given.description,
      AtRestEncryptionEnabled: given.atRestEncryptionEnabled,
      AuthToken: given.authToken,
      AutoMinorVersionUpgrade: given.autoMinorVersionUpgrade,
      AutomaticFailoverEnabled: given.automaticFailoverEnabled,
      Engine: given.engine,
      EngineVersion: given.engineVersion,
      PreferredMaintenanceWindow: given.maintenanceWindow,
      MultiAZEnabled: given.multiAzEnabled,
      CacheNodeType: given.nodeType,
      NumCacheClusters: given.numCacheClusters,
      CacheParameterGroupName: given.parameterGroupName,
      Port: given.port,
      PreferredCacheClusterAZs: given.preferredCacheClusterAzs && [...given.preferredCacheClusterAzs],
      SecurityGroupIds: given.securityGroupIds && [...given.securityGroupIds],
      CacheSubnetGroupName: given.subnetGroupName,
      TransitEncryptionEnabled: given.transitEncryptionEnabled,
      Tags: toTags(given.tags),
    });
    const id = made?.ReplicationGroupId ?? '';
    context.created(id);
    await available(context, id);
    return id;
  },

  async read(id, context) {
    const group = await describe(context, id);
    if (!group) return undefined;
    const cache = await context.clients.elasticache();
    const [member] = group.MemberClusters ?? [];
    const { CacheClusters } = await cache.describeCacheClusters({ CacheClusterId: member });
    return { ...stateOf(group, CacheClusters?.[0]), ...(await readTags(cache, group.ARN ?? '')) };
  },

  async update(id, { olds, news, changed }, context) {
    const cache = await context.clients.elasticache();
    if (changed('numCacheClusters')) await resize(context, id, news.numCacheClusters ?? 1);
    if (modifiable.some((property) => changed(property))) {
      const wanted = <T>(property: (typeof modifiable)[number], value: T) =>
        changed(property) ? value : undefined;
      await cache.modifyReplicationGroup({
        ReplicationGroupId: id,
        ApplyImmediately: news.applyImmediately ?? false,
        ReplicationGroupDescription: wanted('description', news.description),
        AutoMinorVersionUpgrade: wanted('autoMinorVersionUpgrade', news.autoMinorVersionUpgrade),
        AutomaticFailoverEnabled: wanted('automaticFailoverEnabled', news.automaticFailoverEnabled),
        MultiAZEnabled: wanted('multiAzEnabled', news.multiAzEnabled),
        Engine: wanted('engine', news.engine),
        EngineVersion: wanted('engineVersion', news.engineVersion),
        PreferredMaintenanceWindow: wanted('maintenanceWindow', news.maintenanceWindow),
        CacheNodeType: wanted('nodeType', news.nodeType),
        CacheParameterGroupName: wanted('parameterGroupName', news.parameterGroupName),
        SecurityGroupIds: wanted('securityGroupIds', news.securityGroupIds && [...news.securityGroupIds]),
        TransitEncryptionEnabled: wanted('transitEncryptionEnabled', news.transitEncryptionEnabled),
        ...(changed('authToken') && {
          AuthToken: news.authToken,
          AuthTokenUpdateStrategy: (news.authTokenUpdateStrategy ?? 'ROTATE') as 'ROTATE',
        }),
      });
      await available(context, id);
    }
    const group = changed('tags') ? await describe(context, id) : undefined;
    if (group) await updateTags(cache, group.ARN ?? '', olds, news.tags);
  },

  async delete(id, context) {
    const cache = await context.clients.elasticache();
    await context.until(`replication group ${id} is still being changed`, async () => {
      try {
        await ifFound(gone, () => cache.deleteReplicationGroup({ ReplicationGroupId: id }));
        return true;
      } catch (error) {
        if (!isError(error, 'InvalidReplicationGroupState', 'InvalidReplicationGroupStateFault')) throw error;
        return (await describe(context, id))?.Status === 'deleting' ? true : undefined;
      }
    });
    await context.until(`replication group ${id} is still being deleted`, async () =>
      (await describe(context, id)) ? undefined : true,
    );
  },
});

function stateOf(group: ReplicationGroup, member: CacheCluster | undefined) {
  const [nodes] = group.NodeGroups ?? [];
  return {
    arn: group.ARN,
    replicationGroupId: group.ReplicationGroupId,
    description: group.Description,
    atRestEncryptionEnabled: group.AtRestEncryptionEnabled,
    autoMinorVersionUpgrade: group.AutoMinorVersionUpgrade,
    automaticFailoverEnabled: group.AutomaticFailover === 'enabled',
    clusterEnabled: group.ClusterEnabled,
    clusterMode: group.ClusterMode,
    engine: group.Engine,
    engineVersion: member?.EngineVersion?.split('.').slice(0, 2).join('.'),
    engineVersionActual: member?.EngineVersion,
    maintenanceWindow: member?.PreferredMaintenanceWindow,
    memberClusters: group.MemberClusters,
    multiAzEnabled: group.MultiAZ === 'enabled',
    networkType: group.NetworkType,
    ipDiscovery: group.IpDiscovery,
    nodeType: group.CacheNodeType,
    numCacheClusters: group.MemberClusters?.length,
    numNodeGroups: group.NodeGroups?.length,
    replicasPerNodeGroup: (group.MemberClusters?.length ?? 1) - 1,
    parameterGroupName: member?.CacheParameterGroup?.CacheParameterGroupName,
    port: nodes?.PrimaryEndpoint?.Port,
    primaryEndpointAddress: nodes?.PrimaryEndpoint?.Address,
    readerEndpointAddress: nodes?.ReaderEndpoint?.Address,
    securityGroupIds: member?.SecurityGroups?.flatMap(({ SecurityGroupId }) => SecurityGroupId ?? []).sort(),
    snapshotRetentionLimit: group.SnapshotRetentionLimit,
    subnetGroupName: member?.CacheSubnetGroupName,
    transitEncryptionEnabled: group.TransitEncryptionEnabled,
    transitEncryptionMode: group.TransitEncryptionMode,
  };
}

/** Whether a version comes before another one; `6.x` is the last of its kind. */
function isOlder(version: Value | undefined, other: Value | undefined): boolean {
  if (typeof version !== 'string' || typeof other !== 'string') return false;
  const [numbers, others] = [version, other].map((text) =>
    text.split('.').map((part) => (part === 'x' ? Infinity : Number(part))),
  );
  const at = [0, 1, 2].find((index) => (numbers?.[index] ?? 0) !== (others?.[index] ?? 0));
  return at !== undefined && (numbers?.[at] ?? 0) < (others?.[at] ?? 0);
}

async function describe(context: Context, id: string): Promise<ReplicationGroup | undefined> {
  const cache = await context.clients.elasticache();
  const found = await ifFound(gone, () => cache.describeReplicationGroups({ ReplicationGroupId: id }));
  return found?.ReplicationGroups?.[0];
}

async function available(context: Context, id: string): Promise<void> {
  await context.until(`replication group ${id} is not available yet`, async () =>
    (await describe(context, id))?.Status === 'available' ? true : undefined,
  );
}

async function resize(context: Context, id: string, count: number): Promise<void> {
  const cache = await context.clients.elasticache();
  const now = (await describe(context, id))?.MemberClusters?.length ?? count;
  const change = { ReplicationGroupId: id, NewReplicaCount: count - 1, ApplyImmediately: true };
  if (count > now) await cache.increaseReplicaCount(change);
  if (count < now) await cache.decreaseReplicaCount(change);
  await available(context, id);
}
