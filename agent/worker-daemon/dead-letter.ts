import type { Message, MessageAttributeValue, SendMessageCommandInput } from '@aws-sdk/client-sqs';
import { deadLetterAttributes } from '../../model/names.ts';

/** SQS allows ten attributes on a message. */
const mostAttributes = 10;
const longestReason = 1000;

/**
 * The message for the dead-letter queue: as it was, with the reason of its last failure. SQS's own redrive
 * could not say why, so the daemon moves a message itself after its last delivery; what it cannot move SQS does.
 */
export function deadLetter(queueUrl: string, message: Message, reason: string): SendMessageCommandInput {
  const { MessageGroupId } = message.Attributes ?? {};
  const own = Object.entries(message.MessageAttributes ?? {}).filter(([name]) => !isOurs(name));
  const room = mostAttributes - own.length;
  return {
    QueueUrl: queueUrl,
    MessageBody: message.Body ?? '',
    MessageAttributes: Object.fromEntries([...own, ...obituary(message, reason).slice(0, room)]),
    // The same message buried twice is one letter.
    ...(queueUrl.endsWith('.fifo') && {
      MessageGroupId: MessageGroupId ?? 'dead',
      MessageDeduplicationId: message.MessageId,
    }),
  };
}

function obituary({ MessageId, Attributes }: Message, reason: string): [string, MessageAttributeValue][] {
  const text = (StringValue: string): MessageAttributeValue => ({ DataType: 'String', StringValue });
  return [
    [deadLetterAttributes.reason, text(printable(reason).slice(0, longestReason))],
    [deadLetterAttributes.messageId, text(MessageId ?? 'unknown')],
    [deadLetterAttributes.receives, text(Attributes?.ApproximateReceiveCount ?? '1')],
  ];
}

const isOurs = (name: string): boolean => Object.values<string>(deadLetterAttributes).includes(name);

/** SQS refuses most control characters. */
// eslint-disable-next-line no-control-regex -- exactly those are replaced
const printable = (text: string): string => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, ' ');
