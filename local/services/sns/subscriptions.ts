import { randomUUID } from 'node:crypto';
import type {
  GetSubscriptionAttributesCommandInput,
  GetSubscriptionAttributesCommandOutput,
  ListSubscriptionsByTopicCommandInput,
  ListSubscriptionsByTopicCommandOutput,
  ListSubscriptionsCommandInput,
  ListSubscriptionsCommandOutput,
  SetSubscriptionAttributesCommandInput,
  SubscribeCommandInput,
  SubscribeCommandOutput,
  Subscription,
  UnsubscribeCommandInput,
} from '@aws-sdk/client-sns';
import type { Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import {
  findSubscription,
  findTopic,
  invalid,
  unsupported,
  type SnsState,
  type StoredSubscription,
} from './state.ts';

/** Subscriptions: queues get messages; mail is recorded and waits for a confirmation that no one can send. */
export function subscriptionOperations(parts: Parts, state: SnsState) {
  return {
    async Subscribe(input: SubscribeCommandInput): Promise<Answer<SubscribeCommandOutput>> {
      const topic = findTopic(state, input.TopicArn);
      const { Protocol: protocol = '', Endpoint: endpoint = '' } = input;
      checkEndpoint(protocol, endpoint);
      const attributes = checkAttributes(input.Attributes ?? {});
      const existing = [...state.subscriptions.values()].find(
        (one) => one.topicArn === topic.arn && one.protocol === protocol && one.endpoint === endpoint,
      );
      const subscription: StoredSubscription = existing ?? {
        arn: `${topic.arn}:${randomUUID()}`,
        topicArn: topic.arn,
        protocol,
        endpoint,
        confirmed: protocol === 'sqs',
        attributes,
      };
      state.subscriptions.set(subscription.arn, subscription);
      const shown = subscription.confirmed || input.ReturnSubscriptionArn;
      return { SubscriptionArn: shown ? subscription.arn : 'pending confirmation' };
    },

    async Unsubscribe(input: UnsubscribeCommandInput): Promise<Record<string, never>> {
      state.subscriptions.delete(input.SubscriptionArn ?? '');
      return {};
    },

    async ListSubscriptions(
      input: ListSubscriptionsCommandInput,
    ): Promise<Answer<ListSubscriptionsCommandOutput>> {
      return list([...state.subscriptions.values()], input.NextToken);
    },

    async ListSubscriptionsByTopic(
      input: ListSubscriptionsByTopicCommandInput,
    ): Promise<Answer<ListSubscriptionsByTopicCommandOutput>> {
      const { arn } = findTopic(state, input.TopicArn);
      return list(
        [...state.subscriptions.values()].filter(({ topicArn }) => topicArn === arn),
        input.NextToken,
      );
    },

    async GetSubscriptionAttributes(
      input: GetSubscriptionAttributesCommandInput,
    ): Promise<Answer<GetSubscriptionAttributesCommandOutput>> {
      const one = findSubscription(state, input.SubscriptionArn);
      return {
        Attributes: {
          RawMessageDelivery: 'false',
          ...one.attributes,
          SubscriptionArn: one.arn,
          TopicArn: one.topicArn,
          Owner: parts.account,
          Protocol: one.protocol,
          Endpoint: one.endpoint,
          PendingConfirmation: String(!one.confirmed),
          ConfirmationWasAuthenticated: String(one.confirmed),
        },
      };
    },

    async SetSubscriptionAttributes(
      input: SetSubscriptionAttributesCommandInput,
    ): Promise<Record<string, never>> {
      const one = findSubscription(state, input.SubscriptionArn);
      const changed = checkAttributes({ [input.AttributeName ?? '']: input.AttributeValue ?? '' });
      state.subscriptions.set(one.arn, { ...one, attributes: { ...one.attributes, ...changed } });
      return {};
    },
  };

  function list(all: readonly StoredSubscription[], token: string | undefined) {
    const { items, nextToken } = page(all, 100, token, () => invalid('NextToken'));
    const view = ({ arn, confirmed, protocol, endpoint, topicArn }: StoredSubscription): Subscription => ({
      SubscriptionArn: confirmed ? arn : 'PendingConfirmation',
      Owner: parts.account,
      Protocol: protocol,
      Endpoint: endpoint,
      TopicArn: topicArn,
    });
    return { Subscriptions: items.map(view), ...(nextToken && { NextToken: nextToken }) };
  }
}

function checkEndpoint(protocol: string, endpoint: string): void {
  if (protocol === 'sqs') {
    if (!/^arn:aws:sqs:[^:]+:\d{12}:[\w-]+$/.test(endpoint)) throw invalid('SQS endpoint ARN');
    return;
  }
  if (protocol !== 'email' && protocol !== 'email-json') throw unsupported(`The protocol ${protocol}`);
  if (!/^[^@\s]+@[^@\s]+$/.test(endpoint)) throw invalid('Email address');
}

function checkAttributes(given: Readonly<Record<string, string>>): Record<string, string> {
  for (const [name, value] of Object.entries(given)) {
    if (name !== 'RawMessageDelivery') throw unsupported(`The attribute ${name}`);
    if (!/^(true|false)$/i.test(value))
      throw invalid(
        `Attributes Reason: RawMessageDelivery: Invalid value [${value}]. Must be true or false.`,
      );
  }
  return { ...given };
}
