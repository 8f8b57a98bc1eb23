import type { EC2 } from '@aws-sdk/client-ec2';
import type { Properties } from '../../../protocol/values.ts';
import { boolean, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags } from '../../tags.ts';
import { arn, deleteWhenFree, idOf, tagSpecifications, updateTags } from './ec2.ts';
import {
  flatPermissions,
  flatten,
  fromPermissions,
  ruleChanges,
  rules,
  toPermissions,
} from './permissions.ts';

const gone = ['InvalidGroup.NotFound', 'InvalidGroupId.Malformed'];

export default regional({
  type: 'aws:ec2/securityGroup:SecurityGroup',
  naming: { property: 'name', prefix: 'namePrefix', maximum: 255 },
  inputs: {
    name: string({ replaces: true }),
    namePrefix: string({ replaces: true, hidden: true }),
    description: string({ replaces: true, default: 'Managed by Pulumi' }),
    vpcId: string({ replaces: true, computed: true }),
    ingress: rules(),
    egress: rules(),
    revokeRulesOnDelete: boolean({ default: false, hidden: true }),
    tags: tags(),
  },

  async create(inputs, context) {
    const ec2 = await context.clients.ec2();
    const { GroupId } = await ec2.createSecurityGroup({
      GroupName: inputs.name,
      Description: inputs.description,
      VpcId: inputs.vpcId,
      ...tagSpecifications('security-group', inputs.tags),
    });
    const id = idOf(GroupId, 'CreateSecurityGroup');
    context.created(id);
    // AWS lets everything out of a new group. Here only what the program says is let out.
    const group = await describe(context, id);
    await setRules(ec2, id, 'Egress', group?.IpPermissionsEgress, inputs.egress);
    await setRules(ec2, id, 'Ingress', group?.IpPermissions, inputs.ingress);
    return id;
  },

  async read(id, context, known) {
    const group = await describe(context, id);
    if (!group) return undefined;
    return {
      arn: arn(context, group.OwnerId, `security-group/${id}`),
      name: group.GroupName,
      description: group.Description,
      ownerId: group.OwnerId,
      vpcId: group.VpcId,
      ...('ingress' in known.inputs ? { ingress: fromPermissions(group.IpPermissions, id) } : {}),
      ...('egress' in known.inputs ? { egress: fromPermissions(group.IpPermissionsEgress, id) } : {}),
      ...fromTags(group.Tags),
    };
  },

  async update(id, { olds, news, changed }, context) {
    const ec2 = await context.clients.ec2();
    const group = changed('ingress', 'egress') ? await describe(context, id) : undefined;
    if (changed('ingress')) await setRules(ec2, id, 'Ingress', group?.IpPermissions, news.ingress);
    if (changed('egress')) await setRules(ec2, id, 'Egress', group?.IpPermissionsEgress, news.egress);
    if (changed('tags')) await updateTags(ec2, id, olds, news.tags);
  },

  async delete(id, context, known) {
    const ec2 = await context.clients.ec2();
    if (known.state.revokeRulesOnDelete === true) {
      const group = await describe(context, id);
      await setRules(ec2, id, 'Ingress', group?.IpPermissions, []);
      await setRules(ec2, id, 'Egress', group?.IpPermissionsEgress, []);
    }
    await deleteWhenFree(context, `security group ${id}`, gone, () =>
      ec2.deleteSecurityGroup({ GroupId: id }),
    );
  },
});

async function describe(context: Context, id: string) {
  const ec2 = await context.clients.ec2();
  const found = await ifFound(gone, () => ec2.describeSecurityGroups({ GroupIds: [id] }));
  return found?.SecurityGroups?.[0];
}

async function setRules(
  ec2: EC2,
  id: string,
  direction: 'Ingress' | 'Egress',
  found: Parameters<typeof flatPermissions>[0],
  wanted: readonly object[] | undefined,
): Promise<void> {
  const rules = flatten(wanted as readonly Properties[] | undefined, id);
  const { revoke, authorize } = ruleChanges(flatPermissions(found), rules);
  if (revoke.length > 0)
    await ec2[`revokeSecurityGroup${direction}`]({ GroupId: id, IpPermissions: toPermissions(revoke) });
  if (authorize.length > 0)
    await ec2[`authorizeSecurityGroup${direction}`]({ GroupId: id, IpPermissions: toPermissions(authorize) });
}
