import type {
  Address,
  AllocateAddressCommandInput,
  AllocateAddressCommandOutput,
  AssociateAddressCommandInput,
  AssociateAddressCommandOutput,
  DescribeAddressesAttributeCommandInput,
  DescribeAddressesAttributeCommandOutput,
  DescribeAddressesCommandInput,
  DescribeAddressesCommandOutput,
  DisassociateAddressCommandInput,
  ReleaseAddressCommandInput,
} from '@aws-sdk/client-ec2';
import { AwsError, type Answer, type Call } from '../../endpoint/service.ts';
import { find, listed, type Ec2Context } from './context.ts';
import { associationNotFound, invalidValue, missing, unsupported } from './errors.ts';
import { select, type FilterTable } from './filters.ts';
import { newId } from './ids.ts';
import { assignPublicAddress, releasePublicAddress } from './interfaces.ts';
import { takePublicAddress } from './public-addresses.ts';
import { accept, page } from './requests.ts';
import type { AddressRow, Ec2State, InterfaceRow } from './state.ts';
import { addTags, requestedTags, tagsOf } from './tags.ts';

const filters: FilterTable<Address> = {
  'allocation-id': (address) => address.AllocationId,
  'association-id': (address) => address.AssociationId,
  domain: (address) => address.Domain,
  'instance-id': (address) => address.InstanceId,
  'network-border-group': (address) => address.NetworkBorderGroup,
  'network-interface-id': (address) => address.NetworkInterfaceId,
  'network-interface-owner-id': (address) => address.NetworkInterfaceOwnerId,
  'private-ip-address': (address) => address.PrivateIpAddress,
  'public-ip': (address) => address.PublicIp,
};

/** The public address an interface has: an associated Elastic IP, else the assigned one. */
export function publicAddressOf(state: Ec2State, { id, publicAddress }: InterfaceRow): string | undefined {
  const elastic = [...state.addresses.values()].find(({ interfaceId }) => interfaceId === id);
  return elastic?.publicAddress ?? publicAddress;
}

/** Whether a VPC has an internet gateway, without which public addresses lead nowhere. */
export const hasInternetGateway = (state: Ec2State, vpcId: string): boolean =>
  [...state.internetGateways.values()].some((gateway) => gateway.vpcId === vpcId);

