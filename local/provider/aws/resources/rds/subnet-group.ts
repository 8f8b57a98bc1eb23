import { text } from '../../../protocol/values.ts';
import { required, set, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags, toTags } from '../../tags.ts';
import { updateTags } from './rds.ts';

const gone = ['DBSubnetGroupNotFoundFault'];

export default regional({
  type: 'aws:rds/subnetGroup:SubnetGroup',
  naming: { property: 'name', prefix: 'namePrefix', maximum: 255 },
  inputs: {
    name: string({ replaces: true }),
    namePrefix: string({ replaces: true, hidden: true }),
    description: string({ default: 'Managed by Pulumi' }),
    subnetIds: required(set(string())),
    tags: tags(),
  },

  async create(inputs, context) {
    const rds = await context.clients.rds();
    const { DBSubnetGroup } = await rds.createDBSubnetGroup({
      DBSubnetGroupName: inputs.name,
      DBSubnetGroupDescription: inputs.description,
      SubnetIds: [...inputs.subnetIds],
      Tags: toTags(inputs.tags),
    });
    return DBSubnetGroup?.DBSubnetGroupName ?? '';
  },

  async read(id, context) {
    const found = await describe(context, id);
    if (!found) return undefined;
    const rds = await context.clients.rds();
    const { TagList } = await rds.listTagsForResource({ ResourceName: found.DBSubnetGroupArn });
    return {
      name: found.DBSubnetGroupName,
      arn: found.DBSubnetGroupArn,
      description: found.DBSubnetGroupDescription,
      subnetIds: (found.Subnets ?? []).flatMap(({ SubnetIdentifier }) => SubnetIdentifier ?? []).sort(),
      supportedNetworkTypes: [...(found.SupportedNetworkTypes ?? [])],
      vpcId: found.VpcId,
      ...fromTags(TagList),
    };
  },

  async update(id, { olds, news, changed }, context) {
    const rds = await context.clients.rds();
    if (changed('subnetIds', 'description'))
      await rds.modifyDBSubnetGroup({
        DBSubnetGroupName: id,
        DBSubnetGroupDescription: news.description,
        SubnetIds: [...news.subnetIds],
      });
    if (changed('tags')) await updateTags(rds, text(olds.arn), olds, news.tags);
  },

  async delete(id, context) {
    const rds = await context.clients.rds();
    await ifFound(gone, () => rds.deleteDBSubnetGroup({ DBSubnetGroupName: id }));
  },
});

async function describe(context: Context, id: string) {
  const rds = await context.clients.rds();
  const found = await ifFound(gone, () => rds.describeDBSubnetGroups({ DBSubnetGroupName: id }));
  return found?.DBSubnetGroups?.[0];
}
