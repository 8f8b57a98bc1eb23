import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

export interface DeadLetterAlarmArgs {
  /** Name of the dead-letter queue. */
  readonly queueName: pulumi.Input<string>;
  /** Told when the alarm goes off and when it is over. */
  readonly topicArn: string;
  /** On everything that can carry tags: application, stack and environment. Permissions and costs go by them. */
  readonly tags: Record<string, string>;
}

/**
 * Goes off as soon as one message was given up on, and is over when the dead-letter queue is empty again.
 * Cost: 0.10 USD a month.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export class DeadLetterAlarm extends pulumi.ComponentResource {
  constructor(name: string, args: DeadLetterAlarmArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:observability:DeadLetterAlarm', name, {}, opts);

    this.createAlarm(name, args);

    this.registerOutputs({});
  }

  private createAlarm(
    name: string,
    { queueName, topicArn, tags }: DeadLetterAlarmArgs,
  ): aws.cloudwatch.MetricAlarm {
    return new aws.cloudwatch.MetricAlarm(
      name,
      {
        alarmDescription: 'Messages that the worker could not handle wait in the dead-letter queue.',
        namespace: 'AWS/SQS',
        metricName: 'ApproximateNumberOfMessagesVisible',
        dimensions: { QueueName: queueName },
        statistic: 'Maximum',
        period: 60,
        evaluationPeriods: 1,
        comparisonOperator: 'GreaterThanThreshold',
        threshold: 0,
        // SQS stops reporting a queue that nobody uses.
        treatMissingData: 'notBreaching',
        alarmActions: [topicArn],
        okActions: [topicArn],
        tags,
      },
      { parent: this },
    );
  }
}
