import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  Tag,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { invalidValue } from './errors.ts';
import type { CloudWatchState, StoredAlarm } from './state.ts';

const tagsPerAlarm = 50;

/** Tags of alarms. */
export function tagOperations(state: CloudWatchState) {
  function find(arn: string | undefined): StoredAlarm {
    const found = [...state.alarms.values()].find((alarm) => alarm.arn === arn);
    if (!found) throw new AwsError('ResourceNotFoundException', `Unknown resource: ${arn ?? ''}`, 404);
    return found;
  }

  return {
    async TagResource(input: TagResourceCommandInput): Promise<Record<string, never>> {
      const alarm = find(input.ResourceARN);
      const added = input.Tags ?? [];
      const kept = alarm.tags.filter(({ Key }) => !added.some((tag) => tag.Key === Key));
      state.alarms.set(alarm.name, { ...alarm, tags: checkTags([...kept, ...added]) });
      return {};
    },

    async UntagResource(input: UntagResourceCommandInput): Promise<Record<string, never>> {
      const alarm = find(input.ResourceARN);
      state.alarms.set(alarm.name, {
        ...alarm,
        tags: alarm.tags.filter(({ Key }) => !input.TagKeys?.includes(Key ?? '')),
      });
      return {};
    },

    async ListTagsForResource(
      input: ListTagsForResourceCommandInput,
    ): Promise<Answer<ListTagsForResourceCommandOutput>> {
      return { Tags: find(input.ResourceARN).tags };
    },
  };
}

export function checkTags(tags: readonly Tag[]): Tag[] {
  if (tags.length > tagsPerAlarm) throw invalidValue(`An alarm can have at most ${tagsPerAlarm} tags.`);
  if (tags.some(({ Key }) => !Key || Key.startsWith('aws:')))
    throw invalidValue('Tag keys must not be empty or start with aws:.');
  return [...tags];
}
