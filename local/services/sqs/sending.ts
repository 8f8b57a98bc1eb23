import { hash, randomUUID } from 'node:crypto';
import type * as sqs from '@aws-sdk/client-sqs';
import { AwsError, type Answer, type Call } from '../../endpoint/service.ts';
import { attributeOf, isFifoName, numberOf } from './attributes.ts';
import { batch } from './batches.ts';
import { findQueue, type Context, type Live } from './context.ts';
import { checkRange, invalidParameter, missingParameter } from './errors.ts';
import {
  checkBody,
  checkMessageAttributes,
  md5,
  md5OfAttributes,
  sizeOf,
  storeAttributes,
} from './messages.ts';
import type { Message } from './state.ts';

const largestBatch = 1_048_576;
const deduplicationWindow = 5 * 60_000;

type Sent = sqs.SendMessageResult;
type Letter = Omit<sqs.SendMessageRequest, 'QueueUrl'>;

/** SendMessage and its batch. */
export function sendingOperations(context: Context) {
  return {
    SendMessage(input: sqs.SendMessageCommandInput, call: Call): Answer<sqs.SendMessageCommandOutput> {
      const live = findQueue(context, input.QueueUrl);
      const sent = send(context, live, input, call);
      live.polls.wake();
      return sent;
    },

    SendMessageBatch(
      input: sqs.SendMessageBatchCommandInput,
      call: Call,
    ): Answer<sqs.SendMessageBatchCommandOutput> {
      const live = findQueue(context, input.QueueUrl);
      const total = (input.Entries ?? []).reduce(
        (size, { MessageBody = '', MessageAttributes }) => size + sizeOf(MessageBody, MessageAttributes),
        0,
      );
      if (total > largestBatch)
        throw new AwsError(
          'BatchRequestTooLong',
          `Batch requests cannot be longer than ${largestBatch} bytes. You have sent ${total} bytes.`,
        );
      const result = batch(input.Entries, (entry) => ({
        Id: entry.Id,
        ...(send(context, live, entry, call) as Required<Sent>),
      }));
      live.polls.wake();
      return result;
    },
  };
}

function send(context: Context, live: Live, letter: Letter, { caller }: Call): Sent {
  const { queue, engine } = live;
  const body = checkBody(letter.MessageBody);
  const attributes = letter.MessageAttributes ?? {};
  checkMessageAttributes(attributes);
  const longest = numberOf(queue, 'MaximumMessageSize');
  if (sizeOf(body, attributes) > longest)
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${longest} bytes.`,
    );
  const order = orderOf(context, live, letter, body);
  const now = context.clock.now();
  const attributesMd5 = md5OfAttributes(attributes);
  const system = letter.MessageSystemAttributes;
  const systemMd5 = md5OfAttributes(system);
  const traceHeader = traceOf(system);
  const message: Message = {
    id: order.repeated?.messageId ?? randomUUID(),
    queue: queue.name,
    body,
    md5: md5(body),
    ...(attributesMd5 !== undefined && { attributes: storeAttributes(attributes) }),
    sent: now,
    sender: caller.userId,
    visibleAt: now + delayOf(live, letter) * 1000,
    ...order.fields,
    ...(traceHeader !== undefined && { traceHeader }),
  };
  if (!order.repeated) engine.add(message, now);
  if (order.key !== undefined)
    context.deduplications.set(order.key, {
      messageId: message.id,
      sequence: message.sequence ?? '',
      at: now,
    });
  return {
    MessageId: message.id,
    MD5OfMessageBody: message.md5,
    ...(attributesMd5 !== undefined && { MD5OfMessageAttributes: attributesMd5 }),
    ...(systemMd5 !== undefined && { MD5OfMessageSystemAttributes: systemMd5 }),
    ...(message.sequence !== undefined && { SequenceNumber: order.repeated?.sequence ?? message.sequence }),
  };
}

function traceOf(system: Letter['MessageSystemAttributes'] = {}): string | undefined {
  const unknown = Object.keys(system).find((name) => name !== 'AWSTraceHeader');
  if (unknown !== undefined) throw invalidParameter(`Message system attribute name '${unknown}' is invalid.`);
  return system.AWSTraceHeader?.StringValue;
}

function delayOf({ queue }: Live, { DelaySeconds }: Letter): number {
  if (DelaySeconds === undefined) return numberOf(queue, 'DelaySeconds');
  checkRange('DelaySeconds', DelaySeconds, 0, 900);
  if (isFifoName(queue.name) && DelaySeconds > 0)
    throw invalidParameter(
      `Value ${DelaySeconds} for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.`,
    );
  return DelaySeconds;
}

interface Order {
  readonly fields: Pick<Message, 'groupId' | 'deduplicationId' | 'sequence'>;
  /** FIFO: the message that this one repeats. */
  readonly repeated?: { readonly messageId: string; readonly sequence: string };
  /** FIFO: under what the queue remembers this one. */
  readonly key?: string;
}

/** Group, deduplication and sequence number of a message. */
function orderOf(context: Context, { queue }: Live, letter: Letter, body: string): Order {
  const { MessageGroupId, MessageDeduplicationId } = letter;
  if (!isFifoName(queue.name)) {
    if (MessageDeduplicationId !== undefined) {
      throw invalidParameter(
        `Value ${MessageDeduplicationId} for parameter MessageDeduplicationId is invalid. Reason: The request includes a parameter that is not valid for this queue type.`,
      );
    }
    return { fields: MessageGroupId === undefined ? {} : { groupId: MessageGroupId } };
  }
  if (MessageGroupId === undefined) throw missingParameter('MessageGroupId');
  const isByContent = attributeOf(queue, 'ContentBasedDeduplication') === 'true';
  const deduplicationId = MessageDeduplicationId ?? (isByContent ? hash('sha256', body) : undefined);
  if (deduplicationId === undefined) {
    throw invalidParameter(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
  return inOrder(
    context,
    queue.name,
    MessageGroupId,
    deduplicationId,
    attributeOf(queue, 'DeduplicationScope') === 'messageGroup',
  );
}

function inOrder(
  { clock, deduplications }: Context,
  queueName: string,
  groupId: string,
  deduplicationId: string,
  perGroup: boolean,
): Order {
  const now = clock.now();
  const key = `${keysOf(queueName)}${perGroup ? groupId : ''}/${deduplicationId}`;
  for (const [old, { at }] of deduplications.entries()) {
    // In the order they came: the first young one ends it.
    if (now - at < deduplicationWindow) break;
    deduplications.delete(old);
  }
  const repeated = deduplications.get(key);
  const fields = { groupId, deduplicationId, sequence: repeated?.sequence ?? nextSequence(now) };
  return repeated ? { fields, repeated } : { fields, key };
}

const keysOf = (queueName: string): string => `${queueName}/`;

/** A queue that is made anew under a deleted one's name takes every message. */
export function forgetDeduplications({ deduplications }: Context, queueName: string): void {
  for (const [key] of deduplications.entries())
    if (key.startsWith(keysOf(queueName))) deduplications.delete(key);
}

let lastSequence = 0n;

/** Twenty digits that only grow, over restarts too. */
function nextSequence(now: number): string {
  const byTime = BigInt(now) * 1_000_000n;
  lastSequence = byTime > lastSequence ? byTime : lastSequence + 1n;
  return lastSequence.toString().padStart(20, '0');
}
