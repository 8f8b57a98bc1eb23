import type { DescribeImagesCommandInput, DescribeImagesCommandOutput, Image } from '@aws-sdk/client-ec2';
import { createHash } from 'node:crypto';
import { arch } from 'node:process';
import type { Answer } from '../../endpoint/service.ts';
import type { Ec2Context } from './context.ts';
import { notFound, unsupported } from './errors.ts';
import { select, type FilterTable } from './filters.ts';
import { accept, page } from './requests.ts';

export type Architecture = 'x86_64' | 'arm64';

export interface ImageRow {
  readonly id: string;
  readonly architecture: Architecture;
  readonly name: string;
}

/** Where the disk of every instance is attached. */
export const rootDevice = '/dev/xvda';
export const rootVolumeSize = 8;

export const machineArchitecture: Architecture = arch === 'arm64' ? 'arm64' : 'x86_64';

const released = '2026-11-02T00:00:00.000Z';
/** Amazon's own account for its Linux images. */
const amazon = '137112412989';

/** The one image: what `local/image` makes, on this machine's own architecture. Its id never changes. */
export function localImage(architecture: Architecture = machineArchitecture): ImageRow {
  const digest = createHash('sha256').update(`al2023 ${architecture}`).digest('hex');
  return {
    id: `ami-${digest.slice(0, 17)}`,
    architecture,
    name: `al2023-ami-2023.9.20261102.0-kernel-6.12-${architecture}`,
  };
}

const filters: FilterTable<Image> = {
  architecture: (image) => image.Architecture,
  'block-device-mapping.device-name': () => rootDevice,
  description: (image) => image.Description,
  'ena-support': (image) => image.EnaSupport,
  hypervisor: (image) => image.Hypervisor,
  'image-id': (image) => image.ImageId,
  'image-type': (image) => image.ImageType,
  'is-public': (image) => image.Public,
  name: (image) => image.Name,
  'owner-alias': (image) => image.ImageOwnerAlias,
  'owner-id': (image) => image.OwnerId,
  'root-device-name': (image) => image.RootDeviceName,
  'root-device-type': (image) => image.RootDeviceType,
  state: (image) => image.State,
  'virtualization-type': (image) => image.VirtualizationType,
};

export function imageOperations(_context: Ec2Context) {
  return {
    DescribeImages(input: DescribeImagesCommandInput): Answer<DescribeImagesCommandOutput> {
      accept('DescribeImages', input, [
        ...['ImageIds', 'Owners', 'Filters', 'MaxResults', 'NextToken', 'ExecutableUsers'],
        ...['IncludeDeprecated', 'IncludeDisabled'],
      ]);
      if (input.ExecutableUsers?.some((user) => user !== 'all'))
        throw unsupported('DescribeImages: ExecutableUsers');
      const image = shown(localImage());
      const unknown = input.ImageIds?.find((id) => id !== image.ImageId);
      if (unknown !== undefined) throw notFound('image', unknown);
      const isOwned =
        !input.Owners?.length || input.Owners.some((owner) => owner === 'amazon' || owner === amazon);
      const { rows, ...next } = page(
        select(isOwned ? [image] : [], input.Filters, filters),
        input,
        [1, 1000],
      );
      return { Images: [...rows], ...next };
    },
  };
}

function shown({ id, architecture, name }: ImageRow): Image {
  return {
    ImageId: id,
    Name: name,
    Description: `Amazon Linux 2023 ${architecture}, as far as this machine stands in for it`,
    Architecture: architecture,
    CreationDate: released,
    ImageLocation: `amazon/${name}`,
    ImageOwnerAlias: 'amazon',
    OwnerId: amazon,
    ImageType: 'machine',
    Public: true,
    State: 'available',
    PlatformDetails: 'Linux/UNIX',
    UsageOperation: 'RunInstances',
    Hypervisor: 'xen',
    VirtualizationType: 'hvm',
    EnaSupport: true,
    RootDeviceName: rootDevice,
    RootDeviceType: 'ebs',
    BlockDeviceMappings: [
      {
        DeviceName: rootDevice,
        Ebs: { DeleteOnTermination: true, Encrypted: false, VolumeSize: rootVolumeSize, VolumeType: 'gp3' },
      },
    ],
    Tags: [],
  };
}
