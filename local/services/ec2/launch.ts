import type {
  RequestLaunchTemplateData,
  ResourceType,
  RunInstancesCommandInput,
  Tag,
} from '@aws-sdk/client-ec2';
import { AwsError, type Call } from '../../endpoint/service.ts';
import { rootDevice, type Architecture } from './base-image.ts';
import { find, type Ec2Context } from './context.ts';
import { invalidCombination, invalidValue, missing } from './errors.ts';
import { newId } from './ids.ts';
import { launchableImage, type LaunchableImage } from './image-shape.ts';
import { instanceType } from './instance-types.ts';
import { checkGroups, defaultGroup, makeInterface } from './interfaces.ts';
import { checkedTemplateData, launchMembers } from './launch-template-data.ts';
import { versionNamed } from './launch-template-versions.ts';
import { findTemplate } from './launch-templates.ts';
import { ensureCapacity } from './outage.ts';
import { instanceProfile, type Profile } from './profiles.ts';
import { accept } from './requests.ts';
import { checkedMarket, newSpotRow } from './spot.ts';
import type {
  ImageDiskRow,
  InstanceRow,
  MetadataOptionsRow,
  SpotRow,
  SubnetRow,
  VolumeRow,
} from './state.ts';
import { addTags, checkedTags } from './tags.ts';
import { diskOf } from './volumes.ts';

/** A launch with everything decided but what differs from instance to instance. */
export interface Launch {
  readonly imageId: string;
  readonly instanceType: string;
  readonly architecture: Architecture;
  readonly subnet: SubnetRow;
  readonly groups: readonly string[];
  readonly isPublic: boolean;
  readonly privateAddress: string | undefined;
  readonly userData: string | undefined;
  readonly profile: Profile | undefined;
  readonly metadataOptions: MetadataOptionsRow;
  readonly disk: ImageDiskRow;
  /** What the disk is a copy of; absent: Amazon's image. */
  readonly snapshotId: string | undefined;
  readonly monitoring: boolean;
  readonly ebsOptimized: boolean;
  readonly shutdownBehavior: 'stop' | 'terminate';
  readonly disableApiTermination: boolean;
  readonly disableApiStop: boolean;
  /** What is asked of the spot market; undefined: on demand. */
  readonly market: Pick<SpotRow, 'maxPrice'> | undefined;
  readonly tags: Partial<Record<ResourceType, Readonly<Record<string, string>>>>;
}

/** What a request, laid over its launch template, asks for; every reference in it is checked. */
export async function planLaunch(
  context: Ec2Context,
  input: RunInstancesCommandInput,
  call: Call,
): Promise<Launch> {
  accept('RunInstances', input, [
    ...launchMembers,
    ...[
      'MinCount',
      'MaxCount',
      'SubnetId',
      'PrivateIpAddress',
      'LaunchTemplate',
      'ClientToken',
      'TagSpecifications',
    ],
  ]);
  const { data, tags } = mergedData(context, input, call);
  const subnet = launchSubnet(context, input, data);
  ensureCapacity(context, subnet);
  if (data.ImageId === undefined) throw missing('ImageId');
  const image = launchableImage(context, data.ImageId);
  const type = instanceType(data.InstanceType ?? 'm1.small');
  if (type.architecture !== image.architecture)
    throw invalidValue(
      `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.`,
    );
  if (data.KeyName !== undefined)
    throw new AwsError('InvalidKeyPair.NotFound', `The key pair '${data.KeyName}' does not exist`);
  const nic = data.NetworkInterfaces?.[0];
  const groups = nic?.Groups?.length
    ? nic.Groups
    : data.SecurityGroupIds?.length
      ? data.SecurityGroupIds
      : undefined;
  checkGroups(context.state, subnet, groups ?? []);
  const metadataOptions = metadataOptionsOf(data);
  checkMetadataTags(metadataOptions, tags.instance ?? {});
  return {
    imageId: image.id,
    instanceType: type.name,
    architecture: image.architecture,
    subnet,
    groups: groups ?? defaultGroup(context.state, subnet.vpcId),
    isPublic: nic?.AssociatePublicIpAddress ?? subnet.mapPublicIpOnLaunch,
    privateAddress: nic?.PrivateIpAddress ?? input.PrivateIpAddress,
    userData: data.UserData,
    profile: await instanceProfile(context, data.IamInstanceProfile),
    metadataOptions,
    disk: launchDisk(data, image),
    snapshotId: image.snapshotId,
    monitoring: data.Monitoring?.Enabled ?? false,
    ebsOptimized: data.EbsOptimized ?? false,
    shutdownBehavior: data.InstanceInitiatedShutdownBehavior ?? 'stop',
    disableApiTermination: data.DisableApiTermination ?? false,
    disableApiStop: data.DisableApiStop ?? false,
    market: checkedMarket(data.InstanceMarketOptions, type.name),
    tags,
  };
}

