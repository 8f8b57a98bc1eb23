import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { refusePlainHttp } from '../policy-documents.ts';

export interface WorkQueueArgs {
  /** How long a received message stays hidden. */
  readonly visibilityTimeoutSeconds: number;
  /** How long the queue keeps a message. */
  readonly retentionPeriodSeconds: number;
  /** Deliveries before a message goes to the dead-letter queue. */
  readonly maxRetries: number;
  /** In order within a group, each once. */
  readonly isFifo: boolean;
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

/**
 * A queue with its dead-letter queue, both encrypted and closed to plain HTTP.
 * Cost: the first million requests a month are free, then 0.40 USD per million.
 */
export class WorkQueue extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly url: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  readonly deadLetterArn: pulumi.Output<string>;
  readonly deadLetterUrl: pulumi.Output<string>;
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
      name,
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
      name,
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
