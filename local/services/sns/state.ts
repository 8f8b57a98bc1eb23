import type { Tag } from '@aws-sdk/client-sns';
import { AwsError } from '../../endpoint/service.ts';
import type { Collection } from '../../store.ts';
import type { Parts } from '../parts.ts';

/** What SNS keeps; all by ARN. */
export interface SnsState {
  readonly topics: Collection<StoredTopic>;
  readonly subscriptions: Collection<StoredSubscription>;
  /** What became of messages since the cloud was started, by a topic's ARN. */
  readonly totals: Map<string, Totals>;
}

export interface Totals {
  published: number;
  delivered: number;
  failed: number;
}

export interface StoredTopic {
  arn: string;
  name: string;
  attributes: Record<string, string>;
  tags: Tag[];
}

export interface StoredSubscription {
  arn: string;
  topicArn: string;
  protocol: string;
  endpoint: string;
  /** An address that never confirmed gets nothing. */
  confirmed: boolean;
  attributes: Record<string, string>;
}

export function snsState({ store }: Parts): SnsState {
  return {
    topics: store.collection('sns.topic'),
    subscriptions: store.collection('sns.subscription'),
    totals: new Map(),
  };
}

/** Counts what became of a topic's messages. */
export function count({ totals }: SnsState, topicArn: string, what: keyof Totals): void {
  const total = totals.get(topicArn) ?? { published: 0, delivered: 0, failed: 0 };
  totals.set(topicArn, { ...total, [what]: total[what] + 1 });
}

export const invalid = (message: string) => new AwsError('InvalidParameter', `Invalid parameter: ${message}`);
export const unsupported = (what: string) =>
  invalid(`${what} is not supported by this region: nothing would act on it.`);

export function findTopic({ topics }: SnsState, arn: string | undefined): StoredTopic {
  const found = topics.get(arn ?? '');
  if (!found) throw new AwsError('NotFound', 'Topic does not exist', 404);
  return found;
}

export function findSubscription({ subscriptions }: SnsState, arn: string | undefined): StoredSubscription {
  const found = subscriptions.get(arn ?? '');
  if (!found) throw new AwsError('NotFound', 'Subscription does not exist', 404);
  return found;
}
