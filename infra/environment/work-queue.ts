import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { fitAutomaticName } from '../naming.ts';
import { refusePlainHttp } from '../policy-documents.ts';

export interface WorkQueueArgs {
  /**
   * Seconds for which a received message stays hidden from others; the worker daemon prolongs them while its job runs.
   * @stackFile environments.*.visibilityTimeoutSeconds
   */
  readonly visibilityTimeoutSeconds: number;
  /**
   * Seconds for which the queue keeps a message that nobody deletes; then it is lost.
   * @stackFile environments.*.retentionPeriodSeconds
   */
  readonly retentionPeriodSeconds: number;
  /**
   * Deliveries before a message goes to the dead-letter queue.
   * @stackFile environments.*.maxRetries
   */
  readonly maxRetries: number;
  /**
   * FIFO: in order within a message group, the same message within five minutes once. 0.50 USD per million requests
   * instead of 0.40. A change replaces both queues, and what waits in them is lost.
   * @stackFile environments.*.queueType
   */
  readonly isFifo: boolean;
  /** On everything that can carry tags: application, stack and environment. Permissions and costs go by them. */
  readonly tags: Record<string, string>;
}

/** Failed messages wait as long as SQS allows: somebody has to look at them. */
const deadLetterRetentionSeconds = 14 * 24 * 3600;

/** Groups do not wait for one another; the same message within five minutes is one, also without an id of its own. */
const fifo = {
  fifoQueue: true,
  contentBasedDeduplication: true,
  deduplicationScope: 'messageGroup',
  fifoThroughputLimit: 'perMessageGroupId',
};

/** Pulumi ends the name of a FIFO queue with `.fifo`, as SQS demands. */
const queueName = (name: string, isFifo: boolean): string =>
  fitAutomaticName(name, 80 - (isFifo ? '.fifo'.length : 0));

/**
 * A queue with its dead-letter queue, both encrypted and closed to plain HTTP. The dead-letter queue keeps messages for
 * 14 days, the longest that SQS allows: somebody has to look at them (`beanpole queue`).
 * Cost: the first million requests a month are free, then 0.40 USD per million.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 * @stackFile environments.worker.tier, environments.worker.visibilityTimeoutSeconds, environments.worker.maxRetries
 */
export class WorkQueue extends pulumi.ComponentResource {
  /** The `QueueName` dimension of its metrics. */
  readonly name: pulumi.Output<string>;
  /** Where messages are sent: `WORKER_QUEUE_URL` of web environments. */
  readonly url: pulumi.Output<string>;
  /** For permissions to send to it and to receive from it. */
  readonly arn: pulumi.Output<string>;
  /** Of the dead-letter queue, for the worker's permission to move a message there with the reason. */
  readonly deadLetterArn: pulumi.Output<string>;
  /** Where the worker daemon and `beanpole queue` find messages that were given up on. */
  readonly deadLetterUrl: pulumi.Output<string>;
  /** The `QueueName` dimension that the alarm for dead letters looks at. */
  readonly deadLetterName: pulumi.Output<string>;

  constructor(name: string, args: WorkQueueArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:environment:WorkQueue', name, {}, opts);

    const deadLetter = this.createDeadLetterQueue(`${name}-dead-letter`, args);
    const queue = this.createQueue(name, args, deadLetter);
    this.createPolicy(`${name}-dead-letter`, deadLetter);
    this.createPolicy(name, queue);

    this.name = queue.name;
    this.url = queue.url;
    this.arn = queue.arn;
    this.deadLetterArn = deadLetter.arn;
    this.deadLetterUrl = deadLetter.url;
    this.deadLetterName = deadLetter.name;
    this.registerOutputs({ url: this.url, arn: this.arn, deadLetterUrl: this.deadLetterUrl });
  }

  private createDeadLetterQueue(name: string, { tags, isFifo }: WorkQueueArgs): aws.sqs.Queue {
    return new aws.sqs.Queue(
      queueName(name, isFifo),
      {
        messageRetentionSeconds: deadLetterRetentionSeconds,
        sqsManagedSseEnabled: true,
        ...(isFifo && fifo),
        tags,
      },
      { parent: this },
    );
  }

  private createQueue(name: string, args: WorkQueueArgs, deadLetter: aws.sqs.Queue): aws.sqs.Queue {
    const redrivePolicy = deadLetter.arn.apply((deadLetterTargetArn) =>
      JSON.stringify({ deadLetterTargetArn, maxReceiveCount: args.maxRetries }),
    );
    return new aws.sqs.Queue(
      queueName(name, args.isFifo),
      {
        visibilityTimeoutSeconds: args.visibilityTimeoutSeconds,
        messageRetentionSeconds: args.retentionPeriodSeconds,
        // Long polling also for those who forget to ask for it: empty answers cost the same as full ones.
        receiveWaitTimeSeconds: 20,
        redrivePolicy,
        sqsManagedSseEnabled: true,
        ...(args.isFifo && fifo),
        tags: args.tags,
      },
      { parent: this },
    );
  }

  private createPolicy(name: string, queue: aws.sqs.Queue): aws.sqs.QueuePolicy {
    const policy = queue.arn.apply((arn) => refusePlainHttp('sqs', [arn]));
    return new aws.sqs.QueuePolicy(name, { queueUrl: queue.url, policy }, { parent: this });
  }
}