/** The template's data with the request's own members in their place; tags of both, the request's first. */
function mergedData(
  { state }: Ec2Context,
  input: RunInstancesCommandInput,
  call: Call,
): { data: RequestLaunchTemplateData; tags: Launch['tags'] } {
  const own = Object.fromEntries(Object.entries(input).filter(([member]) => launchMembers.includes(member)));
  const inlineData = checkedTemplateData(own, call);
  const requested = tagsByType(input.TagSpecifications, call);
  if (!input.LaunchTemplate) return { data: inlineData, tags: requested };
  const template = findTemplate(state, input.LaunchTemplate);
  const version = versionNamed(state, template, input.LaunchTemplate.Version);
  const data = { ...version.data, ...inlineData };
  if (inlineData.SecurityGroupIds && version.data.NetworkInterfaces)
    throw invalidCombination(
      'Network interfaces and an instance-level security groups may not be specified on the same request',
    );
  const byTemplate = tagsByType(version.data.TagSpecifications, call);
  const from = {
    'aws:ec2launchtemplate:id': template.id,
    'aws:ec2launchtemplate:version': String(version.version),
  };
  return {
    data,
    tags: {
      instance: { ...byTemplate.instance, ...from, ...requested.instance },
      volume: { ...byTemplate.volume, ...requested.volume },
      'network-interface': { ...byTemplate['network-interface'], ...requested['network-interface'] },
    },
  };
}

function tagsByType(
  specifications:
    readonly { ResourceType?: ResourceType | undefined; Tags?: Tag[] | undefined }[] | undefined,
  call: Call,
): Launch['tags'] {
  const tags: Launch['tags'] = {};
  for (const { ResourceType: type, Tags: list } of specifications ?? []) {
    if (type !== 'instance' && type !== 'volume' && type !== 'network-interface')
      throw invalidValue(`'${type ?? ''}' is not a valid taggable resource type for this operation.`);
    tags[type] = { ...tags[type], ...checkedTags(list, call) };
  }
  return tags;
}

function launchSubnet(
  { state }: Ec2Context,
  input: RunInstancesCommandInput,
  data: RequestLaunchTemplateData,
): SubnetRow {
  const id = input.SubnetId ?? data.NetworkInterfaces?.[0]?.SubnetId;
  if (input.SubnetId !== undefined && input.NetworkInterfaces?.length)
    throw invalidCombination(
      'Network interfaces and an instance-level subnet ID may not be specified on the same request',
    );
  if (id === undefined)
    throw new AwsError('VPCIdNotSpecified', 'No default VPC for this user. Specify a subnet (SubnetId).');
  const subnet = find(state.subnets, 'subnet', id);
  const zone = data.Placement?.AvailabilityZone;
  if (zone !== undefined && zone !== subnet.zone)
    throw invalidValue(
      `The availability zone '${zone}' of the placement is not that of subnet ${subnet.id}, which is in '${subnet.zone}'.`,
    );
  return subnet;
}

