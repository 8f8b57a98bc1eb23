import type {
  CreateOrUpdateTagsCommandInput,
  DeleteTagsCommandInput,
  DescribeTagsCommandInput,
  DescribeTagsCommandOutput,
  Tag,
  TagDescription,
} from '@aws-sdk/client-auto-scaling';
import type { Answer } from '../../endpoint/service.ts';
import type { AutoScalingContext } from './context.ts';
import { findGroup, invalid } from './errors.ts';
import { paged } from './paging.ts';
import type { GroupRow, TagRow } from './state.ts';

const mostTags = 50;

export const shownTags = ({ name, tags }: GroupRow): TagDescription[] =>
  tags.map(({ key, value, propagateAtLaunch }) => ({
    ResourceId: name,
    ResourceType: 'auto-scaling-group',
    Key: key,
    Value: value,
    PropagateAtLaunch: propagateAtLaunch,
  }));

/** Tags laid over those that are there. */
export function mergedTags(tags: readonly TagRow[], added: readonly Tag[]): TagRow[] {
  const merged = new Map(tags.map((tag) => [tag.key, tag]));
  for (const { Key: key = '', Value: value = '', PropagateAtLaunch: propagateAtLaunch = false } of added) {
    if (key.length < 1 || key.length > 128)
      throw invalid('Tag key must be between 1 and 128 characters long.');
    if (value.length > 256) throw invalid(`The value of tag ${key} is longer than 256 characters.`);
    if (key.toLowerCase().startsWith('aws:'))
      throw invalid(`Tag keys starting with aws: are reserved: ${key}`);
    merged.set(key, { key, value, propagateAtLaunch });
  }
  if (merged.size > mostTags) throw invalid(`A group can have at most ${mostTags} tags.`);
  return [...merged.values()];
}

export function tagOperations({ state }: AutoScalingContext) {
  const groupOf = ({ ResourceId: id, ResourceType: type }: Tag): GroupRow => {
    if (type !== undefined && type !== 'auto-scaling-group')
      throw invalid(`The resource type ${type} cannot be tagged.`);
    return findGroup(state, id);
  };

  return {
    CreateOrUpdateTags(input: CreateOrUpdateTagsCommandInput) {
      for (const tag of input.Tags ?? []) {
        const group = groupOf(tag);
        state.groups.set(group.name, { ...group, tags: mergedTags(group.tags, [tag]) });
      }
      return {};
    },

    DeleteTags(input: DeleteTagsCommandInput) {
      for (const tag of input.Tags ?? []) {
        const group = groupOf(tag);
        state.groups.set(group.name, { ...group, tags: group.tags.filter(({ key }) => key !== tag.Key) });
      }
      return {};
    },

    DescribeTags(input: DescribeTagsCommandInput): Answer<DescribeTagsCommandOutput> {
      const readers: Readonly<Record<string, (tag: TagDescription) => string>> = {
        'auto-scaling-group': ({ ResourceId: id = '' }) => id,
        key: ({ Key = '' }) => Key,
        value: ({ Value = '' }) => Value,
        'propagate-at-launch': ({ PropagateAtLaunch: propagates }) => String(propagates),
      };
      const tests = (input.Filters ?? []).map(({ Name = '', Values = [] }) => {
        const read = readers[Name];
        if (!read) throw invalid(`Filter name ${Name} is not valid.`);
        return (tag: TagDescription) => Values.includes(read(tag));
      });
      const all = [...state.groups.values()].flatMap(shownTags);
      const { items, next } = paged(
        all.filter((tag) => tests.every((test) => test(tag))),
        input,
      );
      return { Tags: items, ...next };
    },
  };
}
