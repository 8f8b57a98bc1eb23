import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  ListTagsLogGroupCommandInput,
  ListTagsLogGroupCommandOutput,
  TagLogGroupCommandInput,
  TagResourceCommandInput,
  UntagLogGroupCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Answer } from '../../endpoint/service.ts';
import { findGroup, invalid, type LogsState } from './state.ts';

const tagsPerGroup = 50;

/** Tags of log groups, in the newer and the older form of the operations. */
export function tagOperations(state: LogsState) {
  function tag(given: string | undefined, added: Record<string, string>): Record<string, never> {
    const group = findGroup(state, given);
    state.groups.set(group.name, { ...group, tags: checkTags({ ...group.tags, ...added }) });
    return {};
  }

  function untag(given: string | undefined, keys: readonly string[]): Record<string, never> {
    const group = findGroup(state, given);
    const tags = Object.fromEntries(Object.entries(group.tags).filter(([key]) => !keys.includes(key)));
    state.groups.set(group.name, { ...group, tags });
    return {};
  }

  return {
    TagResource: async (input: TagResourceCommandInput) => tag(input.resourceArn, input.tags ?? {}),
    UntagResource: async (input: UntagResourceCommandInput) => untag(input.resourceArn, input.tagKeys ?? []),
    ListTagsForResource: async (
      input: ListTagsForResourceCommandInput,
    ): Promise<Answer<ListTagsForResourceCommandOutput>> => ({
      tags: findGroup(state, input.resourceArn).tags,
    }),
    TagLogGroup: async (input: TagLogGroupCommandInput) => tag(input.logGroupName, input.tags ?? {}),
    UntagLogGroup: async (input: UntagLogGroupCommandInput) => untag(input.logGroupName, input.tags ?? []),
    ListTagsLogGroup: async (
      input: ListTagsLogGroupCommandInput,
    ): Promise<Answer<ListTagsLogGroupCommandOutput>> => ({
      tags: findGroup(state, input.logGroupName).tags,
    }),
  };
}

export function checkTags(tags: Record<string, string>): Record<string, string> {
  const keys = Object.keys(tags);
  if (keys.length > tagsPerGroup) throw invalid(`A log group can have at most ${tagsPerGroup} tags.`);
  if (keys.some((key) => key === '' || key.startsWith('aws:')))
    throw invalid('Tag keys must not be empty or start with aws:.');
  return tags;
}
