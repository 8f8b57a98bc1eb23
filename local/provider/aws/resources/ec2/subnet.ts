import { boolean, required, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags } from '../../tags.ts';
import { arn, deleteWhenFree, idOf, tagSpecifications, updateTags } from './ec2.ts';

const gone = ['InvalidSubnetID.NotFound'];

export default regional({
  type: 'aws:ec2/subnet:Subnet',
  inputs: {
    vpcId: required(string({ replaces: true })),
    cidrBlock: string({ replaces: true, computed: true }),
    availabilityZone: string({ replaces: true, computed: true }),
    availabilityZoneId: string({ replaces: true, computed: true }),
    mapPublicIpOnLaunch: boolean({ default: false }),
    tags: tags(),
  },

  async create(inputs, context) {
    const ec2 = await context.clients.ec2();
    const { Subnet } = await ec2.createSubnet({
      VpcId: inputs.vpcId,
      CidrBlock: inputs.cidrBlock,
      AvailabilityZone: inputs.availabilityZone,
      AvailabilityZoneId: inputs.availabilityZoneId,
      ...tagSpecifications('subnet', inputs.tags),
    });
    const id = idOf(Subnet?.SubnetId, 'CreateSubnet');
    context.created(id);
    await context.until(`subnet ${id} is not available yet`, async () => {
      const subnet = await describe(context, id);
      return subnet?.State === 'available' ? true : undefined;
    });
    if (inputs.mapPublicIpOnLaunch)
      await ec2.modifySubnetAttribute({ SubnetId: id, MapPublicIpOnLaunch: { Value: true } });
    return id;
  },

  async read(id, context) {
    const subnet = await describe(context, id);
    return (
      subnet && {
        arn: subnet.SubnetArn ?? arn(context, subnet.OwnerId, `subnet/${id}`),
        vpcId: subnet.VpcId,
        cidrBlock: subnet.CidrBlock,
        availabilityZone: subnet.AvailabilityZone,
        availabilityZoneId: subnet.AvailabilityZoneId,
        mapPublicIpOnLaunch: subnet.MapPublicIpOnLaunch ?? false,
        ownerId: subnet.OwnerId,
        ...fromTags(subnet.Tags),
      }
    );
  },

  async update(id, { olds, news, changed }, context) {
    const ec2 = await context.clients.ec2();
    if (changed('mapPublicIpOnLaunch')) {
      const value = news.mapPublicIpOnLaunch ?? false;
      await ec2.modifySubnetAttribute({ SubnetId: id, MapPublicIpOnLaunch: { Value: value } });
    }
    if (changed('tags')) await updateTags(ec2, id, olds, news.tags);
  },

  async delete(id, context) {
    const ec2 = await context.clients.ec2();
    await deleteWhenFree(context, `subnet ${id}`, gone, () => ec2.deleteSubnet({ SubnetId: id }));
  },
});

async function describe(context: Context, id: string) {
  const ec2 = await context.clients.ec2();
  const found = await ifFound(gone, () => ec2.describeSubnets({ SubnetIds: [id] }));
  return found?.Subnets?.[0];
}
