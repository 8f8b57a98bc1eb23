import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  Tag,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-efs';
import type { Answer } from '../../endpoint/service.ts';
import type { Collection } from '../../store.ts';
import { findAccessPoint } from './access-points.ts';
import { badRequest } from './errors.ts';
import { findFileSystem } from './file-systems.ts';
import type { FilesState } from './state.ts';

const tagsPerResource = 50;

/** Tags of file systems and access points. */
export function tagOperations(state: FilesState) {
  function change(given: string | undefined, edit: (tags: readonly Tag[]) => Tag[]): Record<string, never> {
    const { collection, item } = find(state, given ?? '');
    collection.set(item.id, { ...item, tags: edit(item.tags) });
    return {};
  }
  return {
    TagResource(input: TagResourceCommandInput): Record<string, never> {
      const added = checkTags(input.Tags ?? []);
      return change(input.ResourceId, (tags) =>
        checkTags([...tags.filter(({ Key }) => !added.some((tag) => tag.Key === Key)), ...added]),
      );
    },
    UntagResource(input: UntagResourceCommandInput): Record<string, never> {
      return change(input.ResourceId, (tags) =>
        tags.filter(({ Key }) => !input.TagKeys?.includes(Key ?? '')),
      );
    },
    ListTagsForResource(input: ListTagsForResourceCommandInput): Answer<ListTagsForResourceCommandOutput> {
      return { Tags: find(state, input.ResourceId ?? '').item.tags };
    },
  };
}

export function checkTags(tags: readonly Tag[]): Tag[] {
  const keys = tags.map(({ Key }) => Key);
  if (tags.length > tagsPerResource) throw badRequest(`A resource has at most ${tagsPerResource} tags.`);
  if (new Set(keys).size < keys.length) throw badRequest('Tag keys must be unique.');
  if (keys.some((key) => !key || key.startsWith('aws:')))
    throw badRequest("Tag keys must not be empty or start with 'aws:'.");
  return tags.map(({ Key, Value }) => ({ Key, Value: Value ?? '' }));
}

interface Tagged {
  readonly collection: Collection<{ id: string; tags: Tag[] }>;
  readonly item: { id: string; tags: Tag[] };
}

const find = (state: FilesState, given: string): Tagged =>
  given.includes('fsap-')
    ? { collection: state.accessPoints, item: findAccessPoint(state, given) }
    : { collection: state.fileSystems, item: findFileSystem(state, given) };
