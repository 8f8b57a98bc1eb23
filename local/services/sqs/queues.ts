import type * as sqs from '@aws-sdk/client-sqs';
import { AwsError, type Answer, type Call } from '../../endpoint/service.ts';
import { checkAttributes, derived, effective, isAttribute, isFifoName, redriveOf } from './attributes.ts';
import { arnOf, findByArn, findQueue, open, type Context, type Live } from './context.ts';
import {
  checkRange,
  invalidAttributeName,
  invalidAttributeValue,
  invalidParameter,
  queueDoesNotExist,
} from './errors.ts';
import { forgetDeduplications } from './sending.ts';
import type { Queue } from './state.ts';

const urlOf = ({ origin, account }: Call, name: string): string => `${origin}/${account}/${name}`;

/** Queues, their attributes and tags. */
export function queueOperations(context: Context) {
  return {
    CreateQueue(input: sqs.CreateQueueCommandInput, call: Call): Answer<sqs.CreateQueueCommandOutput> {
      const name = checkName(input.QueueName ?? '', input.Attributes);
      const attributes = withoutEmpty(input.Attributes ?? {});
      checkAttributes(attributes, isFifoName(name));
      checkRedrive(context, name, attributes);
      const existing = context.queues.get(name);
      if (existing) checkSame(existing, attributes);
      else {
        const now = context.clock.now();
        const queue: Queue = { name, created: now, modified: now, attributes, tags: input.tags ?? {} };
        context.queues.set(name, queue);
        open(context, queue);
      }
      return { QueueUrl: urlOf(call, name) };
    },

    GetQueueUrl(input: sqs.GetQueueUrlCommandInput, call: Call): Answer<sqs.GetQueueUrlCommandOutput> {
      const owner = input.QueueOwnerAWSAccountId;
      if (!context.queues.has(input.QueueName ?? '') || (owner !== undefined && owner !== context.account))
        throw queueDoesNotExist();
      return { QueueUrl: urlOf(call, input.QueueName ?? '') };
    },

    ListQueues(input: sqs.ListQueuesCommandInput, call: Call): Answer<sqs.ListQueuesCommandOutput> {
      const names = [...context.queues.values()]
        .map(({ name }) => name)
        .filter((name) => name.startsWith(input.QueueNamePrefix ?? ''));
      const { shown, NextToken } = page(names.sort(), input);
      return {
        QueueUrls: shown.map((name) => urlOf(call, name)),
        ...(NextToken !== undefined && { NextToken }),
      };
    },

    DeleteQueue({ QueueUrl }: sqs.DeleteQueueCommandInput): void {
      const { queue, engine, polls } = findQueue(context, QueueUrl);
      engine.clear();
      context.queues.delete(queue.name);
      context.live.delete(queue.name);
      forgetDeduplications(context, queue.name);
      polls.end();
    },

    PurgeQueue({ QueueUrl }: sqs.PurgeQueueCommandInput): void {
      const { queue, engine } = findQueue(context, QueueUrl);
      const now = context.clock.now();
      if (queue.purged !== undefined && now - queue.purged < 60_000) {
        throw new AwsError(
          'PurgeQueueInProgress',
          `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
          403,
        );
      }
      engine.clear();
      queue.purged = now;
      context.queues.set(queue.name, queue);
    },

    SetQueueAttributes({ QueueUrl, Attributes = {} }: sqs.SetQueueAttributesCommandInput): void {
      const live = findQueue(context, QueueUrl);
      const { queue, polls } = live;
      if (Attributes.FifoQueue !== undefined && !isFifoName(queue.name))
        throw invalidAttributeName('FifoQueue');
      checkAttributes(Attributes, isFifoName(queue.name));
      checkRedrive(context, queue.name, Attributes);
      queue.attributes = withoutEmpty({ ...queue.attributes, ...Attributes });
      queue.modified = context.clock.now();
      context.queues.set(queue.name, queue);
      polls.wake();
    },

    GetQueueAttributes({
      QueueUrl,
      AttributeNames = [],
    }: sqs.GetQueueAttributesCommandInput): Answer<sqs.GetQueueAttributesCommandOutput> {
      const unknown = AttributeNames.find((name) => !isAttribute(name));
      if (unknown !== undefined) throw invalidAttributeName(unknown);
      const all = {
        ...effective(findQueue(context, QueueUrl).queue),
        ...derivedOf(context, findQueue(context, QueueUrl)),
      };
      const chosen = Object.entries(all).filter(([name]) =>
        AttributeNames.some((wanted) => wanted === 'All' || wanted === name),
      );
      return chosen.length > 0 ? { Attributes: Object.fromEntries(chosen) } : {};
    },

    TagQueue({ QueueUrl, Tags = {} }: sqs.TagQueueCommandInput): void {
      const { queue } = findQueue(context, QueueUrl);
      const tags = { ...queue.tags, ...Tags };
      if (Object.keys(tags).length > 50) throw invalidParameter('Too many tags added for queue.');
      queue.tags = tags;
      context.queues.set(queue.name, queue);
    },

    UntagQueue({ QueueUrl, TagKeys = [] }: sqs.UntagQueueCommandInput): void {
      const { queue } = findQueue(context, QueueUrl);
      queue.tags = Object.fromEntries(Object.entries(queue.tags).filter(([key]) => !TagKeys.includes(key)));
      context.queues.set(queue.name, queue);
    },

    ListQueueTags({ QueueUrl }: sqs.ListQueueTagsCommandInput): Answer<sqs.ListQueueTagsCommandOutput> {
      const { tags } = findQueue(context, QueueUrl).queue;
      return Object.keys(tags).length > 0 ? { Tags: tags } : {};
    },

    ListDeadLetterSourceQueues(
      input: sqs.ListDeadLetterSourceQueuesCommandInput,
      call: Call,
    ): Answer<sqs.ListDeadLetterSourceQueuesCommandOutput> {
      const arn = arnOf(context, findQueue(context, input.QueueUrl).queue.name);
      const sources = [...context.queues.values()]
        .filter((queue) => redriveOf(queue)?.targetArn === arn)
        .map(({ name }) => name);
      const { shown, NextToken } = page(sources.sort(), input);
      return {
        queueUrls: shown.map((name) => urlOf(call, name)),
        ...(NextToken !== undefined && { NextToken }),
      };
    },
  };
}

function checkName(name: string, attributes: Record<string, string> | undefined): string {
  const isFifo = isFifoName(name);
  if (!/^[\w-]{1,80}$/.test(isFifo ? name.slice(0, -5) : name) || name.length > 80) {
    throw invalidParameter(
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
  }
  if (isFifo !== (attributes?.FifoQueue === 'true')) {
    throw invalidParameter(
      isFifo
        ? 'The name of a FIFO queue may only be used with the FifoQueue attribute true'
        : 'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.',
    );
  }
  return name;
}

/** An empty policy takes one away. */
function withoutEmpty(attributes: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== ''));
}

function checkRedrive(context: Context, name: string, attributes: Record<string, string>): void {
  const redrive = redriveOf({ name, attributes, created: 0, modified: 0, tags: {} });
  if (!redrive) return;
  const target = findByArn(context, redrive.targetArn);
  if (!target) throw invalidAttributeValue('RedrivePolicy', 'Dead letter target does not exist.');
  if (isFifoName(target.queue.name) !== isFifoName(name))
    throw invalidAttributeValue(
      'RedrivePolicy',
      'Dead-letter queue must be same type of queue as the source.',
    );
}

function checkSame(existing: Queue, attributes: Record<string, string>): void {
  const now = effective(existing);
  const different = Object.entries(attributes).find(([name, value]) => now[name] !== value);
  if (!different) return;
  throw new AwsError(
    'QueueNameExists',
    `A queue already exists with the same name and a different value for attribute ${different[0]}`,
  );
}

function derivedOf(context: Context, { queue, engine }: Live): Record<(typeof derived)[number], string> {
  const { visible, inflight, delayed } = engine.counts(context.clock.now());
  return {
    QueueArn: arnOf(context, queue.name),
    CreatedTimestamp: String(Math.floor(queue.created / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modified / 1000)),
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inflight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
}

function page(
  names: readonly string[],
  { MaxResults, NextToken }: { MaxResults?: number | undefined; NextToken?: string | undefined },
): { shown: string[]; NextToken?: string } {
  if (MaxResults !== undefined) checkRange('MaxResults', MaxResults, 1, 1000);
  const after = NextToken === undefined ? '' : Buffer.from(NextToken, 'base64url').toString();
  const rest = names.filter((name) => name > after);
  const shown = rest.slice(0, MaxResults ?? 1000);
  const last = shown.at(-1);
  // Tokens are given only to those who asked for pages.
  const isCut = MaxResults !== undefined && shown.length < rest.length && last !== undefined;
  return { shown, ...(isCut && { NextToken: Buffer.from(last).toString('base64url') }) };
}
