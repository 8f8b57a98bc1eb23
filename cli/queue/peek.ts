import {
  ChangeMessageVisibilityBatchCommand,
  ReceiveMessageCommand,
  type Message,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { deadLetterAttributes } from '../../model/names.ts';

export interface PeekedMessage {
  readonly id: string;
  readonly sentAt: string;
  readonly receives: number;
  /** Why the application could not handle it; only letters that the worker daemon moved say so. */
  readonly reason: string | null;
  readonly group: string | null;
  readonly attributes: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Long enough to look at all, short enough if nobody gives them back. */
const visibilitySeconds = 30;

/** Looks at messages without taking them: what was received is visible again when this resolves. */
export async function peek(sqs: SQSClient, QueueUrl: string, most: number): Promise<PeekedMessage[]> {
  const seen = new Map<string, Message>();
  try {
    while (seen.size < most) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: Math.min(10, most - seen.size),
          VisibilityTimeout: visibilitySeconds,
          WaitTimeSeconds: 1,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) break;
      for (const message of Messages) seen.set(message.MessageId ?? '', message);
    }
  } finally {
    await giveBack(sqs, QueueUrl, [...seen.values()]);
  }
  return [...seen.values()].map(describe);
}

async function giveBack(sqs: SQSClient, QueueUrl: string, messages: readonly Message[]): Promise<void> {
  for (let start = 0; start < messages.length; start += 10)
    await sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl,
        Entries: messages.slice(start, start + 10).map(({ ReceiptHandle }, index) => ({
          Id: String(index),
          ReceiptHandle,
          VisibilityTimeout: 0,
        })),
      }),
    );
}

function describe({ MessageId = '', Body = '', Attributes = {}, MessageAttributes = {} }: Message) {
  const value = (name: string) => MessageAttributes[name]?.StringValue;
  const own = Object.entries(MessageAttributes).filter(
    ([name]) => !Object.values<string>(deadLetterAttributes).includes(name),
  );
  return {
    id: value(deadLetterAttributes.messageId) ?? MessageId,
    sentAt: new Date(Number(Attributes.SentTimestamp)).toISOString(),
    receives: Number(value(deadLetterAttributes.receives) ?? Attributes.ApproximateReceiveCount ?? 0),
    reason: value(deadLetterAttributes.reason) ?? null,
    group: Attributes.MessageGroupId ?? null,
    attributes: Object.fromEntries(own.map(([name, { StringValue = '(binary)' }]) => [name, StringValue])),
    body: Body,
  };
}
