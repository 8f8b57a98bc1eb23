import * as pulumi from '@pulumi/pulumi';
import { tags } from '../../model/names.ts';
import type { EnvironmentName } from '../../model/names.ts';
import { workerDaemon } from '../../model/schemas.ts';
import type { WorkerDaemon } from '../../model/schemas.ts';
import type { EnvironmentConfiguration } from '../config.ts';
import { DeadLetterAlarm } from '../observability/dead-letter-alarm.ts';
import { WorkQueue } from './work-queue.ts';

export interface WorkerTierArgs {
  /** For tags. */
  readonly name: EnvironmentName;
  /** Visibility, retention, retries and type of the queue, and how the daemon posts messages to the application. */
  readonly configuration: EnvironmentConfiguration;
  /** Told about messages in the dead-letter queue. */
  readonly alarmTopicArn: string;
}

/** Pure: the daemon's settings. */
export function daemonSettings(
  configuration: EnvironmentConfiguration,
  queueUrl: string,
  deadLetterQueueUrl: string,
): WorkerDaemon {
  return workerDaemon.parse({
    queueUrl,
    deadLetterQueueUrl,
    httpPath: configuration.httpPath,
    mimeType: configuration.mimeType,
    httpConnections: configuration.httpConnections,
    connectTimeoutSeconds: configuration.connectTimeoutSeconds,
    inactivityTimeoutSeconds: configuration.inactivityTimeoutSeconds,
    visibilityTimeoutSeconds: configuration.visibilityTimeoutSeconds,
    errorVisibilityTimeoutSeconds: configuration.errorVisibilityTimeoutSeconds,
    retentionPeriodSeconds: configuration.retentionPeriodSeconds,
    maxRetries: configuration.maxRetries,
  });
}

/** Pure: how long processes may go on when they are to end. No job takes longer than InactivityTimeout, so none is cut. */
export function drainTimeoutOf(configuration: EnvironmentConfiguration): number {
  const { tier, drainTimeoutSeconds, inactivityTimeoutSeconds } = configuration;
  return tier === 'Worker'
    ? Math.min(3600, Math.max(drainTimeoutSeconds, inactivityTimeoutSeconds))
    : drainTimeoutSeconds;
}

/**
 * Where a worker environment's work comes from: a queue, and an alarm for what could not be done. The worker daemon on
 * each instance posts the messages to the application, by Elastic Beanstalk's protocol.
 * Cost: that of the queue, free up to a million requests a month, and 0.10 USD a month for the alarm.
 * @see https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features-managing-env-tiers.html
 * @stackFile environments.worker
 */
export class WorkerTier extends pulumi.ComponentResource {
  /** Where web environments of the stack put work. */
  readonly queue: WorkQueue;
  /** Settings of the worker daemon, as instances read them from their descriptor. */
  readonly daemon: pulumi.Output<WorkerDaemon>;

  constructor(name: string, args: WorkerTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:environment:WorkerTier', name, {}, opts);

    this.queue = this.createQueue(`${name}-queue`, args);
    this.createAlarm(`${name}-dead-letter-alarm`, args);

    this.daemon = pulumi
      .all([this.queue.url, this.queue.deadLetterUrl])
      .apply(([queueUrl, deadLetterUrl]) => daemonSettings(args.configuration, queueUrl, deadLetterUrl));
    this.registerOutputs({ queueUrl: this.queue.url });
  }

  private createQueue(name: string, { name: environment, configuration }: WorkerTierArgs): WorkQueue {
    const { visibilityTimeoutSeconds, retentionPeriodSeconds, maxRetries, queueType } = configuration;
    return new WorkQueue(
      name,
      {
        visibilityTimeoutSeconds,
        retentionPeriodSeconds,
        maxRetries,
        isFifo: queueType === 'Fifo',
        tags: tags(environment),
      },
      { parent: this },
    );
  }

  private createAlarm(name: string, { name: environment, alarmTopicArn }: WorkerTierArgs): DeadLetterAlarm {
    return new DeadLetterAlarm(
      name,
      { queueName: this.queue.deadLetterName, topicArn: alarmTopicArn, tags: tags(environment) },
      { parent: this },
    );
  }
}
