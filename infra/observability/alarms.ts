import * as pulumi from '@pulumi/pulumi';
import type { AlarmsConfiguration } from '../environment/scaling-section.ts';
import { createAlarm, dimensionOf, greatestOf, metric, type Query } from './metric-alarm.ts';
import type { AlarmSettings } from './metric-alarm.ts';

export interface AlarmsArgs {
  /** Beyond which limits somebody is told. */
  readonly thresholds: AlarmsConfiguration;
  /** Both slots' groups: who is active changes with each deployment. */
  readonly autoScalingGroups: readonly pulumi.Input<string>[];
  /** For alarms on server errors, slow answers and unhealthy targets; absent without a load balancer. */
  readonly loadBalancer?:
    | { readonly arn: pulumi.Input<string>; readonly targetGroupArns: readonly pulumi.Input<string>[] }
    | undefined;
  /** For the alarm on the age of the oldest message; absent without a queue. */
  readonly queueName?: pulumi.Input<string> | undefined;
  /** Told when an alarm goes off and when it is over. */
  readonly topicArn: string;
  /** On everything that can carry tags: application, stack and environment. Permissions and costs go by them. */
  readonly tags: Record<string, string>;
}

/**
 * What somebody wants to be told about an environment: server errors, unhealthy targets, slow answers, busy
 * instances, old messages. Both slots are watched; where nothing is measured there is nothing to tell.
 * Cost: 0.10 USD a month for each metric that an alarm looks at (us-east-1): 0.70 for a load-balanced web environment,
 * 0.30 for a worker, 0.20 for a web environment of a single instance.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
 * @stackFile environments.web.alarms
 */
export class Alarms extends pulumi.ComponentResource {
  constructor(name: string, args: AlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:observability:Alarms', name, {}, opts);
    const { loadBalancer, queueName } = args;

    this.createCpuAlarm(`${name}-cpu`, args);
    if (loadBalancer) {
      const balancer = pulumi.output(loadBalancer.arn).apply(dimensionOf);
      this.createErrorAlarm(`${name}-server-errors`, args, balancer);
      this.createLatencyAlarm(`${name}-latency`, args, balancer);
      this.createTargetAlarm(`${name}-unhealthy-targets`, args, balancer, loadBalancer.targetGroupArns);
    }
    if (queueName !== undefined) this.createBacklogAlarm(`${name}-backlog-age`, args, queueName);

    this.registerOutputs({});
  }

  private createCpuAlarm(name: string, args: AlarmsArgs): void {
    const queries = args.autoScalingGroups.map((group, index) =>
      metric(`group${index}`, 'AWS/EC2', 'CPUUtilization', 'Average', { AutoScalingGroupName: group }),
    );
    this.createAlarm(name, args, greatestOf(queries), {
      alarmDescription: 'The instances are busy.',
      comparisonOperator: 'GreaterThanThreshold',
      threshold: args.thresholds.cpuPercent,
      evaluationPeriods: 5,
    });
  }

  private createErrorAlarm(name: string, args: AlarmsArgs, LoadBalancer: pulumi.Output<string>): void {
    const count = (id: string, metricName: string) =>
      metric(id, 'AWS/ApplicationELB', metricName, 'Sum', { LoadBalancer });
    const queries: Query[] = [
      count('target', 'HTTPCode_Target_5XX_Count'),
      count('balancer', 'HTTPCode_ELB_5XX_Count'),
      // A minute without errors has no data at all.
      {
        id: 'errors',
        expression: 'FILL(target, 0) + FILL(balancer, 0)',
        returnData: true,
        label: 'Answers 5xx',
      },
    ];
    this.createAlarm(name, args, queries, {
      alarmDescription: 'The application, or the load balancer for want of it, answers with server errors.',
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      threshold: args.thresholds.serverErrors,
      evaluationPeriods: 5,
      datapointsToAlarm: 3,
    });
  }

  private createLatencyAlarm(name: string, args: AlarmsArgs, LoadBalancer: pulumi.Output<string>): void {
    const query = metric('latency', 'AWS/ApplicationELB', 'TargetResponseTime', 'p95', { LoadBalancer });
    this.createAlarm(name, args, [{ ...query, returnData: true }], {
      alarmDescription: 'One in twenty answers is slow.',
      comparisonOperator: 'GreaterThanThreshold',
      threshold: args.thresholds.latencySeconds,
      evaluationPeriods: 5,
      datapointsToAlarm: 3,
    });
  }

  private createTargetAlarm(
    name: string,
    args: AlarmsArgs,
    LoadBalancer: pulumi.Output<string>,
    targetGroupArns: readonly pulumi.Input<string>[],
  ): void {
    const queries = targetGroupArns.map((arn, index) =>
      metric(`group${index}`, 'AWS/ApplicationELB', 'UnHealthyHostCount', 'Maximum', {
        TargetGroup: pulumi.output(arn).apply(dimensionOf),
        LoadBalancer,
      }),
    );
    this.createAlarm(name, args, greatestOf(queries), {
      alarmDescription: 'Instances fail the health check of the load balancer.',
      comparisonOperator: 'GreaterThanThreshold',
      threshold: 0,
      evaluationPeriods: 3,
    });
  }

  private createBacklogAlarm(name: string, args: AlarmsArgs, QueueName: pulumi.Input<string>): void {
    const query = metric('age', 'AWS/SQS', 'ApproximateAgeOfOldestMessage', 'Maximum', { QueueName });
    this.createAlarm(name, args, [{ ...query, returnData: true }], {
      alarmDescription: 'Messages wait too long for a worker.',
      comparisonOperator: 'GreaterThanThreshold',
      threshold: args.thresholds.backlogAgeSeconds,
      evaluationPeriods: 3,
    });
  }

  private createAlarm(name: string, args: AlarmsArgs, metricQueries: Query[], settings: AlarmSettings): void {
    createAlarm(name, args, metricQueries, settings, this);
  }
}
