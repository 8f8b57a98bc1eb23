import type {
  CreateTopicCommandInput,
  CreateTopicCommandOutput,
  DeleteTopicCommandInput,
  GetTopicAttributesCommandInput,
  GetTopicAttributesCommandOutput,
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  ListTopicsCommandInput,
  ListTopicsCommandOutput,
  SetTopicAttributesCommandInput,
  Tag,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-sns';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import { findTopic, invalid, unsupported, type SnsState, type StoredTopic } from './state.ts';

const tagsPerTopic = 50;

/** Topics. */
export function topicOperations(parts: Parts, state: SnsState) {
  const subscriptionsOf = (arn: string, confirmed: boolean): number =>
    [...state.subscriptions.values()].filter((one) => one.topicArn === arn && one.confirmed === confirmed)
      .length;

  return {
    async CreateTopic(input: CreateTopicCommandInput): Promise<Answer<CreateTopicCommandOutput>> {
      const name = input.Name ?? '';
      if (name.endsWith('.fifo')) throw unsupported('A FIFO topic');
      if (!/^[A-Za-z0-9_-]{1,256}$/.test(name)) throw invalid('Topic Name');
      if (input.DataProtectionPolicy !== undefined) throw unsupported('DataProtectionPolicy');
      const arn = `arn:aws:sns:${parts.region}:${parts.account}:${name}`;
      const attributes = checkAttributes(input.Attributes ?? {});
      const existing = state.topics.get(arn);
      if (existing) return { TopicArn: sameOrRefuse(existing, attributes, input.Tags) };
      const defaults = { Policy: defaultPolicy(arn, parts.account), DisplayName: '' };
      state.topics.set(arn, {
        arn,
        name,
        attributes: { ...defaults, ...attributes },
        tags: checkTags(input.Tags ?? []),
      });
      return { TopicArn: arn };
    },

    async GetTopicAttributes(
      input: GetTopicAttributesCommandInput,
    ): Promise<Answer<GetTopicAttributesCommandOutput>> {
      const { arn, attributes } = findTopic(state, input.TopicArn);
      return {
        Attributes: {
          ...attributes,
          TopicArn: arn,
          Owner: parts.account,
          SubscriptionsConfirmed: String(subscriptionsOf(arn, true)),
          SubscriptionsPending: String(subscriptionsOf(arn, false)),
          SubscriptionsDeleted: '0',
        },
      };
    },

    async SetTopicAttributes(input: SetTopicAttributesCommandInput): Promise<Record<string, never>> {
      const topic = findTopic(state, input.TopicArn);
      const changed = checkAttributes({ [input.AttributeName ?? '']: input.AttributeValue ?? '' });
      const attributes = { ...topic.attributes, ...changed };
      if (attributes.Policy === '') attributes.Policy = defaultPolicy(topic.arn, parts.account);
      state.topics.set(topic.arn, { ...topic, attributes });
      return {};
    },

    async ListTopics(input: ListTopicsCommandInput): Promise<Answer<ListTopicsCommandOutput>> {
      const { items, nextToken } = page([...state.topics.values()], 100, input.NextToken, () =>
        invalid('NextToken'),
      );
      return {
        Topics: items.map(({ arn }) => ({ TopicArn: arn })),
        ...(nextToken && { NextToken: nextToken }),
      };
    },

    /** Deleting what is not there is no error. */
    async DeleteTopic(input: DeleteTopicCommandInput): Promise<Record<string, never>> {
      const arn = input.TopicArn ?? '';
      for (const one of [...state.subscriptions.values()])
        if (one.topicArn === arn) state.subscriptions.delete(one.arn);
      state.topics.delete(arn);
      return {};
    },

    async TagResource(input: TagResourceCommandInput): Promise<Record<string, never>> {
      const topic = findTopic(state, input.ResourceArn);
      const added = input.Tags ?? [];
      const kept = topic.tags.filter(({ Key }) => !added.some((tag) => tag.Key === Key));
      state.topics.set(topic.arn, { ...topic, tags: checkTags([...kept, ...added]) });
      return {};
    },

    async UntagResource(input: UntagResourceCommandInput): Promise<Record<string, never>> {
      const topic = findTopic(state, input.ResourceArn);
      state.topics.set(topic.arn, {
        ...topic,
        tags: topic.tags.filter(({ Key }) => !input.TagKeys?.includes(Key ?? '')),
      });
      return {};
    },

    async ListTagsForResource(
      input: ListTagsForResourceCommandInput,
    ): Promise<Answer<ListTagsForResourceCommandOutput>> {
      return { Tags: findTopic(state, input.ResourceArn).tags };
    },
  };
}

function checkAttributes(given: Readonly<Record<string, string>>): Record<string, string> {
  for (const [name, value] of Object.entries(given)) {
    if (name === 'DisplayName' && value.length <= 100) continue;
    if (name === 'Policy' && (value === '' || isJson(value))) continue;
    if (name === 'DisplayName' || name === 'Policy') throw invalid(`${name}: ${value}`);
    throw unsupported(`The attribute ${name}`);
  }
  return { ...given };
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

function sameOrRefuse(
  { arn, attributes, tags }: StoredTopic,
  wanted: Readonly<Record<string, string>>,
  wantedTags: readonly Tag[] | undefined,
): string {
  if (Object.entries(wanted).some(([name, value]) => attributes[name] !== value)) {
    throw invalid('Attributes Reason: Topic already exists with different attributes');
  }
  const differs = wantedTags?.some(
    ({ Key, Value }) => !tags.some((tag) => tag.Key === Key && tag.Value === Value),
  );
  if (differs) throw invalid('Tags Reason: Topic already exists with different tags');
  return arn;
}

function checkTags(tags: readonly Tag[]): Tag[] {
  if (tags.length > tagsPerTopic)
    throw new AwsError('TagLimitExceeded', 'Could not complete request: tag quota of per resource exceeded');
  if (tags.some(({ Key }) => !Key || Key.startsWith('aws:')))
    throw invalid('Tags Reason: tag keys must not be empty or start with aws:');
  return [...tags];
}

/** The account's own identities may do everything with a topic. */
const defaultPolicy = (arn: string, account: string): string =>
  JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'GetTopicAttributes',
          'SetTopicAttributes',
          'AddPermission',
          'RemovePermission',
          'DeleteTopic',
          'Subscribe',
          'ListSubscriptionsByTopic',
          'Publish',
        ].map((action) => `SNS:${action}`),
        Resource: arn,
        Condition: { StringEquals: { 'AWS:SourceOwner': account } },
      },
    ],
  });
