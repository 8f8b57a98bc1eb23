import type {
  CreateVolumeCommandInput,
  CreateVolumeCommandOutput,
  DeleteVolumeCommandInput,
  DescribeVolumesCommandInput,
  DescribeVolumesCommandOutput,
  EbsBlockDevice,
  Volume,
  VolumeType,
} from '@aws-sdk/client-ec2';
import { AwsError, type Answer, type Call } from '../../endpoint/service.ts';
import { rootDevice } from './base-image.ts';
import { find, listed, type Ec2Context } from './context.ts';
import { missing } from './errors.ts';
import { select, type FilterTable } from './filters.ts';
import { newId } from './ids.ts';
import { accept, once, page } from './requests.ts';
import { ensureCompleted } from './snapshots.ts';
import type { ImageDiskRow, VolumeRow } from './state.ts';
import { addTags, requestedTags, tagsOf } from './tags.ts';
import { zoneNamed } from './zones.ts';

const filters: FilterTable<Volume> = {
  'attachment.delete-on-termination': (row) =>
    row.Attachments?.map(({ DeleteOnTermination }) => DeleteOnTermination) ?? [],
  'attachment.device': (row) => row.Attachments?.map(({ Device }) => Device) ?? [],
  'attachment.instance-id': (row) => row.Attachments?.map(({ InstanceId }) => InstanceId) ?? [],
  'availability-zone': (row) => row.AvailabilityZone,
  encrypted: (row) => row.Encrypted,
  size: (row) => row.Size,
  'snapshot-id': (row) => row.SnapshotId,
  status: (row) => row.State,
  'volume-id': (row) => row.VolumeId,
  'volume-type': (row) => row.VolumeType,
};

/**
 * The disks of instances, those that outlived them, and those made from snapshots. None can be attached: an instance
 * has its one disk. What is on one is reached by a snapshot of it, and an image of that.
 */
export function volumeOperations(context: Ec2Context) {
  const { state, parts, copies } = context;

  const shown = (row: VolumeRow): Volume => ({
    VolumeId: row.id,
    AvailabilityZone: row.zone,
    AvailabilityZoneId: zoneNamed(parts.region, row.zone).id,
    Size: row.size,
    VolumeType: row.type as VolumeType,
    Iops: row.iops,
    Throughput: row.throughput,
    Encrypted: row.encrypted,
    SnapshotId: row.snapshotId ?? '',
    MultiAttachEnabled: false,
    State: row.state ?? (row.instanceId === undefined ? 'available' : 'in-use'),
    CreateTime: new Date(row.createdAt),
    Attachments: attachments(row),
    Tags: tagsOf(state, row.id),
  });

  const attachments = ({ id, instanceId, createdAt }: VolumeRow): NonNullable<Volume['Attachments']> =>
    instanceId === undefined
      ? []
      : [
          {
            VolumeId: id,
            InstanceId: instanceId,
            Device: rootDevice,
            State: 'attached',
            AttachTime: new Date(createdAt),
            DeleteOnTermination: !(state.instances.get(instanceId)?.volumeStays ?? false),
          },
        ];

  return {
    async CreateVolume(
      input: CreateVolumeCommandInput,
      call: Call,
    ): Promise<Answer<CreateVolumeCommandOutput>> {
      accept('CreateVolume', input, [
        ...['AvailabilityZone', 'SnapshotId', 'Size', 'VolumeType', 'Iops', 'Throughput', 'Encrypted'],
        ...['ClientToken', 'TagSpecifications'],
      ]);
      const tags = requestedTags(input.TagSpecifications, ['volume'], call);
      // An empty disk would be of no use: nothing here could be given it.
      if (input.SnapshotId === undefined) throw missing('SnapshotId');
      const snapshot = find(state.snapshots, 'snapshot', input.SnapshotId);
      ensureCompleted(snapshot);
      const zone = zoneNamed(parts.region, input.AvailabilityZone ?? '').name;
      const size = input.Size ?? snapshot.volumeSize;
      ensureFits(size, snapshot.volumeSize);
      const [id = ''] = await once(context, 'CreateVolume', input, () => {
        const row: VolumeRow = {
          id: newId('vol'),
          zone,
          size,
          type: input.VolumeType ?? 'gp3',
          iops: input.Iops ?? 3000,
          throughput: input.Throughput ?? 125,
          encrypted: snapshot.encrypted || input.Encrypted === true,
          snapshotId: snapshot.id,
          state: 'creating',
          createdAt: parts.clock.now(),
        };
        state.volumes.set(row.id, row);
        addTags(state, row.id, tags.volume ?? {});
        copies.fillVolume(row.id);
        return [row.id];
      });
      return shown(find(state.volumes, 'volume', id));
    },

    DescribeVolumes(input: DescribeVolumesCommandInput): Answer<DescribeVolumesCommandOutput> {
      const rows = listed(state.volumes, 'volume', input.VolumeIds).map(shown);
      const { rows: cut, ...next } = page(select(rows, input.Filters, filters), input);
      return { Volumes: [...cut], ...next };
    },

    DeleteVolume(input: DeleteVolumeCommandInput) {
      accept('DeleteVolume', input, ['VolumeId']);
      const row = find(state.volumes, 'volume', input.VolumeId);
      if (row.instanceId !== undefined)
        throw new AwsError('VolumeInUse', `Volume ${row.id} is currently attached to ${row.instanceId}`);
      state.volumes.delete(row.id);
      state.tags.delete(row.id);
      if (row.state !== 'creating') void copies.idle(row.id).then(() => parts.instances.discard(row.id));
      return {};
    },
  };
}

/** A disk cannot be smaller than the snapshot that it is made from. */
export function ensureFits(size: number, snapshotSize: number): void {
  if (size < snapshotSize)
    throw new AwsError(
      'InvalidBlockDeviceMapping',
      `Volume of size ${size}GB is smaller than snapshot, expect size >= ${snapshotSize}GB`,
    );
}

/** What a disk is that is made from another: as a block device mapping says, and otherwise like that one. */
export function diskOf(ebs: EbsBlockDevice | undefined, source: ImageDiskRow): ImageDiskRow {
  const size = ebs?.VolumeSize ?? source.size;
  ensureFits(size, source.size);
  return {
    size,
    type: ebs?.VolumeType ?? source.type,
    iops: ebs?.Iops ?? source.iops,
    throughput: ebs?.Throughput ?? source.throughput,
    encrypted: ebs?.Encrypted ?? source.encrypted,
    deleteOnTermination: ebs?.DeleteOnTermination ?? source.deleteOnTermination,
  };
}
