import type {
  AddTagsToResourceCommandInput,
  AddTagsToResourceCommandOutput,
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  RemoveTagsFromResourceCommandInput,
  RemoveTagsFromResourceCommandOutput,
  Tag,
} from '@aws-sdk/client-elasticache';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import type { Collection } from '../../store.ts';
import {
  clusterNotFound,
  groupNotFound,
  invalidValue,
  parameterGroupNotFound,
  subnetGroupNotFound,
} from './errors.ts';
import type { CacheState } from './state.ts';

const tagsPerResource = 50;

/** Tags of replication groups (their nodes share them), subnet groups and parameter groups. */
export function tagOperations(state: CacheState) {
  function change(arn: string | undefined, edit: (tags: readonly Tag[]) => Tag[]) {
    const { collection, key, item } = find(state, arn ?? '');
    const tags = edit(item.tags);
    collection.set(key, { ...item, tags });
    return { TagList: tags };
  }
  return {
    AddTagsToResource(input: AddTagsToResourceCommandInput): Answer<AddTagsToResourceCommandOutput> {
      const added = checkTags(input.Tags ?? []);
      return change(input.ResourceName, (tags) =>
        checkTags([...tags.filter(({ Key }) => !added.some((tag) => tag.Key === Key)), ...added]),
      );
    },

    RemoveTagsFromResource(
      input: RemoveTagsFromResourceCommandInput,
    ): Answer<RemoveTagsFromResourceCommandOutput> {
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

function find(state: CacheState, arn: string): Tagged {
  const [, , service, , , kind = '', name = ''] = arn.split(':');
  const places: Record<string, [Collection<{ tags: Tag[] }>, (what: string) => AwsError]> = {
    replicationgroup: [state.groups, groupNotFound],
    cluster: [state.groups, clusterNotFound],
    subnetgroup: [state.subnetGroups, subnetGroupNotFound],
    parametergroup: [state.parameterGroups, parameterGroupNotFound],
  };
  const [collection, notFound] = places[kind] ?? [];
  if (service !== 'elasticache' || !collection || !notFound)
    throw new AwsError('InvalidARN', `${arn} is not an ARN of a resource of ElastiCache.`);
  const group = [...state.groups.values()].find(({ nodes }) => nodes.some(({ id }) => id === name));
  const key = kind === 'cluster' ? (group?.id ?? '') : name;
  const item = collection.get(key);
  if (!item) throw notFound(name);
  return { collection, key, item };
}
