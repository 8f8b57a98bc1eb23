import type { BlockDeviceMapping, Image, VolumeType } from '@aws-sdk/client-ec2';
import { AwsError } from '../../endpoint/service.ts';
import { localImage, rootDevice, rootVolumeSize, type Architecture } from './base-image.ts';
import type { Ec2Context } from './context.ts';
import { notFound } from './errors.ts';
import type { ImageDiskRow, ImageRow } from './state.ts';
import { tagsOf } from './tags.ts';

const released = '2026-11-02T00:00:00.000Z';
/** Amazon's own account for its Linux images. */
export const amazon = '137112412989';

export const baseDisk: ImageDiskRow = {
  size: rootVolumeSize,
  type: 'gp3',
  iops: 3000,
  throughput: 125,
  encrypted: false,
  deleteOnTermination: true,
};

/** What a launch needs to know of an image. */
export interface LaunchableImage {
  readonly id: string;
  readonly architecture: Architecture;
  readonly disk: ImageDiskRow;
  /** Absent: Amazon's image. */
  readonly snapshotId?: string;
}

/** An image as its snapshot lets it be. */
export function imageState(
  { state }: Ec2Context,
  { snapshotId }: ImageRow,
): 'pending' | 'available' | 'failed' {
  const snapshot = state.snapshots.get(snapshotId);
  if (snapshot?.state === 'completed') return 'available';
  return snapshot?.state === 'pending' ? 'pending' : 'failed';
}

export function launchableImage(context: Ec2Context, id: string): LaunchableImage {
  const base = localImage();
  if (id === base.id) return { id, architecture: base.architecture, disk: baseDisk };
  const row = context.state.images.get(id);
  if (!row) throw notFound('image', id);
  if (imageState(context, row) !== 'available')
    throw new AwsError('InvalidAMIID.Unavailable', `The image ID '[${id}]' is not available`);
  return row;
}

const common = {
  ImageType: 'machine',
  PlatformDetails: 'Linux/UNIX',
  UsageOperation: 'RunInstances',
  Hypervisor: 'xen',
  VirtualizationType: 'hvm',
  EnaSupport: true,
  RootDeviceName: rootDevice,
  RootDeviceType: 'ebs',
} as const;

/** Amazon's image, which every machine is made of in the end. */
export function shownBaseImage(): Image {
  const { id, architecture, name } = localImage();
  return {
    ...common,
    ImageId: id,
    Name: name,
    Description: `Amazon Linux 2023 ${architecture}, as far as this machine stands in for it`,
    Architecture: architecture,
    CreationDate: released,
    ImageLocation: `amazon/${name}`,
    ImageOwnerAlias: 'amazon',
    OwnerId: amazon,
    Public: true,
    State: 'available',
    BlockDeviceMappings: [mappingOf(baseDisk)],
    Tags: [],
  };
}

/** An image of this account. */
export function shownImage(context: Ec2Context, row: ImageRow): Image {
  const { account } = context.parts;
  const State = imageState(context, row);
  return {
    ...common,
    ImageId: row.id,
    Name: row.name,
    ...(row.description !== '' && { Description: row.description }),
    Architecture: row.architecture,
    CreationDate: new Date(row.createdAt).toISOString(),
    ImageLocation: `${account}/${row.name}`,
    OwnerId: account,
    Public: row.launchPermissions.includes('all'),
    State,
    ...(State === 'failed' && {
      StateReason: { Code: 'Client.SnapshotFailed', Message: `The snapshot ${row.snapshotId} failed.` },
    }),
    ...(row.sourceInstanceId !== undefined && { SourceInstanceId: row.sourceInstanceId }),
    ...(row.sourceImageId !== undefined && { SourceImageId: row.sourceImageId }),
    BlockDeviceMappings: [mappingOf(row.disk, row.snapshotId)],
    Tags: tagsOf(context.state, row.id),
  };
}

export const mappingOf = (disk: ImageDiskRow, SnapshotId?: string): BlockDeviceMapping => ({
  DeviceName: rootDevice,
  Ebs: {
    DeleteOnTermination: disk.deleteOnTermination,
    Encrypted: disk.encrypted,
    VolumeSize: disk.size,
    VolumeType: disk.type as VolumeType,
    ...(SnapshotId !== undefined && { SnapshotId, Iops: disk.iops, Throughput: disk.throughput }),
  },
});
