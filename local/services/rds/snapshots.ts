import type {
  CreateDBClusterSnapshotCommandInput,
  CreateDBSnapshotCommandInput,
  DeleteDBClusterSnapshotCommandInput,
  DeleteDBSnapshotCommandInput,
  DescribeDBClusterSnapshotsCommandInput,
  DescribeDBSnapshotsCommandInput,
} from '@aws-sdk/client-rds';
import { AwsError } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import { findCluster } from './clusters.ts';
import { clusterSnapshotNotFound, invalidMarker, refuseUnbacked, snapshotNotFound } from './errors.ts';
import { findInstance } from './instances.ts';
import type { Keeping } from './keeping.ts';
import type { DatabasePlane } from './mariadb/plane.ts';
import { checkId } from './names.ts';
import { clusterKey, instanceKey, type DatabaseState, type StoredSnapshot } from './state.ts';
import { checkTags } from './tags.ts';
import { clusterSnapshotView, instanceSnapshotView } from './views.ts';

type Kind = StoredSnapshot['kind'];

/** Snapshots: the data of an instance or a cluster at a moment. They outlive what they were made of. */
export function snapshotOperations(
  parts: Parts,
  state: DatabaseState,
  keeper: Keeping,
  plane: DatabasePlane,
) {
  function create(key: string, id: string, tags: CreateDBSnapshotCommandInput['Tags']): StoredSnapshot {
    const made = newSnapshot(parts, state, key, id, checkTags(tags ?? []));
    void keeper.bringUp(key);
    return made;
  }

  function remove(kind: Kind, id: string | undefined): StoredSnapshot {
    const found = findSnapshot(state, kind, id);
    if (found.status === 'creating')
      throw new AwsError(
        kind === 'cluster' ? 'InvalidDBClusterSnapshotStateFault' : 'InvalidDBSnapshotState',
        `The snapshot ${found.id} is still being made.`,
      );
    state.snapshots.delete(found.id);
    plane.removeSnapshot(found.id);
    return found;
  }

  interface Question {
    readonly id: string | undefined;
    readonly source: string | undefined;
    readonly type: string | undefined;
    readonly marker: string | undefined;
    readonly size: number | undefined;
  }

  function list(kind: Kind, { id, source, type, marker, size }: Question) {
    if (id !== undefined) findSnapshot(state, kind, id);
    const found = [...state.snapshots.values()].filter(
      (one) =>
        one.kind === kind &&
        (id === undefined || one.id === id.toLowerCase()) &&
        (source === undefined || one.source === source.toLowerCase()) &&
        (type === undefined || one.type === type),
    );
    return page(found, size ?? 100, marker, invalidMarker);
  }

  return {
    CreateDBSnapshot(input: CreateDBSnapshotCommandInput) {
      const instance = findInstance(state, input.DBInstanceIdentifier);
      if (instance.cluster !== undefined)
        throw new AwsError(
          'InvalidDBInstanceState',
          `${instance.id} is a member of a cluster: snapshot the cluster.`,
        );
      const made = create(
        instanceKey(instance),
        checkId('DBSnapshotIdentifier', input.DBSnapshotIdentifier),
        input.Tags,
      );
      return { DBSnapshot: instanceSnapshotView(made, parts) };
    },

    CreateDBClusterSnapshot(input: CreateDBClusterSnapshotCommandInput) {
      const cluster = findCluster(state, input.DBClusterIdentifier);
      const made = create(
        clusterKey(cluster.id),
        checkId('DBClusterSnapshotIdentifier', input.DBClusterSnapshotIdentifier),
        input.Tags,
      );
      return { DBClusterSnapshot: clusterSnapshotView(made, parts) };
    },

    DescribeDBSnapshots(input: DescribeDBSnapshotsCommandInput) {
      refuseUnbacked(input, [
        'DBInstanceIdentifier',
        'DBSnapshotIdentifier',
        'SnapshotType',
        'MaxRecords',
        'Marker',
      ]);
      const { items, nextToken } = list('instance', {
        id: input.DBSnapshotIdentifier,
        source: input.DBInstanceIdentifier,
        type: input.SnapshotType,
        marker: input.Marker,
        size: input.MaxRecords,
      });
      return {
        DBSnapshots: items.map((one) => instanceSnapshotView(one, parts)),
        ...(nextToken && { Marker: nextToken }),
      };
    },

    DescribeDBClusterSnapshots(input: DescribeDBClusterSnapshotsCommandInput) {
      refuseUnbacked(input, [
        'DBClusterIdentifier',
        'DBClusterSnapshotIdentifier',
        'SnapshotType',
        'MaxRecords',
        'Marker',
      ]);
      const { items, nextToken } = list('cluster', {
        id: input.DBClusterSnapshotIdentifier,
        source: input.DBClusterIdentifier,
        type: input.SnapshotType,
        marker: input.Marker,
        size: input.MaxRecords,
      });
      return {
        DBClusterSnapshots: items.map((one) => clusterSnapshotView(one, parts)),
        ...(nextToken && { Marker: nextToken }),
      };
    },

    DeleteDBSnapshot: (input: DeleteDBSnapshotCommandInput) => ({
      DBSnapshot: instanceSnapshotView(remove('instance', input.DBSnapshotIdentifier), parts),
    }),

    DeleteDBClusterSnapshot: (input: DeleteDBClusterSnapshotCommandInput) => ({
      DBClusterSnapshot: clusterSnapshotView(remove('cluster', input.DBClusterSnapshotIdentifier), parts),
    }),
  };
}

/** Notes a snapshot to be made; whoever brings the group up makes it. */
export function newSnapshot(
  { clock }: Parts,
  state: DatabaseState,
  key: string,
  id: string,
  tags: StoredSnapshot['tags'] = [],
): StoredSnapshot {
  const [kind, source = ''] = key.split(':');
  if (state.snapshots.has(id))
    throw new AwsError(
      kind === 'cluster' ? 'DBClusterSnapshotAlreadyExistsFault' : 'DBSnapshotAlreadyExists',
      `Cannot create the snapshot because a snapshot with the identifier ${id} already exists.`,
    );
  const group = state.groups.get(key);
  const from = kind === 'cluster' ? state.clusters.get(source) : state.instances.get(source);
  if (!group || !from) throw new Error(`There is no ${key}.`);
  const { port, username, password, databaseName, vpcId } = group;
  const made: StoredSnapshot = {
    id,
    kind: kind === 'cluster' ? 'cluster' : 'instance',
    type: 'manual',
    source,
    of: key,
    status: 'creating',
    created: clock.now(),
    from,
    group: { port, username, password, vpcId, ...(databaseName !== undefined && { databaseName }) },
    tags: [...(from.copyTagsToSnapshot ? from.tags : []), ...tags],
  };
  state.snapshots.set(id, made);
  return made;
}

export function findSnapshot(state: DatabaseState, kind: Kind, given: string | undefined): StoredSnapshot {
  // A snapshot is also named by its ARN.
  const id = (given ?? '').toLowerCase().split(':').at(-1) ?? '';
  const found = state.snapshots.get(id);
  if (found?.kind !== kind) throw kind === 'cluster' ? clusterSnapshotNotFound(id) : snapshotNotFound(id);
  return found;
}
