import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  Tag,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import type { Collection } from '../../store.ts';
import { invalidValue } from './errors.ts';
import type { CloudWatchState } from './state.ts';

const tagsPerAlarm = 50;

/** Tags of alarms and dashboards. */
export function tagOperations(state: CloudWatchState) {
  const collections = [state.alarms, state.composites, state.dashboards] as const;

  /** The thing behind an ARN, and how its tags are kept. */
  function find(arn: string | undefined): { tags: readonly Tag[]; keep: (tags: Tag[]) => void } {
    for (const collection of collections) {
      const found = [...collection.values()].find((one) => one.arn === arn);
      if (!found) continue;
      const keep = (tags: Tag[]): void => {
        (collection as Collection<{ tags: Tag[] }>).set(found.name, { ...found, tags });
      };
      return { tags: found.tags, keep };
    }
    throw new AwsError('ResourceNotFoundException', `Unknown resource: ${arn ?? ''}`, 404);
  }

  return {
    async TagResource(input: TagResourceCommandInput): Promise<Record<string, never>> {
      const { tags, keep } = find(input.ResourceARN);
      const added = input.Tags ?? [];
      keep(checkTags([...tags.filter(({ Key }) => !added.some((tag) => tag.Key === Key)), ...added]));
      return {};
    },

    async UntagResource(input: UntagResourceCommandInput): Promise<Record<string, never>> {
      const { tags, keep } = find(input.ResourceARN);
      keep(tags.filter(({ Key }) => !input.TagKeys?.includes(Key ?? '')));
      return {};
    },

    async ListTagsForResource(
      input: ListTagsForResourceCommandInput,
    ): Promise<Answer<ListTagsForResourceCommandOutput>> {
      return { Tags: [...find(input.ResourceARN).tags] };
    },
  };
}

export function checkTags(tags: readonly Tag[]): Tag[] {
  if (tags.length > tagsPerAlarm) throw invalidValue(`An alarm can have at most ${tagsPerAlarm} tags.`);
  if (tags.some(({ Key }) => !Key || Key.startsWith('aws:')))
    throw invalidValue('Tag keys must not be empty or start with aws:.');
  return [...tags];
}
