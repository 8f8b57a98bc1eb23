import { randomUUID } from 'node:crypto';
import type { MessageAttributeValue, PublishCommandInput, PublishCommandOutput } from '@aws-sdk/client-sns';
import type { Answer } from '../../endpoint/service.ts';
import { ask, type Parts } from '../parts.ts';
import { isLetIn } from '../service-calls.ts';
import { count, findTopic, invalid, unsupported, type SnsState, type StoredSubscription } from './state.ts';

const maximumBytes = 262_144;
const attempts = 3;
const retryInterval = 1000;

/** Publish: every confirmed subscription gets the message. */
export function publishOperations(parts: Parts, state: SnsState) {
  return {
    async Publish(input: PublishCommandInput): Promise<Answer<PublishCommandOutput>> {
      check(input);
      const topic = findTopic(state, input.TopicArn ?? input.TargetArn);
      const message = { ...input, id: randomUUID(), topicArn: topic.arn, at: parts.clock.now() };
      const receivers = [...state.subscriptions.values()].filter(
        ({ topicArn, confirmed }) => topicArn === topic.arn && confirmed,
      );
      count(state, topic.arn, 'published');
      await Promise.all(receivers.map((subscription) => deliver(subscription, message, 1)));
      return { MessageId: message.id };
    },
  };

  /**
   * A queue that does not take a message is tried again; after that the message is lost for it. One whose policy does
   * not let SNS in, or that is not there, is not tried again.
   * https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
   */
  async function deliver(subscription: StoredSubscription, message: Message, attempt: number): Promise<void> {
    const { topicArn } = message;
    const send = { service: 'sns.amazonaws.com', action: 'sqs:SendMessage', resource: subscription.endpoint };
    if (!isLetIn(parts, { ...send, sourceArn: topicArn })) {
      count(state, topicArn, 'failed');
      return;
    }
    try {
      await toQueue(subscription, message);
      count(state, topicArn, 'delivered');
    } catch {
      if (attempt < attempts)
        parts.clock.after(retryInterval, () => void deliver(subscription, message, attempt + 1));
      else count(state, topicArn, 'failed');
    }
  }

  async function toQueue({ endpoint, attributes }: StoredSubscription, message: Message): Promise<void> {
    const [account, name] = endpoint.split(':').slice(-2);
    const raw = attributes.RawMessageDelivery?.toLowerCase() === 'true';
    await ask(parts, 'sqs', 'SendMessage', {
      QueueUrl: `${parts.origin}/${account ?? ''}/${name ?? ''}`,
      MessageBody: raw ? textFor(message, 'sqs') : envelope(message),
      ...(raw && message.MessageAttributes && { MessageAttributes: message.MessageAttributes }),
    });
  }
}

interface Message extends PublishCommandInput {
  readonly id: string;
  readonly topicArn: string;
  readonly at: number;
}

function check(input: PublishCommandInput): void {
  if (input.PhoneNumber !== undefined) throw unsupported('PhoneNumber');
  if (input.MessageDeduplicationId !== undefined || input.MessageGroupId !== undefined)
    throw unsupported('A FIFO message');
  if (!input.Message) throw invalid('Empty message');
  if (Buffer.byteLength(input.Message) > maximumBytes) throw invalid('Message too long');
  if (input.Subject !== undefined && !/^[\x20-\x7e]{1,100}$/.test(input.Subject)) throw invalid('Subject');
  if (input.MessageStructure !== undefined && input.MessageStructure !== 'json')
    throw invalid('MessageStructure');
  if (input.MessageStructure === 'json') textFor(input, 'default');
}

/** The text for a protocol: of a message of structure `json` the protocol's own, or the default. */
function textFor({ Message = '', MessageStructure }: PublishCommandInput, protocol: string): string {
  if (MessageStructure !== 'json') return Message;
  let texts: Record<string, unknown>;
  try {
    texts = JSON.parse(Message) as Record<string, unknown>;
  } catch {
    throw invalid('Message Structure - JSON message body failed to parse');
  }
  if (typeof texts.default !== 'string')
    throw invalid('Message Structure - No default entry in JSON message body');
  return typeof texts[protocol] === 'string' ? texts[protocol] : texts.default;
}

function envelope(message: Message): string {
  return JSON.stringify({
    Type: 'Notification',
    MessageId: message.id,
    TopicArn: message.topicArn,
    ...(message.Subject !== undefined && { Subject: message.Subject }),
    Message: textFor(message, 'sqs'),
    Timestamp: new Date(message.at).toISOString(),
    ...(message.MessageAttributes && { MessageAttributes: attributesOf(message.MessageAttributes) }),
  });
}

const attributesOf = (attributes: Readonly<Record<string, MessageAttributeValue>>): Record<string, object> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      { Type: DataType, Value: StringValue ?? Buffer.from(BinaryValue ?? []).toString('base64') },
    ]),
  );
