import type {
  AddTagsCommandInput,
  DescribeTagsCommandInput,
  DescribeTagsCommandOutput,
  RemoveTagsCommandInput,
  Tag,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import type { Collection } from '../../store.ts';
import {
  listenerNotFound,
  loadBalancerNotFound,
  ruleNotFound,
  targetGroupNotFound,
  validation,
} from './errors.ts';
import type { ElbState } from './state.ts';

const tagsPerResource = 50;

/** Tags of load balancers, target groups, listeners and rules. */
export function tagOperations(state: ElbState) {
  function change(arns: readonly string[], edit: (tags: Tag[]) => Tag[]): void {
    const found = arns.map((arn) => find(state, arn));
    for (const { collection, arn, item } of found) collection.set(arn, { ...item, tags: edit(item.tags) });
  }
  return {
    async AddTags(input: AddTagsCommandInput): Promise<Record<string, never>> {
      const added = checkTags(input.Tags ?? []);
      change(input.ResourceArns ?? [], (tags) =>
        checkTags([...tags.filter(({ Key }) => !added.some((tag) => tag.Key === Key)), ...added]),
      );
      return {};
    },

    async RemoveTags(input: RemoveTagsCommandInput): Promise<Record<string, never>> {
      change(input.ResourceArns ?? [], (tags) =>
        tags.filter(({ Key }) => !input.TagKeys?.includes(Key ?? '')),
      );
      return {};
    },

    async DescribeTags(input: DescribeTagsCommandInput): Promise<Answer<DescribeTagsCommandOutput>> {
      const found = (input.ResourceArns ?? []).map((arn) => find(state, arn));
      return { TagDescriptions: found.map(({ arn, item }) => ({ ResourceArn: arn, Tags: item.tags })) };
    },
  };
}

export function checkTags(tags: readonly Tag[]): Tag[] {
  if (tags.length > tagsPerResource)
    throw new AwsError('TooManyTags', 'The maximum number of tags has been reached');
  const keys = tags.map(({ Key }) => Key);
  if (new Set(keys).size < keys.length) throw new AwsError('DuplicateTagKeys', 'Tag keys must be unique');
  if (keys.some((key) => !key || key.startsWith('aws:')))
    throw validation("Tag keys must not be empty or start with 'aws:'");
  return tags.map(({ Key, Value = '' }) => ({ Key, Value }));
}

function find(state: ElbState, arn: string) {
  const kind = arn.split(':')[5]?.split('/')[0];
  const places: Record<string, [Collection<{ tags: Tag[] }>, (what: string) => AwsError]> = {
    loadbalancer: [state.loadBalancers, loadBalancerNotFound],
    targetgroup: [state.targetGroups, targetGroupNotFound],
    listener: [state.listeners, listenerNotFound],
    'listener-rule': [state.rules, ruleNotFound],
  };
  const [collection, notFound] = places[kind ?? ''] ?? [];
  if (!collection || !notFound) throw validation(`'${arn}' is not a valid ARN of a load balancing resource`);
  const item = collection.get(arn);
  if (!item) throw notFound(arn);
  return { collection, arn, item };
}
