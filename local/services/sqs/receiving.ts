import type * as sqs from '@aws-sdk/client-sqs';
import { AwsError, type Answer, type Call } from '../../endpoint/service.ts';
import { isFifoName, numberOf, redriveOf } from './attributes.ts';
import { batch } from './batches.ts';
import { arnOf, findByArn, findQueue, type Context, type Live } from './context.ts';
import type { Entry } from './engine.ts';
import { checkRange, invalidAttributeName, invalidParameter, invalidReceipt, unsupported } from './errors.ts';
import { md5OfAttributes, selectAttributes } from './messages.ts';
import type { Delivery, Message } from './state.ts';

const mostInFlight = 120_000;

/** Receiving, deleting, and changing how long a message stays hidden. */
export function receivingOperations(context: Context) {
  return {
    ReceiveMessage: (input: sqs.ReceiveMessageCommandInput, call: Call) => receive(context, input, call),

    DeleteMessage({ QueueUrl, ReceiptHandle = '' }: sqs.DeleteMessageCommandInput): void {
      remove(findQueue(context, QueueUrl), ReceiptHandle);
    },

    DeleteMessageBatch({
      QueueUrl,
      Entries,
    }: sqs.DeleteMessageBatchCommandInput): Answer<sqs.DeleteMessageBatchCommandOutput> {
      const live = findQueue(context, QueueUrl);
      return batch(Entries, ({ Id, ReceiptHandle = '' }) => {
        remove(live, ReceiptHandle);
        return { Id };
      });
    },

    ChangeMessageVisibility({
      QueueUrl,
      ReceiptHandle = '',
      VisibilityTimeout = 0,
    }: sqs.ChangeMessageVisibilityCommandInput): void {
      changeVisibility(context, findQueue(context, QueueUrl), ReceiptHandle, VisibilityTimeout);
    },

    ChangeMessageVisibilityBatch({
      QueueUrl,
      Entries,
    }: sqs.ChangeMessageVisibilityBatchCommandInput): Answer<sqs.ChangeMessageVisibilityBatchCommandOutput> {
      const live = findQueue(context, QueueUrl);
      return batch(Entries, ({ Id, ReceiptHandle = '', VisibilityTimeout = 0 }) => {
        changeVisibility(context, live, ReceiptHandle, VisibilityTimeout);
        return { Id };
      });
    },
  };
}

function receive(
  context: Context,
  input: sqs.ReceiveMessageCommandInput,
  call: Call,
): Answer<sqs.ReceiveMessageCommandOutput> | Promise<Answer<sqs.ReceiveMessageCommandOutput>> {
  const live = findQueue(context, input.QueueUrl);
  const { queue } = live;
  if (input.ReceiveRequestAttemptId !== undefined)
    throw unsupported('local cloud: sqs does not implement ReceiveRequestAttemptId');
  const most = input.MaxNumberOfMessages ?? 1;
  const visibility = input.VisibilityTimeout ?? numberOf(queue, 'VisibilityTimeout');
  const wait = input.WaitTimeSeconds ?? numberOf(queue, 'ReceiveMessageWaitTimeSeconds');
  checkRange('MaxNumberOfMessages', most, 1, 10);
  checkRange('VisibilityTimeout', visibility, 0, 43_200);
  checkRange('WaitTimeSeconds', wait, 0, 20);
  const wanted = wantedAttributes(input);
  const attempt = (): sqs.Message[] | undefined => {
    const taken = take(context, live, most, visibility);
    return taken.length > 0
      ? taken.map(({ message, delivery }) => wireMessage(message, delivery, wanted, input))
      : undefined;
  };
  const found = attempt();
  if (found) return { Messages: found };
  if (wait === 0) return {};
  return live.polls
    .wait(attempt, wait * 1000, call.signal)
    .then((messages) => (messages.length > 0 ? { Messages: messages } : {}));
}

interface Taken {
  readonly message: Message;
  readonly delivery: Delivery;
}

/** Takes visible messages; those received too often go to the dead-letter queue instead. */
function take(context: Context, live: Live, most: number, visibility: number): Taken[] {
  const { queue, engine } = live;
  const now = context.clock.now();
  if (!isFifoName(queue.name) && engine.counts(now).inflight >= mostInFlight) {
    throw new AwsError('OverLimit', `Too many messages in flight: ${mostInFlight} at most.`, 403);
  }
  const redrive = redriveOf(queue);
  // Without its dead-letter queue a message stays one like others.
  const grave = redrive && findByArn(context, redrive.targetArn);
  const chosen: Entry[] = [];
  const dead: Entry[] = [];
  for (const entry of engine.visible(now)) {
    const isDead = grave && (entry.delivery?.count ?? 0) >= redrive.maxReceiveCount;
    (isDead ? dead : chosen).push(entry);
    if (chosen.length === most) break;
  }
  if (grave && dead.length > 0) bury(context, live, dead, grave);
  return chosen.map((entry) => ({
    message: entry.message,
    delivery: engine.receive(entry, now, visibility),
  }));
}

