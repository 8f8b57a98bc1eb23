import { CloudWatchClient, PutMetricDataCommand, type MetricDatum } from '@aws-sdk/client-cloudwatch';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { metricDimensions, metricNamespace } from '../../model/names.ts';
import type { ErrandInput } from './contract.ts';

/** Publishes a minute of a worker's life. Each instance says the queue's depth: take its average or maximum. */
export async function publishMetrics({ queueUrl, name, counts }: ErrandInput<'metrics'>): Promise<null> {
  const { Attributes = {} } = await new SQSClient({}).send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  const data: [string, number, MetricDatum['Unit']][] = [
    ['QueueDepth', Number(Attributes.ApproximateNumberOfMessages), 'Count'],
    ['MessagesNotVisible', Number(Attributes.ApproximateNumberOfMessagesNotVisible), 'Count'],
    ['OldestMessageAge', counts.oldestSeconds, 'Seconds'],
    ['MessagesHandled', counts.handled, 'Count'],
    ['MessageFailures', counts.failures, 'Count'],
    ['DeadLetters', counts.deadLetters, 'Count'],
    ['JobsInFlight', counts.inFlight, 'Count'],
  ];
  await new CloudWatchClient({}).send(
    new PutMetricDataCommand({
      Namespace: metricNamespace,
      MetricData: data.map(([MetricName, Value, Unit]) => ({
        MetricName,
        Value,
        Unit,
        Dimensions: metricDimensions(name),
      })),
    }),
  );
  return null;
}
