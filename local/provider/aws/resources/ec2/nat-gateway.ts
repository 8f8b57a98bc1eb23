import { required, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags } from '../../tags.ts';
import { idOf, tagSpecifications, updateTags } from './ec2.ts';

const gone = ['NatGatewayNotFound'];

export default regional({
  type: 'aws:ec2/natGateway:NatGateway',
  inputs: {
    subnetId: required(string({ replaces: true })),
    allocationId: string({ replaces: true }),
    connectivityType: string({ replaces: true, default: 'public', values: ['public', 'private'] }),
    privateIp: string({ replaces: true, computed: true }),
    tags: tags(),
  },
  check: ({ connectivityType, allocationId }) =>
    connectivityType === 'public' && allocationId === undefined
      ? [{ property: 'allocationId', reason: 'is required for a public NAT gateway' }]
      : [],

  async create(inputs, context) {
    const ec2 = await context.clients.ec2();
    const { NatGateway } = await ec2.createNatGateway({
      SubnetId: inputs.subnetId,
      AllocationId: inputs.allocationId,
      ConnectivityType: inputs.connectivityType as 'public' | undefined,
      PrivateIpAddress: inputs.privateIp,
      ...tagSpecifications('natgateway', inputs.tags),
    });
    const id = idOf(NatGateway?.NatGatewayId, 'CreateNatGateway');
    context.created(id);
    await context.until(`NAT gateway ${id} is still pending`, async () => {
      const gateway = await describe(context, id);
      if (gateway?.State === 'failed')
        throw new Error(`NAT gateway ${id} failed: ${gateway.FailureCode}: ${gateway.FailureMessage}`);
      return gateway?.State === 'available' ? true : undefined;
    });
    return id;
  },

  async read(id, context) {
    const gateway = await describe(context, id);
    if (!gateway || gateway.State === 'deleted' || gateway.State === 'deleting') return undefined;
    const addresses = gateway.NatGatewayAddresses ?? [];
    const address = addresses.find(({ IsPrimary }) => IsPrimary) ?? addresses[0];
    return {
      subnetId: gateway.SubnetId,
      connectivityType: gateway.ConnectivityType ?? 'public',
      allocationId: address?.AllocationId,
      associationId: address?.AssociationId,
      networkInterfaceId: address?.NetworkInterfaceId,
      privateIp: address?.PrivateIp,
      publicIp: address?.PublicIp,
      vpcId: gateway.VpcId,
      ...fromTags(gateway.Tags),
    };
  },

  async update(id, { olds, news, changed }, context) {
    if (changed('tags')) await updateTags(await context.clients.ec2(), id, olds, news.tags);
  },

  async delete(id, context) {
    const ec2 = await context.clients.ec2();
    const deleted = await ifFound(gone, () => ec2.deleteNatGateway({ NatGatewayId: id }));
    if (!deleted) return;
    await context.until(`NAT gateway ${id} is still being deleted`, async () => {
      const gateway = await describe(context, id);
      return !gateway || gateway.State === 'deleted' ? true : undefined;
    });
  },
});

async function describe(context: Context, id: string) {
  const ec2 = await context.clients.ec2();
  const found = await ifFound(gone, () => ec2.describeNatGateways({ NatGatewayIds: [id] }));
  return found?.NatGateways?.[0];
}
