import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

export interface DeadLetterAlarmArgs {
  readonly queueName: pulumi.Input<string>;
  /** Told when the alarm goes off and when it is over. */
  readonly topicArn: string;
  readonly tags: Record<string, string>;
}

/** Goes off as soon as one message was given up on. Cost: 0.10 USD a month. */
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
