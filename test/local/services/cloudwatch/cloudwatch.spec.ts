import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import { createCloudWatch } from '../../../../local/services/cloudwatch/service.ts';
import { createSns } from '../../../../local/services/sns/service.ts';
import { createSqs } from '../../../../local/services/sqs/service.ts';
import { startEndpoint, type TestCloud } from '../../../support/endpoint.ts';

describe('CloudWatch', () => {
  let cloud: TestCloud;
  let cloudWatch: CloudWatchClient;
  const Dimensions = [{ Name: 'Queue', Value: 'jobs' }];
  const minute = 60_000;

  beforeEach(async () => {
    const ec2 = () => ({
      name: 'ec2' as const,
      operations: { DescribeInstances: () => ({ Reservations: [] }) },
    });
    cloud = await startEndpoint({ monitoring: createCloudWatch, ec2, sns: createSns, sqs: createSqs });
    cloudWatch = new CloudWatchClient(cloud.client);
  });
  afterEach(() => cloud.stop());

  const put = (...values: number[]) =>
    cloudWatch.send(
      new PutMetricDataCommand({
        Namespace: 'Shop',
        MetricData: values.map((Value) => ({
          MetricName: 'Depth',
          Dimensions,
          Value,
          Unit: 'Count',
          Timestamp: new Date(cloud.clock.now()),
        })),
      }),
    );
  const range = () => ({
    StartTime: new Date(cloud.clock.now() - 10 * minute),
    EndTime: new Date(cloud.clock.now() + minute),
  });

  it('aggregates what was put, by period', async () => {
    await put(1, 3);
    cloud.clock.advance(minute);
    await put(8);
    const query = { Namespace: 'Shop', MetricName: 'Depth', Dimensions, ...range() };
    const minutes = await cloudWatch.send(
      new GetMetricStatisticsCommand({ ...query, Period: 60, Statistics: ['Average', 'Maximum'] }),
    );
    expect(minutes.Datapoints?.map(({ Average, Maximum, Unit }) => [Average, Maximum, Unit])).to.deep.equal([
      [2, 3, 'Count'],
      [8, 8, 'Count'],
    ]);
    const data = await cloudWatch.send(
      new GetMetricDataCommand({
        ...range(),
        MetricDataQueries: [
          {
            Id: 'm',
            MetricStat: {
              Metric: { Namespace: 'Shop', MetricName: 'Depth', Dimensions },
              Period: 300,
              Stat: 'Sum',
            },
          },
        ],
      }),
    );
    expect(data.MetricDataResults?.[0]?.Values).to.deep.equal([12]);
  });

  it('lists metrics by their dimensions, and takes a large compressed request', async () => {
    await put(...Array.from({ length: 500 }, (_, index) => index));
    const { Metrics } = await cloudWatch.send(
      new ListMetricsCommand({ Namespace: 'Shop', Dimensions: [{ Name: 'Queue' }] }),
    );
    expect(Metrics).to.deep.equal([{ Namespace: 'Shop', MetricName: 'Depth', Dimensions }]);
  });

  it("keeps the AWS namespaces for AWS's own services", async () => {
    const error = await cloudWatch
      .send(new PutMetricDataCommand({ Namespace: 'AWS/EC2', MetricData: [{ MetricName: 'x', Value: 1 }] }))
      .catch((thrown: unknown) => thrown as Error);
    expect(error).to.have.property('name', 'InvalidParameterValueException');
  });

  describe('an alarm', () => {
    const alarm: PutMetricAlarmCommandInput = {
      AlarmName: 'deep',
      Namespace: 'Shop',
      MetricName: 'Depth',
      Dimensions,
      Statistic: 'Maximum',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 5,
      Period: 60,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      AlarmActions: ['arn:aws:sns:eu-central-1:123456789012:alarms'],
    };
    const state = async () =>
      (await cloudWatch.send(new DescribeAlarmsCommand())).MetricAlarms?.[0]?.StateValue;
    /** Puts a value, lets its minute pass, and lets the alarm be looked at. */
    const pass = async (value?: number) => {
      if (value !== undefined) await put(value);
      cloud.clock.advance(minute);
      await new Promise(setImmediate);
    };

    it('goes off for M of N periods, tells its topic once, and comes back', async () => {
      // A topic's default policy lets the account's own alarms in; a queue has to be opened.
      const [sns, sqs] = [new SNS(cloud.client), new SQS(cloud.client)];
      const Policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' },
      });
      const { TopicArn } = await sns.createTopic({ Name: 'alarms' });
      const { QueueUrl } = await sqs.createQueue({ QueueName: 'inbox', Attributes: { Policy } });
      const Endpoint = 'arn:aws:sqs:eu-central-1:123456789012:inbox';
      await sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint });
      await cloudWatch.send(new PutMetricAlarmCommand(alarm));
      expect(await state()).to.equal('INSUFFICIENT_DATA');
      await pass(1);
      expect(await state()).to.equal('OK');
      await pass(9);
      expect(await state()).to.equal('OK');
      await pass(9);
      expect(await state()).to.equal('ALARM');
      await pass(9);
      const { Messages } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
      expect(
        Messages?.map(({ Body = '' }) => (JSON.parse(Body) as { Subject: string }).Subject),
      ).to.deep.equal(['ALARM: "deep" in eu-central-1']);
      await pass(1);
      await pass(1);
      expect(await state()).to.equal('OK');
    });

    it('treats missing data as it is told', async () => {
      await cloudWatch.send(new PutMetricAlarmCommand({ ...alarm, TreatMissingData: 'breaching' }));
      await pass();
      expect(await state()).to.equal('ALARM');
      await cloudWatch.send(new PutMetricAlarmCommand({ ...alarm, TreatMissingData: 'notBreaching' }));
      await pass();
      expect(await state()).to.equal('OK');
    });

    it('is refused when its periods make no sense', async () => {
      const error = await cloudWatch
        .send(new PutMetricAlarmCommand({ ...alarm, DatapointsToAlarm: 4 }))
        .catch((thrown: unknown) => thrown as Error);
      expect(error).to.have.property('name', 'InvalidParameterCombinationException');
    });
  });
});
