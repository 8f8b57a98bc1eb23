import { invalidAttributeName, invalidAttributeValue } from './errors.ts';
import type { Queue } from './state.ts';

type Check = (value: string, name: string) => void;

const whole =
  (least: number, most: number): Check =>
  (value, name) => {
    if (!/^\d+$/.test(value) || Number(value) < least || Number(value) > most)
      throw invalidAttributeValue(name);
  };
const oneOf =
  (...values: string[]): Check =>
  (value, name) => {
    if (!values.includes(value)) throw invalidAttributeValue(name);
  };
const json: Check = (value, name) => {
  if (value !== '') parse(value, name);
};

function parse(value: string, name: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw invalidAttributeValue(name, 'Policy is not valid JSON.');
  }
}

const checks: Record<string, Check> = {
  DelaySeconds: whole(0, 900),
  MaximumMessageSize: whole(1024, 1_048_576),
  MessageRetentionPeriod: whole(60, 1_209_600),
  ReceiveMessageWaitTimeSeconds: whole(0, 20),
  VisibilityTimeout: whole(0, 43_200),
  SqsManagedSseEnabled: oneOf('true', 'false'),
  Policy: json,
  RedriveAllowPolicy: json,
  RedrivePolicy: (value, name) => {
    if (value !== '') readRedrive(value, name);
  },
};
const fifoChecks: Record<string, Check> = {
  FifoQueue: oneOf('true'),
  ContentBasedDeduplication: oneOf('true', 'false'),
  DeduplicationScope: oneOf('queue', 'messageGroup'),
  FifoThroughputLimit: oneOf('perQueue', 'perMessageGroupId'),
};

export const defaults: Readonly<Record<string, string>> = {
  VisibilityTimeout: '30',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  DelaySeconds: '0',
  ReceiveMessageWaitTimeSeconds: '0',
  SqsManagedSseEnabled: 'true',
};
const fifoDefaults: Readonly<Record<string, string>> = {
  FifoQueue: 'true',
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  FifoThroughputLimit: 'perQueue',
};

/** Attributes that the queue counts or knows itself. */
export const derived = [
  'QueueArn',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** Refuses attributes that SQS would refuse. */
export function checkAttributes(attributes: Record<string, string>, isFifo: boolean): void {
  for (const [name, value] of Object.entries(attributes)) {
    const check = checks[name] ?? (isFifo ? fifoChecks[name] : undefined);
    if (!check) throw invalidAttributeName(name);
    check(value, name);
  }
}

/** The effective value of an attribute. */
export function attributeOf({ name, attributes }: Queue, attribute: string): string | undefined {
  return (
    attributes[attribute] ?? defaults[attribute] ?? (isFifoName(name) ? fifoDefaults[attribute] : undefined)
  );
}

export function numberOf(queue: Queue, attribute: string): number {
  return Number(attributeOf(queue, attribute));
}

/** All that was set or has a default. */
export function effective({ name, attributes }: Queue): Record<string, string> {
  return { ...defaults, ...(isFifoName(name) && fifoDefaults), ...attributes };
}

export function isFifoName(name: string): boolean {
  return name.endsWith('.fifo');
}

/** Whether a name may be asked for. */
export function isAttribute(name: string): boolean {
  return (
    name === 'All' || name in checks || name in fifoChecks || (derived as readonly string[]).includes(name)
  );
}

export interface Redrive {
  readonly targetArn: string;
  readonly maxReceiveCount: number;
}

/** The dead-letter policy of a queue. */
export function redriveOf({ attributes }: Queue): Redrive | undefined {
  const policy = attributes.RedrivePolicy;
  return policy ? readRedrive(policy, 'RedrivePolicy') : undefined;
}

function readRedrive(value: string, name: string): Redrive {
  const { deadLetterTargetArn, maxReceiveCount } = parse(value, name) as {
    deadLetterTargetArn?: unknown;
    maxReceiveCount?: unknown;
  };
  if (typeof deadLetterTargetArn !== 'string')
    throw invalidAttributeValue(
      name,
      'Redrive policy does not contain mandatory attribute: deadLetterTargetArn.',
    );
  const count = Number(maxReceiveCount);
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw invalidAttributeValue(name, 'Invalid value for maxReceiveCount: must be between 1 and 1000.');
  return { targetArn: deadLetterTargetArn, maxReceiveCount: count };
}