/** The image's disk with what the launch says instead. */
function launchDisk(
  { BlockDeviceMappings: mappings }: RequestLaunchTemplateData,
  image: LaunchableImage,
): ImageDiskRow {
  const ebs = mappings?.find(({ DeviceName: name }) => name === rootDevice)?.Ebs;
  const disk = diskOf(ebs, image.disk);
  if (image.disk.encrypted && ebs?.Encrypted === false)
    throw new AwsError(
      'InvalidBlockDeviceMapping',
      'the encrypted flag cannot be set to false since the snapshot is encrypted',
    );
  return disk;
}

function metadataOptionsOf({ MetadataOptions: options }: RequestLaunchTemplateData): MetadataOptionsRow {
  return {
    // Amazon Linux 2023 images ask for IMDSv2 by themselves.
    httpTokens: options?.HttpTokens ?? 'required',
    httpEndpoint: options?.HttpEndpoint ?? 'enabled',
    hopLimit: options?.HttpPutResponseHopLimit ?? 2,
    instanceTags: options?.InstanceMetadataTags ?? 'disabled',
  };
}

/** Tags shown in metadata are paths there, which forbids some characters in their keys. */
export function checkMetadataTags(options: MetadataOptionsRow, tags: Readonly<Record<string, string>>): void {
  if (options.instanceTags === 'disabled') return;
  const bad = Object.keys(tags).find(
    (key) => !/^[0-9a-zA-Z\-_+=,.@:]{1,255}$/.test(key) || ['.', '..', '_index'].includes(key),
  );
  if (bad !== undefined)
    throw invalidValue(
      `'${bad}' is not a valid tag key. Tag keys must match pattern ([0-9a-zA-Z\\-_+=,.@:]{1,255}), and must not be a reserved name ('.', '..', '_index')`,
    );
}

/** Makes one instance with its interface and disk; it is pending until its machine has booted. */
export function makeInstance(
  { state, parts }: Ec2Context,
  launch: Launch,
  {
    reservationId,
    launchIndex,
    clientToken,
  }: { reservationId: string; launchIndex: number; clientToken: string | undefined },
): string {
  const id = newId('i');
  const now = parts.clock.now();
  const { subnet, groups, isPublic: autoPublic, privateAddress } = launch;
  const nic = makeInterface(state, {
    subnet,
    groups,
    description: '',
    hostId: id,
    autoPublic,
    privateAddress,
    now,
  });
  const volume = makeVolume(launch, id, now);
  state.volumes.set(volume.id, volume);
  const row: InstanceRow = {
    id,
    reservationId,
    launchIndex,
    imageId: launch.imageId,
    instanceType: launch.instanceType,
    architecture: launch.architecture,
    zone: subnet.zone,
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    privateAddress: nic.privateAddress,
    interfaceId: nic.id,
    volumeId: volume.id,
    volumeStays: !launch.disk.deleteOnTermination,
    metadataOptions: launch.metadataOptions,
    monitoring: launch.monitoring,
    ebsOptimized: launch.ebsOptimized,
    shutdownBehavior: launch.shutdownBehavior,
    disableApiTermination: launch.disableApiTermination,
    disableApiStop: launch.disableApiStop,
    state: 'pending',
    hasBooted: false,
    needsBoot: true,
    isImpaired: false,
    launchedAt: now,
    ...(launch.market && { spot: newSpotRow(launch.market) }),
    ...(clientToken !== undefined && { clientToken }),
    ...(launch.userData !== undefined && { userData: launch.userData }),
    ...(launch.profile && {
      profile: { ...launch.profile, associationId: newId('iip-assoc'), associatedAt: now },
    }),
  };
  state.instances.set(id, row);
  addTags(state, id, launch.tags.instance ?? {});
  addTags(state, volume.id, launch.tags.volume ?? {});
  addTags(state, nic.id, launch.tags['network-interface'] ?? {});
  return id;
}

const makeVolume = ({ disk, subnet, snapshotId }: Launch, instanceId: string, now: number): VolumeRow => ({
  id: newId('vol'),
  zone: subnet.zone,
  size: disk.size,
  type: disk.type,
  iops: disk.iops,
  throughput: disk.throughput,
  encrypted: disk.encrypted,
  ...(snapshotId !== undefined && { snapshotId }),
  instanceId,
  createdAt: now,
});