/** Moves messages to the dead-letter queue. */
function bury(context: Context, { queue, engine }: Live, dead: readonly Entry[], grave: Live): void {
  const now = context.clock.now();
  for (const entry of dead) {
    engine.remove(entry);
    grave.engine.add(
      { ...entry.message, queue: grave.queue.name, visibleAt: now, sourceArn: arnOf(context, queue.name) },
      now,
    );
  }
  grave.polls.wake();
}

function wireMessage(
  message: Message,
  delivery: Delivery,
  wanted: readonly string[],
  input: sqs.ReceiveMessageCommandInput,
): sqs.Message {
  const attributes = selectAttributes(message.attributes, input.MessageAttributeNames);
  const attributesMd5 = md5OfAttributes(attributes);
  const system = systemAttributes(message, delivery, wanted);
  return {
    MessageId: message.id,
    ReceiptHandle: delivery.receipt,
    MD5OfBody: message.md5,
    Body: message.body,
    ...(system && { Attributes: system }),
    ...(attributes && { MessageAttributes: attributes, MD5OfMessageAttributes: attributesMd5 }),
  };
}

/** What each system attribute says of a message. */
const systemValues: Readonly<Record<string, (message: Message, delivery: Delivery) => string | undefined>> = {
  SenderId: ({ sender }) => sender,
  SentTimestamp: ({ sent }) => String(sent),
  ApproximateReceiveCount: (_, { count }) => String(count),
  ApproximateFirstReceiveTimestamp: (_, { first }) => String(first),
  MessageGroupId: ({ groupId }) => groupId,
  MessageDeduplicationId: ({ deduplicationId }) => deduplicationId,
  SequenceNumber: ({ sequence }) => sequence,
  AWSTraceHeader: ({ traceHeader }) => traceHeader,
  DeadLetterQueueSourceArn: ({ sourceArn }) => sourceArn,
};

/** The system attributes that a caller asks for; refused before a message is taken for them. */
function wantedAttributes(input: sqs.ReceiveMessageCommandInput): string[] {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the older name of the list is still in use
  const wanted: string[] = [...(input.MessageSystemAttributeNames ?? []), ...(input.AttributeNames ?? [])];
  const unknown = wanted.find((name) => name !== 'All' && !Object.hasOwn(systemValues, name));
  if (unknown !== undefined) throw invalidAttributeName(unknown);
  return wanted;
}

function systemAttributes(
  message: Message,
  delivery: Delivery,
  wanted: readonly string[],
): Record<string, string> | undefined {
  if (wanted.length === 0) return undefined;
  const chosen = Object.entries(systemValues).flatMap(([name, valueOf]) => {
    const value = wanted.some((each) => each === 'All' || each === name)
      ? valueOf(message, delivery)
      : undefined;
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(chosen) as Record<string, string>;
}

/** Deletes by receipt. An old receipt of a message that another has received since deletes nothing. */
function remove({ queue, engine, polls }: Live, handle: string): void {
  const entry = engine.find(handle);
  if (entry === null) throw invalidReceipt(handle);
  if (!entry) return;
  if (entry.delivery?.receipt === handle || entry.state === 'visible') {
    engine.totals.deleted++;
    engine.remove(entry);
    // The next of its group may be taken now.
    if (isFifoName(queue.name)) polls.wake();
  }
}

function changeVisibility(context: Context, { engine, polls }: Live, handle: string, seconds: number): void {
  checkRange('VisibilityTimeout', seconds, 0, 43_200);
  const entry = engine.find(handle);
  if (entry === null) throw invalidReceipt(handle);
  const now = context.clock.now();
  engine.counts(now);
  if (!entry) {
    throw invalidParameter(
      `Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    );
  }
  if (entry.state !== 'inflight' || entry.delivery?.receipt !== handle) {
    throw new AwsError('MessageNotInflight', "The specified message isn't in flight.");
  }
  engine.changeVisibility(entry, now, seconds);
  if (seconds === 0) polls.wake();
  else polls.rearm();
}
