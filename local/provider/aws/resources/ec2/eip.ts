import { string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags } from '../../tags.ts';
import { arn, deleteWhenFree, idOf, tagSpecifications, updateTags } from './ec2.ts';

const gone = ['InvalidAllocationID.NotFound'];
const notAssociated = ['InvalidAssociationID.NotFound'];

export default regional({
  type: 'aws:ec2/eip:Eip',
  inputs: {
    domain: string({ computed: true, replaces: true, values: ['vpc'] }),
    address: string({ computed: true, replaces: true }),
    networkBorderGroup: string({ computed: true, replaces: true }),
    publicIpv4Pool: string({ computed: true, replaces: true }),
    instance: string({ computed: true }),
    networkInterface: string({ computed: true }),
    associateWithPrivateIp: string({ hidden: true }),
    tags: tags(),
  },

  async create(inputs, context) {
    const ec2 = await context.clients.ec2();
    const { AllocationId } = await ec2.allocateAddress({
      Domain: 'vpc',
      Address: inputs.address,
      NetworkBorderGroup: inputs.networkBorderGroup,
      PublicIpv4Pool: inputs.publicIpv4Pool,
      ...tagSpecifications('elastic-ip', inputs.tags),
    });
    const id = idOf(AllocationId, 'AllocateAddress');
    context.created(id);
    await associate(context, id, inputs);
    return id;
  },

  async read(id, context) {
    const address = await describe(context, id);
    return (
      address && {
        allocationId: id,
        arn: arn(context, await context.account(), `elastic-ip/${id}`),
        associationId: address.AssociationId,
        domain: address.Domain,
        instance: address.InstanceId,
        networkBorderGroup: address.NetworkBorderGroup,
        networkInterface: address.NetworkInterfaceId,
        privateIp: address.PrivateIpAddress,
        publicDns: publicDns(context.region, address.PublicIp),
        publicIp: address.PublicIp,
        publicIpv4Pool: address.PublicIpv4Pool,
        ...fromTags(address.Tags),
      }
    );
  },

  async update(id, { olds, news, changed }, context) {
    const ec2 = await context.clients.ec2();
    if (changed('instance', 'networkInterface', 'associateWithPrivateIp')) {
      await disassociate(context, id);
      await associate(context, id, news);
    }
    if (changed('tags')) await updateTags(ec2, id, olds, news.tags);
  },

  async delete(id, context) {
    const ec2 = await context.clients.ec2();
    await disassociate(context, id);
    await deleteWhenFree(context, `Elastic IP ${id}`, gone, () => ec2.releaseAddress({ AllocationId: id }));
  },
});

async function describe(context: Context, id: string) {
  const ec2 = await context.clients.ec2();
  const found = await ifFound(gone, () => ec2.describeAddresses({ AllocationIds: [id] }));
  return found?.Addresses?.[0];
}

async function associate(
  context: Context,
  id: string,
  to: {
    instance: string | undefined;
    networkInterface: string | undefined;
    associateWithPrivateIp: string | undefined;
  },
): Promise<void> {
  if (!to.instance && !to.networkInterface) return;
  const ec2 = await context.clients.ec2();
  await ec2.associateAddress({
    AllocationId: id,
    InstanceId: to.instance,
    NetworkInterfaceId: to.networkInterface,
    PrivateIpAddress: to.associateWithPrivateIp,
  });
}

async function disassociate(context: Context, id: string): Promise<void> {
  const ec2 = await context.clients.ec2();
  const association = (await describe(context, id))?.AssociationId;
  if (association)
    await ifFound(notAssociated, () => ec2.disassociateAddress({ AssociationId: association }));
}

function publicDns(region: string, address: string | undefined): string | undefined {
  if (!address) return undefined;
  const zone = region === 'us-east-1' ? 'compute-1' : `${region}.compute`;
  return `ec2-${address.replaceAll('.', '-')}.${zone}.amazonaws.com`;
}
