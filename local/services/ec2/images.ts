import type {
  BlockDeviceMapping,
  CreateImageCommandInput,
  CreateImageCommandOutput,
  DeregisterImageCommandInput,
  DeregisterImageCommandOutput,
  DescribeImagesCommandInput,
  DescribeImagesCommandOutput,
  Image,
  RegisterImageCommandInput,
  RegisterImageCommandOutput,
} from '@aws-sdk/client-ec2';
import { AwsError, type Answer, type Call } from '../../endpoint/service.ts';
import { machineArchitecture, rootDevice } from './base-image.ts';
import { find, type Ec2Context } from './context.ts';
import { invalidCombination, invalidValue, missing, notFound, unsupported } from './errors.ts';
import { select, type FilterTable } from './filters.ts';
import { newId } from './ids.ts';
import { amazon, baseDisk, shownBaseImage, shownImage } from './image-shape.ts';
import { accept, page } from './requests.ts';
import { ensureCompleted, makeSnapshot, removeSnapshot, userOfSnapshot } from './snapshots.ts';
import type { ImageRow, InstanceRow, VolumeRow } from './state.ts';
import { addTags, requestedTags } from './tags.ts';
import { diskOf } from './volumes.ts';

const filters: FilterTable<Image> = {
  architecture: (image) => image.Architecture,
  'block-device-mapping.device-name': (image) =>
    image.BlockDeviceMappings?.map(({ DeviceName }) => DeviceName) ?? [],
  'block-device-mapping.encrypted': (image) =>
    image.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.Encrypted) ?? [],
  'block-device-mapping.snapshot-id': (image) =>
    image.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.SnapshotId) ?? [],
  'creation-date': (image) => image.CreationDate,
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
  'source-instance-id': (image) => image.SourceInstanceId,
  state: (image) => image.State,
  'virtualization-type': (image) => image.VirtualizationType,
};

export function imageOperations(context: Ec2Context) {
  const { state, parts, lifecycle } = context;

  const all = (): Image[] => [
    shownBaseImage(),
    ...[...state.images.values()].map((row) => shownImage(context, row)),
  ];

  const keep = (image: Omit<ImageRow, 'id' | 'createdAt' | 'launchPermissions'>, tags: Tags): ImageRow => {
    const row = { id: newId('ami'), ...image, createdAt: parts.clock.now(), launchPermissions: [] };
    state.images.set(row.id, row);
    addTags(state, row.id, tags.image ?? {});
    return row;
  };

  /** An instance that runs is shut down for its snapshot, and boots again, unless that is declined. */
  const snapshotOf = (
    row: InstanceRow,
    volume: VolumeRow,
    isLive: boolean,
    description: string,
    tags: Tags,
  ) => {
    const awaitsReboot = row.state === 'running' && !isLive;
    const { id } = makeSnapshot(
      context,
      {
        volumeId: volume.id,
        volumeSize: volume.size,
        encrypted: volume.encrypted,
        source: row.id,
        description,
        awaitsReboot,
      },
      tags.snapshot,
    );
    if (awaitsReboot) {
      state.instances.set(row.id, { ...row, needsBoot: true });
      void lifecycle.settle(row.id);
    }
    return id;
  };

  return {
    CreateImage(input: CreateImageCommandInput, call: Call): Answer<CreateImageCommandOutput> {
      accept('CreateImage', input, [
        ...['InstanceId', 'Name', 'Description', 'NoReboot', 'BlockDeviceMappings', 'TagSpecifications'],
      ]);
      const tags = requestedTags(input.TagSpecifications, ['image', 'snapshot'], call);
      const row = find(state.instances, 'instance', input.InstanceId);
      const name = checkedName(context, input.Name);
      const volume = state.volumes.get(row.volumeId);
      if (!['running', 'stopped'].includes(row.state) || !volume)
        throw new AwsError(
          'IncorrectInstanceState',
          `Instance '${row.id}' is not in state 'running' or 'stopped'.`,
        );
      const disk = diskOf(rootMapping(input.BlockDeviceMappings, 'CreateImage'), {
        ...volume,
        deleteOnTermination: !row.volumeStays,
      });
      if (disk.encrypted !== volume.encrypted)
        throw invalidCombination('The encrypted flag of a snapshot is that of its volume.');
      const { id } = keep(
        {
          name,
          description: input.Description ?? '',
          architecture: row.architecture,
          sourceInstanceId: row.id,
          sourceImageId: row.imageId,
          snapshotId: snapshotOf(
            row,
            volume,
            input.NoReboot === true,
            `Created by CreateImage(${row.id}) for ${name}`,
            tags,
          ),
          disk,
        },
        tags,
      );
      return { ImageId: id };
    },

    RegisterImage(input: RegisterImageCommandInput, call: Call): Answer<RegisterImageCommandOutput> {
      accept('RegisterImage', input, [
        ...['Name', 'Description', 'Architecture', 'RootDeviceName', 'BlockDeviceMappings'],
        ...['VirtualizationType', 'EnaSupport', 'TagSpecifications'],
      ]);
      const tags = requestedTags(input.TagSpecifications, ['image'], call);
      const name = checkedName(context, input.Name);
      if ((input.RootDeviceName ?? rootDevice) !== rootDevice)
        throw unsupported(`RegisterImage: RootDeviceName ${input.RootDeviceName ?? ''}`);
      if ((input.VirtualizationType ?? 'hvm') !== 'hvm')
        throw unsupported(`RegisterImage: VirtualizationType ${input.VirtualizationType ?? ''}`);
      const architecture = input.Architecture ?? machineArchitecture;
      if (architecture !== machineArchitecture)
        throw invalidValue(
          `The architecture '${architecture}' is not that of this machine, ${machineArchitecture}.`,
        );
      const ebs = rootMapping(input.BlockDeviceMappings, 'RegisterImage');
      if (ebs?.SnapshotId === undefined) throw missing('BlockDeviceMappings.Ebs.SnapshotId');
      const snapshot = find(state.snapshots, 'snapshot', ebs.SnapshotId);
      ensureCompleted(snapshot);
      const { id } = keep(
        {
          name,
          description: input.Description ?? '',
          architecture,
          snapshotId: snapshot.id,
          disk: diskOf(ebs, {
            ...baseDisk,
            size: snapshot.volumeSize,
            encrypted: snapshot.encrypted,
          }),
        },
        tags,
      );
      return { ImageId: id };
    },

    DescribeImages(input: DescribeImagesCommandInput): Answer<DescribeImagesCommandOutput> {
      accept('DescribeImages', input, [
        ...['ImageIds', 'Owners', 'Filters', 'MaxResults', 'NextToken', 'ExecutableUsers'],
        ...['IncludeDeprecated', 'IncludeDisabled'],
      ]);
      const images = all();
      const unknown = input.ImageIds?.find((id) => !images.some(({ ImageId }) => ImageId === id));
      if (unknown !== undefined) throw notFound('image', unknown);
      const wanted = images.filter(
        (image) =>
          (!input.ImageIds?.length || input.ImageIds.includes(image.ImageId ?? '')) &&
          isOwnedBy(image, input.Owners, parts.account) &&
          isForEach(state.images.get(image.ImageId ?? ''), input.ExecutableUsers, parts.account),
      );
      const { rows, ...next } = page(select(wanted, input.Filters, filters), input, [1, 1000]);
      return { Images: [...rows], ...next };
    },

    DeregisterImage(input: DeregisterImageCommandInput): Answer<DeregisterImageCommandOutput> {
      accept('DeregisterImage', input, ['ImageId', 'DeleteAssociatedSnapshots']);
      const { id, snapshotId } = ownImage(context, input.ImageId);
      state.images.delete(id);
      state.tags.delete(id);
      if (input.DeleteAssociatedSnapshots !== true) return { Return: true };
      const user = userOfSnapshot(context, snapshotId);
      if (user === undefined) removeSnapshot(context, snapshotId);
      const ReturnCode = user === undefined ? 'success' : 'skipped';
      return { Return: true, DeleteSnapshotResults: [{ SnapshotId: snapshotId, ReturnCode }] };
    },
  };
}

