import type { Parts, TopicMeasure } from '../parts.ts';
import { measured } from './buckets.ts';
import type { Measurement } from './series.ts';

/** SNS's own metrics: what was published and delivered since the last time, of topics where anything was. */
export function topicMetrics({ services }: Parts): (at: number) => Promise<Measurement[]> {
  let before = new Map<string, TopicMeasure>();

  return async (at) => {
    const now = services.sns.measure();
    const last = before;
    before = new Map(now.map((topic) => [topic.name, topic]));
    return now.flatMap((topic) => measurements(topic, last.get(topic.name), at));
  };
}

function measurements(topic: TopicMeasure, last: TopicMeasure | undefined, at: number): Measurement[] {
  const since = (total: 'published' | 'delivered' | 'failed') => topic[total] - (last?.[total] ?? 0);
  const values = [
    ['NumberOfMessagesPublished', since('published')],
    ['NumberOfNotificationsDelivered', since('delivered')],
    ['NumberOfNotificationsFailed', since('failed')],
  ] as const;
  if (values.every(([, value]) => value === 0)) return [];
  return values.map(([name, value]) => ({
    namespace: 'AWS/SNS',
    name,
    unit: 'Count' as const,
    at,
    dimensions: [{ Name: 'TopicName', Value: topic.name }],
    measured: measured([[value, 1]]),
  }));
}
