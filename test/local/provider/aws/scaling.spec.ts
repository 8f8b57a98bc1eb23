import { expect } from 'chai';
import { lives, openAccount, replacing, type Account, type Resource } from './account.ts';

describe('resources of scaling, alarms and notifications', () => {
  let account: Account;
  let group: Resource;
  before(async () => {
    account = await openAccount();
    const vpc = await account.make('aws:ec2/vpc:Vpc', { cidrBlock: '10.0.0.0/16' });
    const subnet = await account.make('aws:ec2/subnet:Subnet', {
      vpcId: vpc.id,
      cidrBlock: '10.0.1.0/24',
      availabilityZone: `${account.region}a`,
    });
    const image = (await (await account.clients.ec2()).describeImages({})).Images?.[0]?.ImageId;
    const template = await account.make('aws:ec2/launchTemplate:LaunchTemplate', {
      imageId: image,
      instanceType: 't3.micro',
    });
    group = await account.make('aws:autoscaling/group:Group', {
      minSize: 0,
      maxSize: 4,
      vpcZoneIdentifiers: [subnet.id],
      launchTemplate: { id: template.id },
      enabledMetrics: ['GroupInServiceInstances'],
    });
  });
  after(() => account.stop());

  it('Group keeps the metrics that it is to collect', () => {
    expect(group.state.enabledMetrics).to.deep.equal(['GroupInServiceInstances']);
  });

  it('Policy that tracks a target', async () => {
    const autoscaling = await account.clients.autoscaling();
    const inputs = {
      autoscalingGroupName: group.id,
      policyType: 'TargetTrackingScaling',
      targetTrackingConfiguration: {
        targetValue: 60,
        predefinedMetricSpecification: { predefinedMetricType: 'ASGAverageCPUUtilization' },
      },
    };
    const visible = {
      metricName: 'ApproximateNumberOfMessagesVisible',
      namespace: 'AWS/SQS',
      dimensions: [{ name: 'QueueName', value: 'jobs' }],
    };
    const math = {
      targetValue: 10,
      disableScaleIn: true,
      customizedMetricSpecification: {
        metrics: [
          { id: 'visible', returnData: false, metricStat: { metric: visible, stat: 'Maximum' } },
          { id: 'half', expression: 'visible / 2' },
        ],
      },
    };
    await lives(account, {
      type: 'aws:autoscaling/policy:Policy',
      inputs,
      changed: { ...inputs, targetTrackingConfiguration: math, estimatedInstanceWarmup: 30 },
      drift: ({ id }) => autoscaling.deletePolicy({ AutoScalingGroupName: group.id, PolicyName: id }),
      shows: 'gone',
    });
    const made = await account.make('aws:autoscaling/policy:Policy', inputs);
    expect(await replacing(made, inputs, [{ name: 'other' }])).to.deep.equal(['name']);
    await made.remove();
  });

  it('Policy with steps', async () => {
    const autoscaling = await account.clients.autoscaling();
    const inputs = {
      autoscalingGroupName: group.id,
      policyType: 'StepScaling',
      adjustmentType: 'ChangeInCapacity',
      stepAdjustments: [
        { metricIntervalLowerBound: '0', metricIntervalUpperBound: '20', scalingAdjustment: 1 },
        { metricIntervalLowerBound: '20', scalingAdjustment: 2 },
      ],
    };
    await lives(account, {
      type: 'aws:autoscaling/policy:Policy',
      inputs,
      changed: { ...inputs, adjustmentType: 'PercentChangeInCapacity', minAdjustmentMagnitude: 2 },
      drift: ({ id }) =>
        autoscaling.putScalingPolicy({
          AutoScalingGroupName: group.id,
          PolicyName: id,
          PolicyType: 'StepScaling',
          AdjustmentType: 'ChangeInCapacity',
          StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 4 }],
        }),
      shows: ['adjustmentType', 'minAdjustmentMagnitude', 'stepAdjustments'],
    });
  });

  it('Schedule', async () => {
    const autoscaling = await account.clients.autoscaling();
    const inputs = {
      autoscalingGroupName: group.id,
      scheduledActionName: 'evening',
      recurrence: '0 18 * * *',
      timeZone: 'Europe/Berlin',
      minSize: 1,
      maxSize: -1,
      desiredCapacity: -1,
    };
    await lives(account, {
      type: 'aws:autoscaling/schedule:Schedule',
      inputs,
      changed: { ...inputs, minSize: 2, recurrence: '0 19 * * *' },
      drift: ({ id }) =>
        autoscaling.putScheduledUpdateGroupAction({
          AutoScalingGroupName: group.id,
          ScheduledActionName: id,
          MinSize: 3,
          Recurrence: '0 19 * * *',
          TimeZone: 'Europe/Berlin',
        }),
      shows: ['minSize'],
    });
  });

  it('Dashboard', async () => {
    const cloudwatch = await account.clients.cloudwatch();
    const body = (markdown: string) =>
      JSON.stringify({ widgets: [{ type: 'text', properties: { markdown } }] });
    const inputs = { dashboardName: 'shop', dashboardBody: body('one') };
    await lives(account, {
      type: 'aws:cloudwatch/dashboard:Dashboard',
      inputs,
      changed: { ...inputs, dashboardBody: body('two') },
      drift: ({ id }) => cloudwatch.putDashboard({ DashboardName: id, DashboardBody: body('three') }),
      shows: ['dashboardBody'],
    });
  });

  it('MetricAlarm over metric math, and CompositeAlarm over it', async () => {
    const cloudwatch = await account.clients.cloudwatch();
    const alarm = {
      name: 'ratio',
      comparisonOperator: 'GreaterThanThreshold',
      threshold: 1,
      evaluationPeriods: 2,
      metricQueries: [
        { id: 'errors', metric: { metricName: 'Errors', namespace: 'Shop', period: 60, stat: 'Sum' } },
        { id: 'doubled', expression: 'errors * 2', returnData: true },
      ],
    };
    const made = await account.make('aws:cloudwatch/metricAlarm:MetricAlarm', alarm);
    const inputs = { alarmName: 'any', alarmRule: 'ALARM("ratio")', tags: { a: '1' } };
    await lives(account, {
      type: 'aws:cloudwatch/compositeAlarm:CompositeAlarm',
      inputs,
      changed: { ...inputs, alarmRule: 'NOT OK("ratio")', alarmDescription: 'd', tags: { b: '2' } },
      drift: ({ id }) => cloudwatch.putCompositeAlarm({ AlarmName: id, AlarmRule: 'FALSE' }),
      shows: ['alarmRule', 'alarmDescription'],
    });
    await made.remove();
  });

  it('TopicSubscription', async () => {
    const sns = await account.clients.sns();
    const topic = await account.make('aws:sns/topic:Topic', { name: 'alarms' });
    const endpoint = `arn:aws:sqs:${account.region}:123456789012:jobs`;
    const inputs = { topic: topic.id, protocol: 'sqs', endpoint };
    await lives(account, {
      type: 'aws:sns/topicSubscription:TopicSubscription',
      inputs,
      changed: { ...inputs, rawMessageDelivery: true },
      drift: ({ id }) => sns.unsubscribe({ SubscriptionArn: id }),
      shows: 'gone',
    });
    const mail = { topic: topic.id, protocol: 'email', endpoint: 'ops@mywordpress.example' };
    const pending = await account.make('aws:sns/topicSubscription:TopicSubscription', mail);
    expect(pending.state.pendingConfirmation).to.equal(true);
  });
});
