import { required, set, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { toTags } from '../../tags.ts';
import { readTags, updateTags } from './elasticache.ts';

const gone = ['CacheSubnetGroupNotFoundFault'];

export default regional({
  type: 'aws:elasticache/subnetGroup:SubnetGroup',
  naming: { property: 'name', maximum: 255 },
  inputs: {
    name: string({ replaces: true }),
    description: string({ default: 'Managed by Pulumi' }),
    subnetIds: required(set(string())),
    tags: tags(),
  },

  async create(given, context) {
    const cache = await context.clients.elasticache();
    const { CacheSubnetGroup } = await cache.createCacheSubnetGroup({
      CacheSubnetGroupName: given.name,
      CacheSubnetGroupDescription: given.description,
      SubnetIds: [...given.subnetIds],
      Tags: toTags(given.tags),
    });
    return CacheSubnetGroup?.CacheSubnetGroupName ?? '';
  },

  async read(id, context) {
    const found = await describe(context, id);
    if (!found) return undefined;
    const cache = await context.clients.elasticache();
    return {
      arn: found.ARN,
      name: found.CacheSubnetGroupName,
      description: found.CacheSubnetGroupDescription,
      subnetIds: found.Subnets?.flatMap(({ SubnetIdentifier }) => SubnetIdentifier ?? []).sort(),
      vpcId: found.VpcId,
      ...(await readTags(cache, found.ARN ?? '')),
    };
  },

  async update(id, { olds, news, changed }, context) {
    const cache = await context.clients.elasticache();
    if (changed('subnetIds') || changed('description'))
      await cache.modifyCacheSubnetGroup({
        CacheSubnetGroupName: id,
        CacheSubnetGroupDescription: news.description,
        SubnetIds: [...news.subnetIds],
      });
    const found = changed('tags') ? await describe(context, id) : undefined;
    if (found) await updateTags(cache, found.ARN ?? '', olds, news.tags);
  },

  async delete(id, context) {
    const cache = await context.clients.elasticache();
    await ifFound(gone, () => cache.deleteCacheSubnetGroup({ CacheSubnetGroupName: id }));
  },
});

async function describe(context: Context, name: string) {
  const cache = await context.clients.elasticache();
  const found = await ifFound(gone, () => cache.describeCacheSubnetGroups({ CacheSubnetGroupName: name }));
  return found?.CacheSubnetGroups?.[0];
}
