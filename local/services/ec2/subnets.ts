import type {
  CreateSubnetCommandInput,
  CreateSubnetCommandOutput,
  DeleteSubnetCommandInput,
  DescribeSubnetsCommandInput,
  DescribeSubnetsCommandOutput,
  ModifySubnetAttributeCommandInput,
  Subnet,
} from '@aws-sdk/client-ec2';
import { AwsError, type Answer, type Call } from '../../endpoint/service.ts';
import { isInside, overlap, parseCidr, usableAddresses, type Cidr } from './cidr.ts';
import { arn, find, listed, type Ec2Context } from './context.ts';
import { hasDependencies, invalidValue, missing, unsupported } from './errors.ts';
import { select, type FilterTable } from './filters.ts';
import { newId } from './ids.ts';
import { accept, page } from './requests.ts';
import { withoutSubnet } from './route-tables.ts';
import type { Ec2State, SubnetRow, VpcRow } from './state.ts';
import { addTags, requestedTags, tagsOf } from './tags.ts';
import { zoneNamed, zonesOf, type Zone } from './zones.ts';

const filters: FilterTable<Subnet> = {
  'availability-zone': (subnet) => subnet.AvailabilityZone,
  availabilityZone: (subnet) => subnet.AvailabilityZone,
  'availability-zone-id': (subnet) => subnet.AvailabilityZoneId,
  'available-ip-address-count': (subnet) => subnet.AvailableIpAddressCount,
  cidr: (subnet) => subnet.CidrBlock,
  cidrBlock: (subnet) => subnet.CidrBlock,
  'cidr-block': (subnet) => subnet.CidrBlock,
  'default-for-az': (subnet) => subnet.DefaultForAz,
  'map-public-ip-on-launch': (subnet) => subnet.MapPublicIpOnLaunch,
  'owner-id': (subnet) => subnet.OwnerId,
  state: (subnet) => subnet.State,
  'subnet-arn': (subnet) => subnet.SubnetArn,
  'subnet-id': (subnet) => subnet.SubnetId,
  'vpc-id': (subnet) => subnet.VpcId,
};

export function subnetOperations(context: Ec2Context) {
  const { state, parts, network } = context;
  const { region } = parts;

  const shown = (subnet: SubnetRow): Subnet => ({
    SubnetId: subnet.id,
    SubnetArn: arn(context, `subnet/${subnet.id}`),
    VpcId: subnet.vpcId,
    OwnerId: parts.account,
    CidrBlock: subnet.cidr,
    AvailabilityZone: subnet.zone,
    AvailabilityZoneId: zoneNamed(region, subnet.zone).id,
    AvailableIpAddressCount: freeAddresses(state, subnet),
    DefaultForAz: false,
    MapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
    MapCustomerOwnedIpOnLaunch: false,
    AssignIpv6AddressOnCreation: false,
    EnableDns64: false,
    Ipv6Native: false,
    Ipv6CidrBlockAssociationSet: [],
    PrivateDnsNameOptionsOnLaunch: {
      HostnameType: 'ip-name',
      EnableResourceNameDnsARecord: false,
      EnableResourceNameDnsAAAARecord: false,
    },
    State: 'available',
    Tags: tagsOf(state, subnet.id),
  });

  return {
    CreateSubnet(input: CreateSubnetCommandInput, call: Call): Answer<CreateSubnetCommandOutput> {
      accept('CreateSubnet', input, [
        'VpcId',
        'CidrBlock',
        'AvailabilityZone',
        'AvailabilityZoneId',
        'TagSpecifications',
      ]);
      const vpc = find(state.vpcs, 'vpc', input.VpcId);
      const cidr = checkedBlock(state, vpc, input.CidrBlock);
      const zone = requestedZone(region, input);
      const tags = requestedTags(input.TagSpecifications, ['subnet'], call);
      const subnet: SubnetRow = {
        id: newId('subnet'),
        vpcId: vpc.id,
        cidr: cidr.text,
        zone: zone.name,
        mapPublicIpOnLaunch: false,
      };
      state.subnets.set(subnet.id, subnet);
      addTags(state, subnet.id, tags.subnet ?? {});
      return { Subnet: shown(subnet) };
    },

    DescribeSubnets(input: DescribeSubnetsCommandInput): Answer<DescribeSubnetsCommandOutput> {
      const rows = listed(state.subnets, 'subnet', input.SubnetIds).map(shown);
      const { rows: cut, ...next } = page(select(rows, input.Filters, filters), input);
      return { Subnets: [...cut], ...next };
    },

    ModifySubnetAttribute(input: ModifySubnetAttributeCommandInput) {
      const subnet = find(state.subnets, 'subnet', input.SubnetId);
      const { SubnetId: _, MapPublicIpOnLaunch: mapPublic, ...others } = input;
      refuseChanges(others);
      if (mapPublic)
        state.subnets.set(subnet.id, { ...subnet, mapPublicIpOnLaunch: mapPublic.Value ?? false });
      return {};
    },

    DeleteSubnet(input: DeleteSubnetCommandInput) {
      const { id } = find(state.subnets, 'subnet', input.SubnetId);
      if ([...state.interfaces.values()].some(({ subnetId }) => subnetId === id))
        throw hasDependencies('subnet', id);
      for (const table of [...state.routeTables.values()]) {
        if (table.associations.some(({ subnetId }) => subnetId === id))
          state.routeTables.set(table.id, withoutSubnet(table, id));
      }
      state.subnets.delete(id);
      state.tags.delete(id);
      void network.changed();
      return {};
    },
  };
}

/** Other attributes may be set to what they are anyway; anything else has nothing behind it here. */
function refuseChanges(
  attributes: Omit<ModifySubnetAttributeCommandInput, 'SubnetId' | 'MapPublicIpOnLaunch'>,
): void {
  for (const [name, value] of Object.entries(attributes)) {
    const isOff =
      value === undefined || value === 'ip-name' || (value as { Value?: boolean }).Value === false;
    if (!isOff) throw unsupported(`ModifySubnetAttribute: ${name}`);
  }
}

function freeAddresses(state: Ec2State, { id, cidr }: SubnetRow): number {
  const block = parseCidr(cidr);
  const used = [...state.interfaces.values()].filter(({ subnetId }) => subnetId === id).length;
  return block ? usableAddresses(block) - used : 0;
}

function checkedBlock(state: Ec2State, vpc: VpcRow, text: string | undefined): Cidr {
  if (text === undefined) throw missing('CidrBlock');
  const block = parseCidr(text);
  if (!block)
    throw invalidValue(`Value (${text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`);
  const range = parseCidr(vpc.cidr);
  if (block.prefix < 16 || block.prefix > 28 || !range || !isInside(block, range))
    throw new AwsError('InvalidSubnet.Range', `The CIDR '${text}' is invalid.`);
  for (const subnet of state.subnets.values()) {
    const other = parseCidr(subnet.cidr);
    if (subnet.vpcId === vpc.id && other && overlap(other, block))
      throw new AwsError('InvalidSubnet.Conflict', `The CIDR '${text}' conflicts with another subnet`);
  }
  return block;
}

/** AWS chooses a zone when none is asked for: here the first. */
function requestedZone(
  region: string,
  { AvailabilityZone: name, AvailabilityZoneId: id }: CreateSubnetCommandInput,
): Zone {
  const zones = zonesOf(region);
  if (name !== undefined) return zoneNamed(region, name);
  const zone = id === undefined ? zones[0] : zones.find((known) => known.id === id);
  if (!zone) throw invalidValue(`Value (${id ?? ''}) for parameter availabilityZoneId is invalid.`);
  return zone;
}
