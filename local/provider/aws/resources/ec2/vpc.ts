import type { EC2, VpcAttributeName } from '@aws-sdk/client-ec2';
import { boolean, string } from '../../../resource/schema.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags } from '../../tags.ts';
import { arn, deleteWhenFree, idOf, tagSpecifications, updateTags } from './ec2.ts';

const gone = ['InvalidVpcID.NotFound'];

export default regional({
  type: 'aws:ec2/vpc:Vpc',
  inputs: {
    cidrBlock: string({ replaces: true, computed: true }),
    enableDnsHostnames: boolean({ default: false }),
    enableDnsSupport: boolean({ default: true }),
    enableNetworkAddressUsageMetrics: boolean({ computed: true }),
    instanceTenancy: string({ default: 'default', values: ['default', 'dedicated'] }),
    tags: tags(),
  },
  // A VPC for dedicated instances can be opened for others, but not the other way round.
  replaces: (news) => (news.instanceTenancy === 'dedicated' ? ['instanceTenancy'] : []),

  async create(inputs, context) {
    const ec2 = await context.clients.ec2();
    const { Vpc } = await ec2.createVpc({
      CidrBlock: inputs.cidrBlock,
      InstanceTenancy: inputs.instanceTenancy as 'default' | undefined,
      ...tagSpecifications('vpc', inputs.tags),
    });
    const id = idOf(Vpc?.VpcId, 'CreateVpc');
    context.created(id);
    await context.until(`VPC ${id} is not available yet`, async () => {
      const found = await ifFound(gone, () => ec2.describeVpcs({ VpcIds: [id] }));
      return found?.Vpcs?.[0]?.State === 'available' ? true : undefined;
    });
    if (inputs.enableDnsSupport === false) await modify(ec2, id, 'enableDnsSupport', false);
    if (inputs.enableDnsHostnames) await modify(ec2, id, 'enableDnsHostnames', true);
    if (inputs.enableNetworkAddressUsageMetrics)
      await modify(ec2, id, 'enableNetworkAddressUsageMetrics', true);
    return id;
  },

  async read(id, context) {
    const ec2 = await context.clients.ec2();
    const found = await ifFound(gone, () => ec2.describeVpcs({ VpcIds: [id] }));
    const vpc = found?.Vpcs?.[0];
    if (!vpc) return undefined;
    const [hostnames, support, metrics, routeTables, groups] = await Promise.all([
      attribute(ec2, id, 'enableDnsHostnames'),
      attribute(ec2, id, 'enableDnsSupport'),
      attribute(ec2, id, 'enableNetworkAddressUsageMetrics'),
      ec2.describeRouteTables({ Filters: [inVpc(id), { Name: 'association.main', Values: ['true'] }] }),
      ec2.describeSecurityGroups({ Filters: [inVpc(id), { Name: 'group-name', Values: ['default'] }] }),
    ]);
    const mainRouteTableId = routeTables.RouteTables?.[0]?.RouteTableId;
    return {
      arn: arn(context, vpc.OwnerId, `vpc/${id}`),
      cidrBlock: vpc.CidrBlock,
      instanceTenancy: vpc.InstanceTenancy,
      dhcpOptionsId: vpc.DhcpOptionsId,
      ownerId: vpc.OwnerId,
      enableDnsHostnames: hostnames,
      enableDnsSupport: support,
      enableNetworkAddressUsageMetrics: metrics,
      mainRouteTableId,
      defaultRouteTableId: mainRouteTableId,
      defaultSecurityGroupId: groups.SecurityGroups?.[0]?.GroupId,
      ...fromTags(vpc.Tags),
    };
  },

  async update(id, { olds, news, changed }, context) {
    const ec2 = await context.clients.ec2();
    // DNS names need DNS: support is turned on first and off last.
    if (changed('enableDnsSupport') && news.enableDnsSupport) await modify(ec2, id, 'enableDnsSupport', true);
    if (changed('enableDnsHostnames'))
      await modify(ec2, id, 'enableDnsHostnames', news.enableDnsHostnames ?? false);
    if (changed('enableDnsSupport') && !news.enableDnsSupport)
      await modify(ec2, id, 'enableDnsSupport', false);
    if (changed('enableNetworkAddressUsageMetrics'))
      await modify(
        ec2,
        id,
        'enableNetworkAddressUsageMetrics',
        news.enableNetworkAddressUsageMetrics ?? false,
      );
    if (changed('instanceTenancy')) await ec2.modifyVpcTenancy({ VpcId: id, InstanceTenancy: 'default' });
    if (changed('tags')) await updateTags(ec2, id, olds, news.tags);
  },

  async delete(id, context) {
    const ec2 = await context.clients.ec2();
    await deleteWhenFree(context, `VPC ${id}`, gone, () => ec2.deleteVpc({ VpcId: id }));
  },
});

const inVpc = (id: string) => ({ Name: 'vpc-id', Values: [id] });

async function attribute(ec2: EC2, id: string, name: VpcAttributeName): Promise<boolean | undefined> {
  const answer = await ec2.describeVpcAttribute({ VpcId: id, Attribute: name });
  return answer[members[name]]?.Value;
}

async function modify(ec2: EC2, id: string, name: VpcAttributeName, value: boolean): Promise<void> {
  await ec2.modifyVpcAttribute({ VpcId: id, [members[name]]: { Value: value } });
}

const members = {
  enableDnsHostnames: 'EnableDnsHostnames',
  enableDnsSupport: 'EnableDnsSupport',
  enableNetworkAddressUsageMetrics: 'EnableNetworkAddressUsageMetrics',
} as const;
