import type {
  CopySnapshotCommandInput,
  CopySnapshotCommandOutput,
  CreateSnapshotCommandInput,
  CreateSnapshotCommandOutput,
  DeleteSnapshotCommandInput,
  DescribeSnapshotsCommandInput,
  DescribeSnapshotsCommandOutput,
  Snapshot,
} from '@aws-sdk/client-ec2';
import { AwsError, type Answer, type Call } from '../../endpoint/service.ts';
import { find, listed, type Ec2Context } from './context.ts';
import { invalidValue, missing } from './errors.ts';
import { select, type FilterTable } from './filters.ts';
import { newId } from './ids.ts';
import { accept, page } from './requests.ts';
import type { SnapshotRow } from './state.ts';
import { addTags, requestedTags, tagsOf } from './tags.ts';

const filters: FilterTable<Snapshot> = {
  description: (row) => row.Description,
  encrypted: (row) => row.Encrypted,
  'owner-id': (row) => row.OwnerId,
  progress: (row) => row.Progress,
  'snapshot-id': (row) => row.SnapshotId,
  'start-time': (row) => row.StartTime?.toISOString(),
  status: (row) => row.State,
  'volume-id': (row) => row.VolumeId,
  'volume-size': (row) => row.VolumeSize,
};

type Wanted = Pick<SnapshotRow, 'volumeId' | 'volumeSize' | 'encrypted' | 'source' | 'description'> & {
  readonly awaitsReboot?: boolean;
};

/** Makes a snapshot and begins to take it, unless it waits for a reboot. */
export function makeSnapshot(
  { state, parts, copies }: Ec2Context,
  { awaitsReboot = false, ...wanted }: Wanted,
  tags: Readonly<Record<string, string>> = {},
): SnapshotRow {
  const made = { createdAt: parts.clock.now(), state: 'pending', progress: 0 } as const;
  const row: SnapshotRow = { id: newId('snap'), ...wanted, ...made, awaitsReboot };
  state.snapshots.set(row.id, row);
  addTags(state, row.id, tags);
  if (!awaitsReboot) copies.takeSnapshot(row.id);
  return row;
}

/** Why a snapshot cannot go; undefined: nothing needs it. */
export function userOfSnapshot({ state }: Ec2Context, id: string): string | undefined {
  return [...state.images.values()].find(({ snapshotId }) => snapshotId === id)?.id;
}

/** Removes a snapshot with its disk, when nobody copies from it any more. */
export function removeSnapshot({ state, parts, copies }: Ec2Context, id: string): void {
  const row = state.snapshots.get(id);
  state.snapshots.delete(id);
  state.tags.delete(id);
  // One that is still being taken is discarded when it is whole.
  if (row?.state !== 'pending' || row.awaitsReboot)
    void copies.idle(id).then(() => parts.instances.discard(id));
}

export function snapshotOperations(context: Ec2Context) {
  const { state, parts } = context;

  const shown = (row: SnapshotRow): Snapshot => ({
    SnapshotId: row.id,
    Description: row.description,
    VolumeId: row.volumeId,
    VolumeSize: row.volumeSize,
    Encrypted: row.encrypted,
    OwnerId: parts.account,
    State: row.state,
    Progress: `${row.progress}%`,
    StartTime: new Date(row.createdAt),
    StorageTier: 'standard',
    Tags: tagsOf(state, row.id),
    ...(row.stateMessage !== undefined && { StateMessage: row.stateMessage }),
  });

  return {
    CreateSnapshot(
      input: CreateSnapshotCommandInput,
      call: Call,
    ): Answer<Omit<CreateSnapshotCommandOutput, '$metadata'>> {
      accept('CreateSnapshot', input, ['VolumeId', 'Description', 'TagSpecifications']);
      const tags = requestedTags(input.TagSpecifications, ['snapshot'], call);
      const volume = find(state.volumes, 'volume', input.VolumeId);
      if (volume.state !== undefined)
        throw new AwsError('IncorrectState', `The volume '${volume.id}' is '${volume.state}'.`);
      return shown(
        makeSnapshot(
          context,
          {
            volumeId: volume.id,
            volumeSize: volume.size,
            encrypted: volume.encrypted,
            source: volume.instanceId ?? volume.id,
            description: checkedDescription(input.Description),
          },
          tags.snapshot,
        ),
      );
    },

    /** Within the region: there is no other one. */
    CopySnapshot(input: CopySnapshotCommandInput, call: Call): Answer<CopySnapshotCommandOutput> {
      accept('CopySnapshot', input, [
        ...['SourceRegion', 'SourceSnapshotId', 'Description', 'Encrypted', 'TagSpecifications'],
        // The SDK adds them by itself.
        ...['DestinationRegion', 'PresignedUrl'],
      ]);
      const tags = requestedTags(input.TagSpecifications, ['snapshot'], call);
      if (input.SourceRegion === undefined) throw missing('SourceRegion');
      const source = find(state.snapshots, 'snapshot', input.SourceSnapshotId);
      if (input.SourceRegion !== parts.region)
        throw invalidValue(`The region ${input.SourceRegion} is not reachable from this local cloud.`);
      ensureCompleted(source);
      const { id, Tags } = withTags(
        makeSnapshot(
          context,
          {
            // As AWS shows copies: of no volume that exists.
            volumeId: 'vol-ffffffffffffffff0',
            volumeSize: source.volumeSize,
            encrypted: source.encrypted || input.Encrypted === true,
            source: source.id,
            description: checkedDescription(input.Description),
          },
          tags.snapshot,
        ),
      );
      return { SnapshotId: id, Tags };
    },

    DescribeSnapshots(input: DescribeSnapshotsCommandInput): Answer<DescribeSnapshotsCommandOutput> {
      accept('DescribeSnapshots', input, [
        ...['SnapshotIds', 'OwnerIds', 'RestorableByUserIds', 'Filters', 'MaxResults', 'NextToken'],
      ]);
      const isOurs = (who: readonly string[] | undefined): boolean =>
        !who?.length || who.includes('self') || who.includes(parts.account);
      const all =
        isOurs(input.OwnerIds) && isOurs(input.RestorableByUserIds)
          ? listed(state.snapshots, 'snapshot', input.SnapshotIds).map(shown)
          : [];
      const { rows, ...next } = page(select(all, input.Filters, filters), input);
      return { Snapshots: [...rows], ...next };
    },

    DeleteSnapshot(input: DeleteSnapshotCommandInput) {
      accept('DeleteSnapshot', input, ['SnapshotId']);
      const { id } = find(state.snapshots, 'snapshot', input.SnapshotId);
      const user = userOfSnapshot(context, id);
      if (user !== undefined)
        throw new AwsError('InvalidSnapshot.InUse', `The snapshot ${id} is currently in use by ${user}`);
      removeSnapshot(context, id);
      return {};
    },
  };

  function withTags({ id }: SnapshotRow) {
    return { id, Tags: tagsOf(state, id) };
  }
}

export function ensureCompleted({ id, state }: SnapshotRow): void {
  if (state !== 'completed')
    throw new AwsError('IncorrectState', `Snapshot is in invalid state - ${state}: ${id}`);
}

function checkedDescription(text = ''): string {
  if (text.length > 255) throw invalidValue('Description must not be longer than 255 characters.');
  return text;
}
