import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { dimensionOf } from '../observability/metric-alarm.ts';
import type { ScalingConfiguration } from './scaling-section.ts';

export interface ScalingArgs {
  /** Metrics to hold, steps and schedules; without any of them nothing is made. */
  readonly configuration: ScalingConfiguration;
  /** Name of the group whose size is moved. */
  readonly autoScalingGroup: pulumi.Input<string>;
  /** Whose requests are counted for `requestsPerTarget`; absent without a load balancer. */
  readonly target?: {
    readonly loadBalancerArn: pulumi.Input<string>;
    readonly targetGroupArn: pulumi.Input<string>;
  };
  /** Whose messages are counted for `backlogPerInstance`; absent without a queue. */
  readonly queueName?: pulumi.Input<string>;
  /** On everything that can carry tags: application, stack, environment and slot. Permissions and costs go by them. */
  readonly tags: Record<string, string>;
}

type Steps = NonNullable<ScalingConfiguration['stepsOut']>;
type TrackedMetric = Omit<aws.types.input.autoscaling.PolicyTargetTrackingConfiguration, 'targetValue'>;

/** Pure: how Auto Scaling names the requests that a load balancer sends to a target group. */
export const resourceLabel = (loadBalancerArn: string, targetGroupArn: string): string =>
  `${dimensionOf(loadBalancerArn)}/${dimensionOf(targetGroupArn)}`;

/** Pure: steps as distances from the first one's CPU, which is the alarm's threshold. */
export function stepAdjustments(
  steps: Steps,
  direction: 'out' | 'in',
): aws.types.input.autoscaling.PolicyStepAdjustment[] {
  const threshold = steps[0]?.cpuPercent ?? 0;
  return steps.map(({ cpuPercent, instances }, index) => {
    const next = steps[index + 1];
    const near = String(cpuPercent - threshold);
    const far = next && String(next.cpuPercent - threshold);
    return direction === 'out'
      ? {
          metricIntervalLowerBound: near,
          ...(far !== undefined && { metricIntervalUpperBound: far }),
          scalingAdjustment: instances,
        }
      : {
          metricIntervalUpperBound: near,
          ...(far !== undefined && { metricIntervalLowerBound: far }),
          scalingAdjustment: -instances,
        };
  });
}

/**
 * What moves the size of one slot: target tracking, steps and schedules. A slot that is held at 0/0 stays there,
 * because no policy goes beyond the maximum.
 * Cost: 0.10 USD a month for each alarm, two per target, one per list of steps, in each slot; schedules are free.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
 * @stackFile environments.web.scaling
 */
export class Scaling extends pulumi.ComponentResource {
  constructor(name: string, args: ScalingArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:environment:Scaling', name, {}, opts);
    const { configuration, target, queueName } = args;

    if (configuration.cpuPercent !== undefined)
      this.track(`${name}-cpu`, args, configuration.cpuPercent, {
        predefinedMetricSpecification: { predefinedMetricType: 'ASGAverageCPUUtilization' },
      });
    if (configuration.requestsPerTarget !== undefined && target)
      this.track(`${name}-requests`, args, configuration.requestsPerTarget, {
        predefinedMetricSpecification: {
          predefinedMetricType: 'ALBRequestCountPerTarget',
          resourceLabel: pulumi
            .all([target.loadBalancerArn, target.targetGroupArn])
            .apply(([balancer, group]) => resourceLabel(balancer, group)),
        },
      });
    if (configuration.backlogPerInstance !== undefined && queueName !== undefined)
      this.track(
        `${name}-backlog`,
        args,
        configuration.backlogPerInstance,
        backlogMetric(queueName, args.autoScalingGroup),
      );
    if (configuration.stepsOut) this.step(`${name}-out`, args, configuration.stepsOut, 'out');
    if (configuration.stepsIn) this.step(`${name}-in`, args, configuration.stepsIn, 'in');
    for (const [schedule, sizes] of Object.entries(configuration.schedules))
      this.schedule(`${name}-${schedule}`, args, schedule, sizes);

    this.registerOutputs({});
  }

  private track(name: string, args: ScalingArgs, targetValue: number, metric: TrackedMetric): void {
    new aws.autoscaling.Policy(
      name,
      {
        autoscalingGroupName: args.autoScalingGroup,
        policyType: 'TargetTrackingScaling',
        estimatedInstanceWarmup: args.configuration.warmupSeconds,
        targetTrackingConfiguration: { ...metric, targetValue, disableScaleIn: !args.configuration.scaleIn },
      },
      { parent: this },
    );
  }

  private step(name: string, args: ScalingArgs, steps: Steps, direction: 'out' | 'in'): void {
    const policy = new aws.autoscaling.Policy(
      name,
      {
        autoscalingGroupName: args.autoScalingGroup,
        policyType: 'StepScaling',
        adjustmentType: 'ChangeInCapacity',
        estimatedInstanceWarmup: args.configuration.warmupSeconds,
        stepAdjustments: stepAdjustments(steps, direction),
      },
      { parent: this },
    );
    new aws.cloudwatch.MetricAlarm(
      name,
      {
        alarmDescription: `Scales ${direction} by steps.`,
        namespace: 'AWS/EC2',
        metricName: 'CPUUtilization',
        dimensions: { AutoScalingGroupName: args.autoScalingGroup },
        statistic: 'Average',
        period: 60,
        // Quick to add, slow to take away.
        evaluationPeriods: direction === 'out' ? 1 : 5,
        comparisonOperator:
          direction === 'out' ? 'GreaterThanOrEqualToThreshold' : 'LessThanOrEqualToThreshold',
        threshold: steps[0]?.cpuPercent ?? 0,
        treatMissingData: 'notBreaching',
        alarmActions: [policy.arn],
        tags: args.tags,
      },
      { parent: this },
    );
  }

  private schedule(
    name: string,
    args: ScalingArgs,
    schedule: string,
    { cron, timeZone, minSize, desiredSize }: ScalingConfiguration['schedules'][string],
  ): void {
    new aws.autoscaling.Schedule(
      name,
      {
        scheduledActionName: schedule,
        autoscalingGroupName: args.autoScalingGroup,
        recurrence: cron,
        timeZone,
        // -1: stays as it is.
        minSize: minSize ?? -1,
        maxSize: -1,
        desiredCapacity: desiredSize ?? -1,
      },
      { parent: this },
    );
  }
}

/** Messages waiting for each instance in service: metric math, so that nobody has to publish it. */
function backlogMetric(queueName: pulumi.Input<string>, group: pulumi.Input<string>): TrackedMetric {
  return {
    customizedMetricSpecification: {
      metrics: [
        {
          id: 'visible',
          returnData: false,
          metricStat: {
            metric: {
              namespace: 'AWS/SQS',
              metricName: 'ApproximateNumberOfMessagesVisible',
              dimensions: [{ name: 'QueueName', value: queueName }],
            },
            stat: 'Maximum',
          },
        },
        {
          id: 'instances',
          returnData: false,
          metricStat: {
            metric: {
              namespace: 'AWS/AutoScaling',
              metricName: 'GroupInServiceInstances',
              dimensions: [{ name: 'AutoScalingGroupName', value: group }],
            },
            stat: 'Average',
          },
        },
        { id: 'backlog', expression: 'visible / instances', label: 'Backlog per instance' },
      ],
    },
  };
}
