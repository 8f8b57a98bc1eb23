import { text, type Properties, type Value } from '../../../protocol/values.ts';

/** Properties of a queue that are attributes of the API. */
export const attributes: readonly {
  property: string;
  attribute: string;
  type: 'number' | 'boolean' | 'string';
}[] = [
  { property: 'delaySeconds', attribute: 'DelaySeconds', type: 'number' },
  { property: 'maxMessageSize', attribute: 'MaximumMessageSize', type: 'number' },
  { property: 'messageRetentionSeconds', attribute: 'MessageRetentionPeriod', type: 'number' },
  { property: 'receiveWaitTimeSeconds', attribute: 'ReceiveMessageWaitTimeSeconds', type: 'number' },
  { property: 'visibilityTimeoutSeconds', attribute: 'VisibilityTimeout', type: 'number' },
  { property: 'kmsDataKeyReusePeriodSeconds', attribute: 'KmsDataKeyReusePeriodSeconds', type: 'number' },
  { property: 'kmsMasterKeyId', attribute: 'KmsMasterKeyId', type: 'string' },
  { property: 'policy', attribute: 'Policy', type: 'string' },
  { property: 'redrivePolicy', attribute: 'RedrivePolicy', type: 'string' },
  { property: 'redriveAllowPolicy', attribute: 'RedriveAllowPolicy', type: 'string' },
  { property: 'sqsManagedSseEnabled', attribute: 'SqsManagedSseEnabled', type: 'boolean' },
  { property: 'fifoQueue', attribute: 'FifoQueue', type: 'boolean' },
  { property: 'contentBasedDeduplication', attribute: 'ContentBasedDeduplication', type: 'boolean' },
  { property: 'deduplicationScope', attribute: 'DeduplicationScope', type: 'string' },
  { property: 'fifoThroughputLimit', attribute: 'FifoThroughputLimit', type: 'string' },
];

/** Given properties as the API takes them; an absent one is cleared when it is asked for. */
export function toAttributes(
  given: Properties,
  isWanted: (property: string) => boolean,
  clear: boolean,
): Record<string, string> {
  const entries = attributes.flatMap(({ property, attribute }) => {
    const value = given[property];
    if (!isWanted(property) || (value === undefined && !clear)) return [];
    return [[attribute, text(value)] as const];
  });
  return Object.fromEntries(entries);
}

export function fromAttributes(found: Record<string, string>): Properties {
  return Object.fromEntries(
    attributes.map(({ property, attribute, type }) => [property, typed(found[attribute], type)]),
  );
}

function typed(found: string | undefined, type: string): Value | undefined {
  if (found === undefined || found === '') return undefined;
  if (type === 'number') return Number(found);
  return type === 'boolean' ? found === 'true' : found;
}
