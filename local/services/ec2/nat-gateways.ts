import type {
  CreateNatGatewayCommandInput,
  CreateNatGatewayCommandOutput,
  DeleteNatGatewayCommandInput,
  DeleteNatGatewayCommandOutput,
  DescribeNatGatewaysCommandInput,
  DescribeNatGatewaysCommandOutput,
  NatGateway,
} from '@aws-sdk/client-ec2';
import { AwsError, type Answer, type Call } from '../../endpoint/service.ts';
import { hasInternetGateway } from './addresses.ts';
import { find, type Ec2Context } from './context.ts';
import { missing, natGatewayNotFound, unsupported } from './errors.ts';
import { select, type FilterTable } from './filters.ts';
import { newId } from './ids.ts';
import { makeInterface, removeInterface } from './interfaces.ts';
import { accept, once, page } from './requests.ts';
import type { AddressRow, NatGatewayRow, SubnetRow } from './state.ts';
import { addTags, requestedTags, tagsOf } from './tags.ts';

/** How long a deleted gateway is still described. */
const remembered = 60 * 60 * 1000;

const filters: FilterTable<NatGateway> = {
  'nat-gateway-id': (gateway) => gateway.NatGatewayId,
  state: (gateway) => gateway.State,
  'subnet-id': (gateway) => gateway.SubnetId,
  'vpc-id': (gateway) => gateway.VpcId,
};

export function natGatewayOperations(context: Ec2Context) {
  const { state, parts } = context;

  const shown = (row: NatGatewayRow): NatGateway => ({
    NatGatewayId: row.id,
    VpcId: row.vpcId,
    SubnetId: row.subnetId,
    State: row.state,
    ConnectivityType: 'public',
    AvailabilityMode: 'zonal',
    CreateTime: new Date(row.createdAt),
    ...(row.deletedAt !== undefined && { DeleteTime: new Date(row.deletedAt) }),
    NatGatewayAddresses: [
      {
        AllocationId: row.allocationId,
        NetworkInterfaceId: row.interfaceId,
        PrivateIp: row.privateAddress,
        PublicIp: row.publicAddress,
        IsPrimary: true,
        Status:
          row.state === 'available'
            ? 'succeeded'
            : row.state === 'pending'
              ? 'associating'
              : 'disassociating',
        ...associationOf(row.allocationId),
      },
    ],
    Tags: tagsOf(state, row.id),
  });

  const associationOf = (allocationId: string): { AssociationId?: string } => {
    const id = state.addresses.get(allocationId)?.associationId;
    return id === undefined ? {} : { AssociationId: id };
  };

  const create = (subnet: SubnetRow, address: AddressRow): NatGatewayRow => {
    const id = newId('nat');
    const now = parts.clock.now();
    const description = `Interface for NAT Gateway ${id}`;
    const at = makeInterface(state, {
      subnet,
      groups: [],
      description,
      type: 'nat_gateway',
      autoPublic: false,
      now,
    });
    state.addresses.set(address.id, { ...address, associationId: newId('eipassoc'), interfaceId: at.id });
    const row: NatGatewayRow = {
      id,
      vpcId: subnet.vpcId,
      subnetId: subnet.id,
      interfaceId: at.id,
      allocationId: address.id,
      publicAddress: address.publicAddress,
      privateAddress: at.privateAddress,
      state: 'pending',
      createdAt: now,
    };
    state.natGateways.set(id, row);
    return row;
  };

  return {
    async CreateNatGateway(
      input: CreateNatGatewayCommandInput,
      call: Call,
    ): Promise<Answer<CreateNatGatewayCommandOutput>> {
      accept('CreateNatGateway', input, [
        ...[
          'SubnetId',
          'AllocationId',
          'ConnectivityType',
          'AvailabilityMode',
          'ClientToken',
          'TagSpecifications',
        ],
      ]);
      if (input.ConnectivityType === 'private') throw unsupported('A private NAT gateway');
      if (input.AvailabilityMode === 'regional') throw unsupported('A regional NAT gateway');
      if (input.SubnetId === undefined) throw missing('SubnetId');
      if (input.AllocationId === undefined) throw missing('AllocationId');
      const { SubnetId: subnetId, AllocationId: allocationId } = input;
      const tags = requestedTags(input.TagSpecifications, ['natgateway'], call);
      const [id = ''] = await once(context, 'CreateNatGateway', input, () => {
        const subnet = find(state.subnets, 'subnet', subnetId);
        const address = find(state.addresses, 'allocation', allocationId);
        if (address.associationId !== undefined)
          throw new AwsError(
            'Resource.AlreadyAssociated',
            `resource ${address.id} is already associated with associate-id ${address.associationId}`,
          );
        if (!hasInternetGateway(state, subnet.vpcId))
          throw new AwsError(
            'Gateway.NotAttached',
            `Network ${subnet.vpcId} has no Internet gateway attached`,
          );
        const row = create(subnet, address);
        addTags(state, row.id, tags.natgateway ?? {});
        return [row.id];
      });
      const row = state.natGateways.get(id);
      if (!row) throw natGatewayNotFound(id);
      const answer = { NatGateway: shown(row) };
      void settleNatGateway(context, id);
      return { ...answer, ...(input.ClientToken !== undefined && { ClientToken: input.ClientToken }) };
    },

    DescribeNatGateways(input: DescribeNatGatewaysCommandInput): Answer<DescribeNatGatewaysCommandOutput> {
      const wanted = input.NatGatewayIds?.length
        ? input.NatGatewayIds
        : [...state.natGateways.values()].map(({ id }) => id);
      const rows = wanted.map((id) => {
        const row = state.natGateways.get(id);
        if (!row) throw natGatewayNotFound(id);
        return shown(row);
      });
      const { rows: cut, ...next } = page(select(rows, input.Filter, filters), input);
      return { NatGateways: [...cut], ...next };
    },

    DeleteNatGateway(input: DeleteNatGatewayCommandInput): Answer<DeleteNatGatewayCommandOutput> {
      const row = state.natGateways.get(input.NatGatewayId ?? '');
      if (!row) throw natGatewayNotFound(input.NatGatewayId ?? '');
      if (row.state !== 'deleted') {
        state.natGateways.set(row.id, { ...row, state: 'deleting' });
        void settleNatGateway(context, row.id);
      }
      return { NatGatewayId: row.id };
    },
  };
}

/** Brings a gateway to rest: available once the network has it, deleted once the network has lost it. */
export async function settleNatGateway(context: Ec2Context, id: string): Promise<void> {
  const { state, network, parts } = context;
  const before = state.natGateways.get(id);
  if (before?.state === 'pending' || before?.state === 'deleting') {
    try {
      await network.changed();
    } catch {
      // The network tells what is wrong; the gateway stays in between until it agrees.
      parts.clock.after(1000, () => void settleNatGateway(context, id));
      return;
    }
  }
  const row = state.natGateways.get(id);
  if (row?.state === 'pending') state.natGateways.set(id, { ...row, state: 'available' });
  if (row?.state === 'deleting') {
    removeInterface(state, row.interfaceId);
    state.natGateways.set(id, { ...row, state: 'deleted', deletedAt: parts.clock.now() });
  }
  forgetLater(context, id);
}

function forgetLater({ state, parts }: Ec2Context, id: string): void {
  const deletedAt = state.natGateways.get(id)?.deletedAt;
  if (deletedAt === undefined) return;
  parts.clock.after(Math.max(0, deletedAt + remembered - parts.clock.now()), () => {
    state.natGateways.delete(id);
    state.tags.delete(id);
  });
}
