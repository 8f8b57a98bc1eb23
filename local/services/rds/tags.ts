import type {
  AddTagsToResourceCommandInput,
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  RemoveTagsFromResourceCommandInput,
  Tag,
} from '@aws-sdk/client-rds';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import type { Collection } from '../../store.ts';
import {
  clusterNotFound,
  clusterSnapshotNotFound,
  instanceNotFound,
  invalidValue,
  snapshotNotFound,
  subnetGroupNotFound,
} from './errors.ts';
import type { DatabaseState } from './state.ts';

const tagsPerResource = 50;

/** Tags of instances, clusters, subnet groups and snapshots. */
export function tagOperations(state: DatabaseState) {
  function change(arn: string | undefined, edit: (tags: readonly Tag[]) => Tag[]) {
    const { collection, key, item } = find(state, arn ?? '');
    const tags = edit(item.tags);
    collection.set(key, { ...item, tags });
    return {};
  }
  return {
    AddTagsToResource(input: AddTagsToResourceCommandInput): Record<string, never> {
      const added = checkTags(input.Tags ?? []);
      return change(input.ResourceName, (tags) =>
        checkTags([...tags.filter(({ Key }) => !added.some((tag) => tag.Key === Key)), ...added]),
      );
    },

    RemoveTagsFromResource(input: RemoveTagsFromResourceCommandInput): Record<string, never> {
      return change(input.ResourceName, (tags) =>
        tags.filter(({ Key }) => !input.TagKeys?.includes(Key ?? '')),
      );
    },

    ListTagsForResource(input: ListTagsForResourceCommandInput): Answer<ListTagsForResourceCommandOutput> {
      return { TagList: find(state, input.ResourceName ?? '').item.tags };
    },
  };
}

export function checkTags(tags: readonly Tag[]): Tag[] {
  if (tags.length > tagsPerResource)
    throw new AwsError('TagQuotaPerResourceExceeded', `A resource has at most ${tagsPerResource} tags.`);
  const keys = tags.map(({ Key }) => Key);
  if (new Set(keys).size < keys.length) throw invalidValue('Tag keys must be unique.');
  if (keys.some((key) => !key || key.startsWith('aws:')))
    throw invalidValue("Tag keys must not be empty or start with 'aws:'.");
  return tags.map(({ Key, Value = '' }) => ({ Key, Value }));
}

interface Tagged {
  readonly collection: Collection<{ tags: Tag[] }>;
  readonly key: string;
  readonly item: { tags: Tag[] };
}

function find(state: DatabaseState, arn: string): Tagged {
  const [, , service, , , kind = '', key = ''] = arn.split(':');
  const places: Record<string, [Collection<{ tags: Tag[] }>, (what: string) => AwsError]> = {
    db: [state.instances, instanceNotFound],
    cluster: [state.clusters, clusterNotFound],
    subgrp: [state.subnetGroups, subnetGroupNotFound],
    snapshot: [state.snapshots, snapshotNotFound],
    'cluster-snapshot': [state.snapshots, clusterSnapshotNotFound],
  };
  const [collection, notFound] = places[kind] ?? [];
  if (service !== 'rds' || !collection || !notFound) throw invalidValue(`Invalid resource name: ${arn}`);
  const item = collection.get(key);
  if (!item) throw notFound(key);
  return { collection, key, item };
}
