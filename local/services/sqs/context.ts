import type { Clock } from '../../clock.ts';
import type { Collection } from '../../store.ts';
import type { Parts } from '../parts.ts';
import { isFifoName, numberOf } from './attributes.ts';
import { QueueEngine } from './engine.ts';
import { queueDoesNotExist } from './errors.ts';
import { Polls } from './polls.ts';
import type { Deduplication, Delivery, Message, MoveTask, Queue } from './state.ts';

/** A queue at work: its stored facts, its messages, and who waits for some. */
export interface Live {
  readonly queue: Queue;
  readonly engine: QueueEngine;
  readonly polls: Polls;
}

/** What all operations of SQS share. */
export interface Context {
  readonly account: string;
  readonly region: string;
  readonly clock: Clock;
  readonly queues: Collection<Queue>;
  readonly messages: Collection<Message>;
  readonly deliveries: Collection<Delivery>;
  readonly deduplications: Collection<Deduplication>;
  readonly moves: Collection<MoveTask>;
  readonly live: Map<string, Live>;
}

export function openContext({ store, clock, account, region }: Parts): Context {
  const context: Context = {
    account,
    region,
    clock,
    queues: store.collection('sqs.queue'),
    messages: store.collection('sqs.message'),
    deliveries: store.collection('sqs.delivery'),
    deduplications: store.collection('sqs.deduplication'),
    moves: store.collection('sqs.move'),
    live: new Map(),
  };
  for (const queue of context.queues.values()) open(context, queue);
  for (const message of context.messages.values()) context.live.get(message.queue)?.engine.restore(message);
  return context;
}

/** Puts a queue to work. */
export function open(context: Context, queue: Queue): Live {
  const engine = new QueueEngine(context.messages, context.deliveries, isFifoName(queue.name));
  const live = { queue, engine, polls: new Polls(context.clock, engine) };
  context.live.set(queue.name, live);
  return live;
}

/** The queue of a URL; its name is the last part, whatever the host. */
export function findQueue(context: Context, url: string | undefined): Live {
  const live = context.live.get((url ?? '').split('/').at(-1) ?? '');
  if (!live) throw queueDoesNotExist();
  forgetOld(context, live);
  return live;
}

function forgetOld({ clock }: Context, { queue, engine }: Live): void {
  engine.expire(clock.now() - numberOf(queue, 'MessageRetentionPeriod') * 1000);
}

export function arnOf({ region, account }: Context, name: string): string {
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

/** The queue of an ARN; undefined: none of ours. */
export function findByArn(context: Context, arn: string | undefined): Live | undefined {
  const name = (arn ?? '').split(':').at(-1) ?? '';
  return arn === arnOf(context, name) ? context.live.get(name) : undefined;
}
