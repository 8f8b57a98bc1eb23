import type { Instance, InstanceState, InstanceNetworkInterface, _InstanceType } from '@aws-sdk/client-ec2';
import type { Ec2Context } from './context.ts';
import { privateName, publicName } from './dns-names.ts';
import { macAddress } from './ids.ts';
import { rootDevice } from './base-image.ts';
import { associationOf, groupIdentifiers } from './network-interfaces.ts';
import type { InstanceRow, InterfaceRow, MetadataOptionsRow } from './state.ts';
import { tagsOf } from './tags.ts';

const codes = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
} as const;

/** A state with the number AWS gives it. */
export const stateOf = ({ state }: Pick<InstanceRow, 'state'>): InstanceState => ({
  Code: codes[state],
  Name: state,
});

export const shownMetadataOptions = (options: MetadataOptionsRow) => ({
  State: 'applied' as const,
  HttpTokens: options.httpTokens,
  HttpEndpoint: options.httpEndpoint,
  HttpPutResponseHopLimit: options.hopLimit,
  InstanceMetadataTags: options.instanceTags,
  HttpProtocolIpv6: 'disabled' as const,
});

/** An instance as DescribeInstances lists it; a terminated one has no network and no disk any more. */
export function shownInstance(context: Ec2Context, row: InstanceRow): Instance {
  const { state, parts } = context;
  const nic = state.interfaces.get(row.interfaceId);
  return {
    InstanceId: row.id,
    ImageId: row.imageId,
    InstanceType: row.instanceType as _InstanceType,
    Architecture: row.architecture,
    AmiLaunchIndex: row.launchIndex,
    State: stateOf(row),
    StateTransitionReason: row.transitionReason ?? '',
    LaunchTime: new Date(row.launchedAt),
    Placement: { AvailabilityZone: row.zone, GroupName: '', Tenancy: 'default' },
    Monitoring: { State: row.monitoring ? 'enabled' : 'disabled' },
    EbsOptimized: row.ebsOptimized,
    EnaSupport: true,
    Hypervisor: 'xen',
    VirtualizationType: 'hvm',
    PlatformDetails: 'Linux/UNIX',
    RootDeviceName: rootDevice,
    RootDeviceType: 'ebs',
    BlockDeviceMappings: diskOf(context, row),
    MetadataOptions: shownMetadataOptions(row.metadataOptions),
    NetworkInterfaces: nic ? [interfaceOf(context, nic)] : [],
    SecurityGroups: nic ? groupIdentifiers(state, nic.groups) : [],
    ProductCodes: [],
    Tags: tagsOf(state, row.id),
    PrivateDnsName: nic ? privateName(parts.region, row.privateAddress) : '',
    PublicDnsName: '',
    ...(row.spot && { InstanceLifecycle: 'spot' as const, SpotInstanceRequestId: row.spot.requestId }),
    ...(row.clientToken !== undefined && { ClientToken: row.clientToken }),
    ...(row.stateReason && { StateReason: { Code: row.stateReason.code, Message: row.stateReason.message } }),
    ...(row.profile && { IamInstanceProfile: { Arn: row.profile.arn, Id: row.profile.id } }),
    ...(nic && network(context, row, nic)),
  };
}

function network(context: Ec2Context, row: InstanceRow, nic: InterfaceRow): Partial<Instance> {
  const association = associationOf(context, nic);
  return {
    SourceDestCheck: true,
    VpcId: row.vpcId,
    SubnetId: row.subnetId,
    PrivateIpAddress: row.privateAddress,
    ...(association && {
      PublicIpAddress: association.PublicIp,
      PublicDnsName: association.PublicDnsName && publicName(context.parts.region, association.PublicIp),
    }),
  };
}

function diskOf({ state }: Ec2Context, row: InstanceRow): NonNullable<Instance['BlockDeviceMappings']> {
  const volume = state.volumes.get(row.volumeId);
  if (volume?.instanceId !== row.id) return [];
  const AttachTime = new Date(volume.createdAt);
  const Ebs = {
    VolumeId: volume.id,
    Status: 'attached' as const,
    AttachTime,
    DeleteOnTermination: !row.volumeStays,
  };
  return [{ DeviceName: rootDevice, Ebs }];
}

function interfaceOf(context: Ec2Context, nic: InterfaceRow): InstanceNetworkInterface {
  const { state, parts } = context;
  const association = associationOf(context, nic);
  const name = privateName(parts.region, nic.privateAddress);
  const Association = association && {
    IpOwnerId: association.IpOwnerId,
    PublicIp: association.PublicIp,
    PublicDnsName: association.PublicDnsName,
  };
  return {
    NetworkInterfaceId: nic.id,
    VpcId: nic.vpcId,
    SubnetId: nic.subnetId,
    OwnerId: parts.account,
    Description: nic.description,
    InterfaceType: 'interface',
    MacAddress: macAddress(nic.id),
    PrivateIpAddress: nic.privateAddress,
    PrivateDnsName: name,
    PrivateIpAddresses: [
      {
        Primary: true,
        PrivateIpAddress: nic.privateAddress,
        PrivateDnsName: name,
        ...(Association && { Association }),
      },
    ],
    Groups: groupIdentifiers(state, nic.groups),
    Ipv6Addresses: [],
    SourceDestCheck: true,
    Status: 'in-use',
    Attachment: {
      AttachmentId: nic.attachmentId,
      AttachTime: new Date(nic.createdAt),
      DeleteOnTermination: true,
      DeviceIndex: 0,
      NetworkCardIndex: 0,
      Status: 'attached',
    },
    ...(Association && { Association }),
  };
}
