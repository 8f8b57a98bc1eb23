import { CloudWatch, type PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import { createCloudWatch } from '../../../../local/services/cloudwatch/service.ts';
import type { AlarmTold } from '../../../../local/services/parts.ts';
import { createSqs } from '../../../../local/services/sqs/service.ts';
import { startEndpoint, type TestCloud } from '../../../support/endpoint.ts';
import { failure } from '../../../support/failure.ts';

const second = 1000;
const policy =
  'arn:aws:autoscaling:eu-central-1:123456789012:scalingPolicy:1:autoScalingGroupName/g:policyName/p';
const topic = 'arn:aws:sns:eu-central-1:123456789012:alarms';

const letIn = (Service: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service },
      Action: 'sns:Publish',
      Resource: topic,
      Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:cloudwatch:eu-central-1:123456789012:alarm:*' } },
    },
  });

describe('alarms', () => {
  let cloud: TestCloud;
  let cloudWatch: CloudWatch;
  let told: AlarmTold[];
  let published: { TopicArn: string; Message: string }[];
  let topicPolicy: string;

  beforeEach(async () => {
    topicPolicy = letIn('cloudwatch.amazonaws.com');
    told = [];
    published = [];
    cloud = await startEndpoint({
      monitoring: createCloudWatch,
      sqs: createSqs,
      sns: () => ({
        name: 'sns',
        operations: { Publish: (input: (typeof published)[number]) => published.push(input) },
        authorization: { prefix: 'sns', operations: {}, policyOf: () => topicPolicy },
      }),
      autoscaling: () => ({
        name: 'autoscaling',
        operations: {},
        onAlarm: async (_: string, alarm: AlarmTold) => void told.push(alarm),
      }),
    });
    cloudWatch = new CloudWatch(cloud.client);
  });
  afterEach(() => cloud.stop());

  const put = (MetricName: string, Value: number, StorageResolution = 1) =>
    cloudWatch.putMetricData({
      Namespace: 'Shop',
      MetricData: [{ MetricName, Value, StorageResolution, Timestamp: new Date(cloud.clock.now()) }],
    });
  const alarm: PutMetricAlarmCommandInput = {
    AlarmName: 'deep',
    Namespace: 'Shop',
    MetricName: 'Depth',
    Statistic: 'Maximum',
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: 5,
    Period: 10,
    EvaluationPeriods: 1,
    AlarmActions: [policy, topic],
  };
  const stateOf = async (AlarmName: string) => {
    const AlarmTypes: ('MetricAlarm' | 'CompositeAlarm')[] = ['MetricAlarm', 'CompositeAlarm'];
    const found = await cloudWatch.describeAlarms({ AlarmNames: [AlarmName], AlarmTypes });
    return [...(found.MetricAlarms ?? []), ...(found.CompositeAlarms ?? [])][0]?.StateValue;
  };
  const pass = async (milliseconds: number) => {
    cloud.clock.advance(milliseconds);
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  };

  it('with short periods look at values of high resolution every ten seconds', async () => {
    await cloudWatch.putMetricAlarm(alarm);
    await put('Depth', 9);
    await pass(10 * second);
    expect(await stateOf('deep')).to.equal('ALARM');
    await put('Depth', 1);
    await pass(10 * second);
    expect(await stateOf('deep')).to.equal('OK');
    // A value of standard resolution is none for a period of ten seconds.
    await put('Depth', 9, 60);
    await pass(10 * second);
    expect(await stateOf('deep')).to.equal('INSUFFICIENT_DATA');
  });

  it('cannot tell a topic whose policy does not let CloudWatch in, and their history says so', async () => {
    topicPolicy = letIn('events.amazonaws.com');
    await cloudWatch.putMetricAlarm({ ...alarm, AlarmActions: [topic] });
    await put('Depth', 9);
    await pass(10 * second);
    expect(published).to.deep.equal([]);
    const { AlarmHistoryItems } = await cloudWatch.describeAlarmHistory({ HistoryItemType: 'Action' });
    expect(AlarmHistoryItems?.map(({ HistorySummary }) => HistorySummary)).to.deep.equal([
      `Failed to execute action ${topic}. CloudWatch Alarms is not authorized to perform: SNS:Publish on resource: ${topic} because no resource-based policy allows the SNS:Publish action`,
    ]);
  });

  it('tell scaling policies each period, topics once', async () => {
    await cloudWatch.putMetricAlarm(alarm);
    for (const value of [9, 8]) {
      await put('Depth', value);
      await pass(10 * second);
    }
    expect(told.map(({ name, state, value, threshold }) => [name, state, value, threshold])).to.deep.equal([
      ['deep', 'ALARM', 9, 5],
      ['deep', 'ALARM', 8, 5],
    ]);
    expect(published.map(({ TopicArn }) => TopicArn)).to.deep.equal([topic]);
  });

  it('do nothing while their actions are disabled', async () => {
    await cloudWatch.putMetricAlarm({ ...alarm, ActionsEnabled: false });
    await put('Depth', 9);
    await pass(10 * second);
    expect(await stateOf('deep')).to.equal('ALARM');
    expect([...told, ...published]).to.deep.equal([]);
  });

  it('go by metric math over real metrics of a queue', async () => {
    const sqs = new SQSClient(cloud.client);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'jobs' }));
    for (const MessageBody of ['a', 'b', 'c', 'd', 'e', 'f'])
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    await cloudWatch.putMetricAlarm({
      AlarmName: 'backlog',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 2,
      EvaluationPeriods: 1,
      AlarmActions: [topic],
      Metrics: [
        {
          Id: 'visible',
          ReturnData: false,
          MetricStat: {
            Metric: {
              Namespace: 'AWS/SQS',
              MetricName: 'ApproximateNumberOfMessagesVisible',
              Dimensions: [{ Name: 'QueueName', Value: 'jobs' }],
            },
            Period: 60,
            Stat: 'Sum',
          },
        },
        {
          Id: 'instances',
          ReturnData: false,
          MetricStat: { Metric: { Namespace: 'Shop', MetricName: 'Instances' }, Period: 60, Stat: 'Average' },
        },
        { Id: 'each', Expression: 'visible / instances' },
      ],
    });
    await put('Instances', 2);
    await pass(60 * second);
    expect(await stateOf('backlog')).to.equal('ALARM');
    const age = await cloudWatch.getMetricStatistics({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateAgeOfOldestMessage',
      Period: 60,
      Dimensions: [{ Name: 'QueueName', Value: 'jobs' }],
      Statistics: ['Maximum'],
      StartTime: new Date(cloud.clock.now() - 120 * second),
      EndTime: new Date(cloud.clock.now()),
    });
    expect(age.Datapoints?.map(({ Maximum }) => Maximum)).to.deep.equal([60]);
  });

  it('that are composite follow the alarms that they name', async () => {
    await cloudWatch.putMetricAlarm({ ...alarm, AlarmActions: [] });
    await cloudWatch.putMetricAlarm({ ...alarm, AlarmName: 'wide', MetricName: 'Width', AlarmActions: [] });
    await cloudWatch.putCompositeAlarm({
      AlarmName: 'both',
      AlarmActions: [topic],
      AlarmRule: 'ALARM("deep") AND NOT (OK(wide) OR INSUFFICIENT_DATA(wide))',
    });
    await put('Depth', 9);
    await pass(10 * second);
    expect(await stateOf('both')).to.equal('OK');
    await put('Depth', 9);
    await put('Width', 9);
    await pass(10 * second);
    expect(await stateOf('both')).to.equal('ALARM');
    expect(published).to.have.length(1);
    await cloudWatch.deleteAlarms({ AlarmNames: ['both', 'deep'] });
    expect(await stateOf('both')).to.equal(undefined);
  });

  it('are not kept from being looked at by one that cannot be evaluated', async () => {
    await cloudWatch.putMetricAlarm({ ...alarm, AlarmName: 'broken' });
    await cloudWatch.putMetricAlarm({ ...alarm, Period: 60 });
    const alarms = cloud.store.collection<{ settings: object }>('cloudwatch.alarm');
    const settings = { Metrics: [{ Id: 'e', Expression: '"text"' }] };
    alarms.set('broken', { ...alarms.get('broken'), settings });
    const complaints: unknown[] = [];
    const write = console.error;
    try {
      console.error = (...words: unknown[]) => complaints.push(...words);
      await put('Depth', 9);
      await pass(60 * second);
    } finally {
      console.error = write;
    }
    expect(await stateOf('deep')).to.equal('ALARM');
    expect(complaints).to.deep.equal([
      'CloudWatch: the alarm broken could not be evaluated: The text "text" is no value.',
    ]);
  });

  for (const [Expression, message] of [
    ['m > "5"', 'The text "5" is no value.'],
    ['FILL(m, "x")', 'The text "x" is no value.'],
    ['RATE(METRICS())', 'The function needs one metric.'],
    ['IF(METRICS(), 1, 0)', 'IF takes no lists.'],
    ['IF(m, METRICS(), 0)', 'IF takes no lists.'],
    ['METRICS() + METRICS()', 'Two lists of metrics cannot be joined.'],
  ] as const)
    it(`are refused and not stored when they go by ${Expression}`, async () => {
      const Metric = { Namespace: 'Shop', MetricName: 'Depth' };
      const error = await failure(
        cloudWatch.putMetricAlarm({
          AlarmName: 'wrong',
          ComparisonOperator: 'GreaterThanThreshold',
          Threshold: 1,
          EvaluationPeriods: 1,
          Metrics: [
            { Id: 'm', ReturnData: false, MetricStat: { Metric, Period: 60, Stat: 'Sum' } },
            { Id: 'e', Expression },
          ],
        }),
      );
      expect([error.name, error.message]).to.deep.equal(['ValidationException', message]);
      expect((await cloudWatch.describeAlarms({})).MetricAlarms).to.deep.equal([]);
    });

  const refused: readonly (readonly [string, () => Promise<unknown>, string])[] = [
    [
      'actions of EC2',
      () => cloudWatch.putMetricAlarm({ ...alarm, AlarmActions: ['arn:aws:automate:eu-central-1:ec2:stop'] }),
      'ec2:stop',
    ],
    ['periods below ten seconds', () => cloudWatch.putMetricAlarm({ ...alarm, Period: 5 }), 'at least 10'],
    [
      'anomaly detection',
      () => cloudWatch.putMetricAlarm({ ...alarm, ThresholdMetricId: 'band' }),
      'ThresholdMetricId',
    ],
    [
      'expressions over metrics that are not there',
      () =>
        cloudWatch.putMetricAlarm({
          ...{
            AlarmName: 'x',
            ComparisonOperator: 'GreaterThanThreshold',
            Threshold: 1,
            EvaluationPeriods: 1,
          },
          Metrics: [{ Id: 'e', Expression: 'm / 2' }],
        }),
      'Unknown identifier m',
    ],
    [
      'composite alarms over alarms that are not there',
      () => cloudWatch.putCompositeAlarm({ AlarmName: 'x', AlarmRule: 'ALARM(nobody)' }),
      'nobody',
    ],
    [
      'composite alarms over themselves',
      async () => {
        await cloudWatch.putCompositeAlarm({ AlarmName: 'x', AlarmRule: 'TRUE' });
        await cloudWatch.putCompositeAlarm({ AlarmName: 'x', AlarmRule: 'ALARM(x)' });
      },
      'depend on itself',
    ],
  ];
  for (const [what, call, message] of refused)
    it(`are refused for ${what}`, async () => {
      expect((await failure(call())).message).to.contain(message);
    });
});