type Tags = ReturnType<typeof requestedTags>;

/** An image of this account; Amazon's is not ours to change. */
export function ownImage({ state }: Ec2Context, id: string | undefined): ImageRow {
  if (id === shownBaseImage().ImageId)
    throw new AwsError('AuthFailure', `Not authorized for image:${id ?? ''}`, 403);
  return find(state.images, 'image', id);
}

function isOwnedBy(image: Image, owners: readonly string[] | undefined, account: string): boolean {
  if (!owners?.length) return true;
  const isOurs = image.OwnerId === account;
  return owners.some((owner) =>
    isOurs ? owner === 'self' || owner === account : owner === 'amazon' || owner === amazon,
  );
}

/** Images that somebody was given; Amazon's (no row) is for all. */
const isForEach = (
  row: ImageRow | undefined,
  users: readonly string[] | undefined,
  account: string,
): boolean =>
  (users ?? []).every((user) =>
    row === undefined ? user === 'all' : row.launchPermissions.includes(user === 'self' ? account : user),
  );

function checkedName({ state }: Ec2Context, name: string | undefined): string {
  if (name === undefined) throw missing('Name');
  if (!/^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/.test(name))
    throw new AwsError(
      'InvalidAMIName.Malformed',
      "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, and only the following characters: ( ) [ ] space . / - ' @ _",
    );
  const other = [...state.images.values()].find((image) => image.name === name);
  if (other)
    throw new AwsError('InvalidAMIName.Duplicate', `AMI name ${name} is already in use by AMI ${other.id}`);
  return name;
}

function rootMapping(
  mappings: readonly BlockDeviceMapping[] | undefined,
  operation: string,
): BlockDeviceMapping['Ebs'] {
  for (const mapping of mappings ?? []) {
    if (mapping.DeviceName !== rootDevice)
      throw unsupported(`${operation}: a disk besides the root device ${rootDevice}`);
    accept('BlockDeviceMappings', mapping, ['DeviceName', 'Ebs']);
    accept('Ebs', mapping.Ebs ?? {}, [
      ...['DeleteOnTermination', 'Encrypted', 'VolumeSize', 'VolumeType', 'Iops', 'Throughput', 'SnapshotId'],
    ]);
  }
  return mappings?.[0]?.Ebs;
}
