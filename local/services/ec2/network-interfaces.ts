import type {
  DescribeNetworkInterfacesCommandInput,
  DescribeNetworkInterfacesCommandOutput,
  NetworkInterface,
} from '@aws-sdk/client-ec2';
import type { Answer } from '../../endpoint/service.ts';
import { publicAddressOf } from './addresses.ts';
import { listed, type Ec2Context } from './context.ts';
import { privateName, publicName } from './dns-names.ts';
import { select, type FilterTable } from './filters.ts';
import { macAddress } from './ids.ts';
import { page } from './requests.ts';
import type { Ec2State, InterfaceRow } from './state.ts';
import { tagsOf } from './tags.ts';
import { zoneNamed } from './zones.ts';

type Row = NetworkInterface & { Tags: NetworkInterface['TagSet'] };

const filters: FilterTable<Row> = {
  'association.allocation-id': (row) => row.Association?.AllocationId,
  'association.association-id': (row) => row.Association?.AssociationId,
  'association.public-ip': (row) => row.Association?.PublicIp,
  'addresses.private-ip-address': (row) => row.PrivateIpAddress,
  'attachment.attachment-id': (row) => row.Attachment?.AttachmentId,
  'attachment.instance-id': (row) => row.Attachment?.InstanceId,
  'attachment.status': (row) => row.Attachment?.Status,
  'availability-zone': (row) => row.AvailabilityZone,
  description: (row) => row.Description,
  'group-id': (row) => row.Groups?.map(({ GroupId }) => GroupId) ?? [],
  'group-name': (row) => row.Groups?.map(({ GroupName }) => GroupName) ?? [],
  'interface-type': (row) => row.InterfaceType,
  'mac-address': (row) => row.MacAddress,
  'network-interface-id': (row) => row.NetworkInterfaceId,
  'owner-id': (row) => row.OwnerId,
  'private-dns-name': (row) => row.PrivateDnsName,
  'private-ip-address': (row) => row.PrivateIpAddress,
  'requester-managed': (row) => row.RequesterManaged,
  status: (row) => row.Status,
  'subnet-id': (row) => row.SubnetId,
  'vpc-id': (row) => row.VpcId,
};

/** Id and name of each group, as interfaces and instances list them. */
export const groupIdentifiers = ({ securityGroups }: Ec2State, ids: readonly string[]) =>
  ids.map((id) => ({ GroupId: id, GroupName: securityGroups.get(id)?.name ?? '' }));

/** The public side of an interface; an address of AWS's own pool has no allocation. */
export function associationOf(context: Ec2Context, row: InterfaceRow) {
  const publicAddress = publicAddressOf(context.state, row);
  if (publicAddress === undefined) return undefined;
  const elastic = [...context.state.addresses.values()].find(({ interfaceId }) => interfaceId === row.id);
  const hasNames = context.state.vpcs.get(row.vpcId)?.enableDnsHostnames ?? false;
  return {
    IpOwnerId: elastic ? context.parts.account : 'amazon',
    PublicIp: publicAddress,
    PublicDnsName: hasNames ? publicName(context.parts.region, publicAddress) : '',
    ...(elastic && { AllocationId: elastic.id }),
    ...(elastic?.associationId !== undefined && { AssociationId: elastic.associationId }),
  };
}

export function networkInterfaceOperations(context: Ec2Context) {
  const { state, parts } = context;

  const attachment = (row: InterfaceRow) => {
    const instance = row.hostId === undefined ? undefined : state.instances.get(row.hostId);
    return {
      ...(row.attachmentId !== undefined && { AttachmentId: row.attachmentId }),
      AttachTime: new Date(row.createdAt),
      DeleteOnTermination: instance !== undefined,
      DeviceIndex: instance ? 0 : 1,
      InstanceOwnerId: instance ? parts.account : 'amazon-aws',
      Status: 'attached' as const,
      ...(instance && { InstanceId: instance.id }),
    };
  };

  const shown = (row: InterfaceRow): Row => {
    const association = associationOf(context, row);
    const isInstances = row.hostId !== undefined && state.instances.has(row.hostId);
    const zone = state.subnets.get(row.subnetId)?.zone ?? '';
    const name = privateName(parts.region, row.privateAddress);
    const address = { Primary: true, PrivateIpAddress: row.privateAddress, PrivateDnsName: name };
    return {
      NetworkInterfaceId: row.id,
      VpcId: row.vpcId,
      SubnetId: row.subnetId,
      AvailabilityZone: zone,
      AvailabilityZoneId: zoneNamed(parts.region, zone).id,
      OwnerId: parts.account,
      Description: row.description,
      // AWS answers `nat_gateway`, which the SDK's enum spells otherwise.
      InterfaceType: row.type as 'interface',
      MacAddress: macAddress(row.id),
      PrivateIpAddress: row.privateAddress,
      PrivateDnsName: name,
      PrivateIpAddresses: [association ? { ...address, Association: association } : address],
      Groups: groupIdentifiers(state, row.groups),
      RequesterManaged: !isInstances,
      SourceDestCheck: row.type === 'interface',
      Status: 'in-use',
      Attachment: attachment(row),
      Ipv6Addresses: [],
      TagSet: tagsOf(state, row.id),
      Tags: tagsOf(state, row.id),
      ...(association && { Association: association }),
    };
  };

  return {
    DescribeNetworkInterfaces(
      input: DescribeNetworkInterfacesCommandInput,
    ): Answer<DescribeNetworkInterfacesCommandOutput> {
      const rows = listed(state.interfaces, 'networkInterface', input.NetworkInterfaceIds).map(shown);
      const { rows: cut, ...next } = page(select(rows, input.Filters, filters), input);
      return { NetworkInterfaces: cut.map(({ Tags: _, ...row }) => row), ...next };
    },
  };
}