describe('dashboards', () => {
  it('are kept, listed and deleted, and must be dashboards', async () => {
    const cloud = await startEndpoint({ monitoring: createCloudWatch });
    const cloudWatch = new CloudWatch(cloud.client);
    const DashboardBody = JSON.stringify({ widgets: [{ type: 'text', properties: { markdown: '# shop' } }] });
    await cloudWatch.putDashboard({ DashboardName: 'shop', DashboardBody });
    const found = await cloudWatch.getDashboard({ DashboardName: 'shop' });
    expect(found).to.include({
      DashboardBody,
      DashboardArn: 'arn:aws:cloudwatch::123456789012:dashboard/shop',
    });
    const { DashboardEntries } = await cloudWatch.listDashboards({ DashboardNamePrefix: 'sh' });
    expect(DashboardEntries?.map(({ Size }) => Size)).to.deep.equal([DashboardBody.length]);
    const bad = { DashboardName: 'bad', DashboardBody: '{"widgets":[{"type":"pie"}]}' };
    expect((await failure(cloudWatch.putDashboard(bad))).message).to.contain('Widget 0 has no known type');
    await cloudWatch.deleteDashboards({ DashboardNames: ['shop'] });
    const gone = await failure(cloudWatch.getDashboard({ DashboardName: 'shop' }));
    expect(gone.message).to.equal('Dashboard shop does not exist');
    cloudWatch.destroy();
    await cloud.stop();
  });
});
