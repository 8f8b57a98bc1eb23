import type { Parts, QueueMeasure } from '../parts.ts';
import { measured } from './buckets.ts';
import type { Measurement } from './series.ts';

/** SQS's own metrics of queues: what is in them now, and what was done since the last time. */
export function queueMetrics({ clock, services }: Parts): (at: number) => Promise<Measurement[]> {
  let before = new Map<string, QueueMeasure>();

  return async (at) => {
    const now = services.sqs.measure(clock.now());
    const last = before;
    before = new Map(now.map((queue) => [queue.name, queue]));
    return now.flatMap((queue) => measurements(queue, last.get(queue.name), at));
  };
}

function measurements(queue: QueueMeasure, last: QueueMeasure | undefined, at: number): Measurement[] {
  const since = (total: 'sent' | 'received' | 'deleted') => queue[total] - (last?.[total] ?? queue[total]);
  const values = [
    ['ApproximateNumberOfMessagesVisible', queue.visible, 'Count'],
    ['ApproximateNumberOfMessagesNotVisible', queue.inflight, 'Count'],
    ['ApproximateNumberOfMessagesDelayed', queue.delayed, 'Count'],
    ['ApproximateAgeOfOldestMessage', queue.oldestAgeSeconds, 'Seconds'],
    ['NumberOfMessagesSent', since('sent'), 'Count'],
    ['NumberOfMessagesReceived', since('received'), 'Count'],
    ['NumberOfMessagesDeleted', since('deleted'), 'Count'],
  ] as const;
  return values.map(([name, value, unit]) => ({
    namespace: 'AWS/SQS',
    name,
    dimensions: [{ Name: 'QueueName', Value: queue.name }],
    unit,
    at,
    measured: measured([[value, 1]]),
  }));
}