export function addressOperations(context: Ec2Context) {
  const { state, parts, network } = context;

  const shown = (row: AddressRow): Address => {
    const at = row.interfaceId === undefined ? undefined : state.interfaces.get(row.interfaceId);
    return {
      AllocationId: row.id,
      PublicIp: row.publicAddress,
      Domain: 'vpc',
      PublicIpv4Pool: 'amazon',
      NetworkBorderGroup: parts.region,
      Tags: tagsOf(state, row.id),
      ...(row.associationId !== undefined && { AssociationId: row.associationId }),
      ...(at && {
        NetworkInterfaceId: at.id,
        NetworkInterfaceOwnerId: parts.account,
        PrivateIpAddress: at.privateAddress,
        ...(at.hostId !== undefined && state.instances.has(at.hostId) && { InstanceId: at.hostId }),
      }),
    };
  };

  const addressNamed = ({ AllocationId: id, PublicIp: ip }: AssociateAddressCommandInput): AddressRow => {
    if (id !== undefined) return find(state.addresses, 'allocation', id);
    if (ip === undefined) throw missing('AllocationId');
    const row = [...state.addresses.values()].find(({ publicAddress }) => publicAddress === ip);
    if (!row) throw new AwsError('InvalidAddress.NotFound', `Address '${ip}' not found.`);
    return row;
  };

  const disassociate = (row: AddressRow): void => {
    state.addresses.set(row.id, { id: row.id, publicAddress: row.publicAddress });
    const owner = row.interfaceId === undefined ? undefined : state.interfaces.get(row.interfaceId)?.hostId;
    const isUp = owner !== undefined && state.instances.get(owner)?.state === 'running';
    if (row.interfaceId !== undefined && isUp) assignPublicAddress(state, row.interfaceId);
  };

  return {
    AllocateAddress(input: AllocateAddressCommandInput, call: Call): Answer<AllocateAddressCommandOutput> {
      accept('AllocateAddress', input, [
        'Domain',
        'NetworkBorderGroup',
        'PublicIpv4Pool',
        'TagSpecifications',
      ]);
      if (input.Domain === 'standard')
        throw invalidValue(`Value (standard) for parameter domain is invalid.`);
      if (input.NetworkBorderGroup !== undefined && input.NetworkBorderGroup !== parts.region)
        throw invalidValue(
          `Value (${input.NetworkBorderGroup}) for parameter networkBorderGroup is invalid.`,
        );
      if (input.PublicIpv4Pool !== undefined && input.PublicIpv4Pool !== 'amazon')
        throw unsupported(`AllocateAddress: PublicIpv4Pool ${input.PublicIpv4Pool}`);
      const tags = requestedTags(input.TagSpecifications, ['elastic-ip'], call);
      const row: AddressRow = { id: newId('eipalloc'), publicAddress: takePublicAddress(state) };
      state.addresses.set(row.id, row);
      addTags(state, row.id, tags['elastic-ip'] ?? {});
      return {
        AllocationId: row.id,
        PublicIp: row.publicAddress,
        Domain: 'vpc',
        PublicIpv4Pool: 'amazon',
        NetworkBorderGroup: parts.region,
      };
    },

    DescribeAddresses(input: DescribeAddressesCommandInput): Answer<DescribeAddressesCommandOutput> {
      const rows = listed(state.addresses, 'allocation', input.AllocationIds);
      for (const ip of input.PublicIps ?? []) {
        if (!rows.some(({ publicAddress }) => publicAddress === ip))
          throw new AwsError('InvalidAddress.NotFound', `Address '${ip}' not found.`);
      }
      const wanted = rows.filter(
        ({ publicAddress }) => !input.PublicIps?.length || input.PublicIps.includes(publicAddress),
      );
      return { Addresses: select(wanted.map(shown), input.Filters, filters) };
    },

    DescribeAddressesAttribute(
      input: DescribeAddressesAttributeCommandInput,
    ): Answer<DescribeAddressesAttributeCommandOutput> {
      const rows = listed(state.addresses, 'allocation', input.AllocationIds);
      const { rows: cut, ...next } = page(rows, input, [1, 1000]);
      return {
        Addresses: cut.map(({ id, publicAddress }) => ({ AllocationId: id, PublicIp: publicAddress })),
        ...next,
      };
    },

    AssociateAddress(input: AssociateAddressCommandInput): Answer<AssociateAddressCommandOutput> {
      const row = addressNamed(input);
      const target = targetInterface(state, input);
      if (row.interfaceId === target.id && row.associationId !== undefined)
        return { AssociationId: row.associationId };
      ensureAssociable(state, row, target, input.AllowReassociation);
      const other = addressOf(state, target);
      if (row.associationId !== undefined) disassociate(row);
      if (other) state.addresses.set(other.id, { id: other.id, publicAddress: other.publicAddress });
      releasePublicAddress(state, target.id);
      const association = newId('eipassoc');
      state.addresses.set(row.id, {
        id: row.id,
        publicAddress: row.publicAddress,
        associationId: association,
        interfaceId: target.id,
      });
      void network.changed();
      return { AssociationId: association };
    },

    DisassociateAddress(input: DisassociateAddressCommandInput) {
      const row = [...state.addresses.values()].find(({ associationId, publicAddress }) =>
        input.AssociationId === undefined
          ? publicAddress === input.PublicIp
          : associationId === input.AssociationId,
      );
      if (row?.associationId === undefined)
        throw associationNotFound(input.AssociationId ?? input.PublicIp ?? '');
      if (row.interfaceId !== undefined && state.interfaces.get(row.interfaceId)?.type === 'nat_gateway')
        throw new AwsError(
          'AuthFailure',
          `You do not have permission to access the specified resource.`,
          403,
        );
      disassociate(row);
      void network.changed();
      return {};
    },

    ReleaseAddress(input: ReleaseAddressCommandInput) {
      const row = addressNamed(input);
      if (row.associationId !== undefined)
        throw new AwsError('InvalidIPAddress.InUse', `Address ${row.publicAddress} is in use.`);
      state.addresses.delete(row.id);
      state.tags.delete(row.id);
      return {};
    },
  };
}

const addressOf = ({ addresses }: Ec2State, { id }: InterfaceRow): AddressRow | undefined =>
  [...addresses.values()].find(({ interfaceId }) => interfaceId === id);

/** An address moves only when that is allowed; an interface gives up its own unless that is forbidden. */
function ensureAssociable(
  state: Ec2State,
  row: AddressRow,
  target: InterfaceRow,
  allowReassociation: boolean | undefined,
): void {
  const isTaken = (id: string, associationId: string): AwsError =>
    new AwsError(
      'Resource.AlreadyAssociated',
      `resource ${id} is already associated with associate-id ${associationId}`,
    );
  if (row.associationId !== undefined && allowReassociation !== true)
    throw isTaken(row.id, row.associationId);
  if (!hasInternetGateway(state, target.vpcId))
    throw new AwsError(
      'Gateway.NotAttached',
      `Network ${target.vpcId} is not attached to any internet gateway`,
    );
  const other = addressOf(state, target);
  if (other && allowReassociation === false) throw isTaken(target.id, other.associationId ?? '');
}

function targetInterface(state: Ec2State, input: AssociateAddressCommandInput): InterfaceRow {
  if (input.NetworkInterfaceId !== undefined)
    return checkedPrivate(
      find(state.interfaces, 'networkInterface', input.NetworkInterfaceId),
      input.PrivateIpAddress,
    );
  if (input.InstanceId === undefined) throw missing('InstanceId or NetworkInterfaceId');
  const instance = find(state.instances, 'instance', input.InstanceId);
  if (instance.state !== 'running' && instance.state !== 'stopped' && instance.state !== 'stopping')
    throw new AwsError(
      'InvalidInstanceID',
      `The instance ${instance.id} is not in a valid state for this operation: it is ${instance.state}`,
    );
  return checkedPrivate(
    find(state.interfaces, 'networkInterface', instance.interfaceId),
    input.PrivateIpAddress,
  );
}

function checkedPrivate(row: InterfaceRow, wanted: string | undefined): InterfaceRow {
  if (wanted !== undefined && wanted !== row.privateAddress)
    throw invalidValue(`Private IP address ${wanted} is not assigned to interface ${row.id}`);
  return row;
}
