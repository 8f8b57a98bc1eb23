import * as sdk from '@aws-sdk/client-auto-scaling';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { CreateLaunchTemplateCommand } from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import { createAutoScaling } from '../../../../local/services/autoscaling/service.ts';
import { createCloudWatch } from '../../../../local/services/cloudwatch/service.ts';
import { failure } from '../../../support/failure.ts';
import { imageId, instanceType, makeNetwork, startRegion, until, type TestRegion } from '../ec2/region.ts';
import { FakeTargetGroups } from './load-balancing.ts';

const second = 1000;
const minute = 60 * second;
const AutoScalingGroupName = 'web';

describe('scaling policies', () => {
  let region: TestRegion;
  let client: sdk.AutoScaling;
  let cloudWatch: CloudWatch;
  let targetGroups: FakeTargetGroups;
  let subnetId: string;
  beforeEach(async () => {
    targetGroups = new FakeTargetGroups();
    region = await startRegion({
      autoscaling: createAutoScaling,
      monitoring: createCloudWatch,
      elasticloadbalancing: () => targetGroups.service,
    });
    client = new sdk.AutoScaling(region.cloud.client);
    cloudWatch = new CloudWatch(region.cloud.client);
    ({ subnetId } = await makeNetwork(region));
    await region.ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: 'web',
        LaunchTemplateData: { ImageId: await imageId(region), InstanceType: instanceType },
      }),
    );
  });
  afterEach(async () => {
    client.destroy();
    cloudWatch.destroy();
    await region.stop();
  });

  const create = (input: Partial<sdk.CreateAutoScalingGroupCommandInput> = {}) =>
    client.createAutoScalingGroup({
      AutoScalingGroupName,
      LaunchTemplate: { LaunchTemplateName: 'web' },
      VPCZoneIdentifier: subnetId,
      MinSize: 1,
      MaxSize: 6,
      DesiredCapacity: 2,
      DefaultInstanceWarmup: 60,
      DefaultCooldown: 120,
      ...input,
    });
  const group = async () =>
    (await client.describeAutoScalingGroups({ AutoScalingGroupNames: ['web'] })).AutoScalingGroups![0]!;
  const desired = async () => (await group()).DesiredCapacity;
  const served = (count: number) =>
    until(
      async () => (await group()).Instances!.map(({ LifecycleState }) => LifecycleState),
      (states) => states.length === count && states.every((state) => state === 'InService'),
    );
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  };
  const pass = async (milliseconds: number) => {
    for (let left = milliseconds; left > 0; left -= 10 * second) {
      region.cloud.clock.advance(Math.min(left, 10 * second));
      await settle();
    }
  };
  /** A value for so many minutes, one a minute. */
  const load = async (MetricName: string, Value: number, minutes = 1) => {
    for (let count = 0; count < minutes; count++) {
      const Timestamp = new Date(region.cloud.clock.now());
      await cloudWatch.putMetricData({ Namespace: 'Shop', MetricData: [{ MetricName, Value, Timestamp }] });
      await pass(minute);
    }
  };
  const track = (
    MetricName: string,
    TargetValue: number,
    more: Partial<sdk.TargetTrackingConfiguration> = {},
  ) =>
    client.putScalingPolicy({
      AutoScalingGroupName,
      PolicyName: MetricName,
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingConfiguration: {
        TargetValue,
        CustomizedMetricSpecification: { Namespace: 'Shop', MetricName, Statistic: 'Average' },
        ...more,
      },
    });
  const stepPolicy = (more: Partial<sdk.PutScalingPolicyCommandInput> = {}) =>
    client.putScalingPolicy({
      AutoScalingGroupName,
      PolicyName: 'steps',
      PolicyType: 'StepScaling',
      AdjustmentType: 'ChangeInCapacity',
      StepAdjustments: [
        { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 20, ScalingAdjustment: 1 },
        { MetricIntervalLowerBound: 20, ScalingAdjustment: 3 },
      ],
      ...more,
    });

  it('that track a target add instances in proportion after three minutes, and take them away after fifteen', async () => {
    await create();
    await served(2);
    await pass(minute);
    const { Alarms } = await track('Load', 50);
    expect(Alarms!.map(({ AlarmName }) => AlarmName!.replace(/-[0-9a-f-]{36}$/, ''))).to.have.members([
      'TargetTracking-web-AlarmHigh',
      'TargetTracking-web-AlarmLow',
    ]);
    await load('Load', 48, 3);
    await load('Load', 90, 2);
    expect(await desired()).to.equal(2);
    await load('Load', 90);
    expect(await desired()).to.equal(4);
    await served(4);
    await load('Load', 48);
    await load('Load', 20, 14);
    expect(await desired()).to.equal(4);
    await load('Load', 20);
    expect(await desired()).to.equal(2);
    const { Activities } = await client.describeScalingActivities({ AutoScalingGroupName });
    expect(Activities!.map(({ Cause }) => Cause).join()).to.match(
      /a monitor alarm TargetTracking-web-AlarmHigh-\S+ in state ALARM triggered policy Load changing the desired capacity from 2 to 4/,
    );
  });

  it('that track targets take instances away only when all of them agree, and as few as any wants', async () => {
    await create({ DesiredCapacity: 6 });
    await served(6);
    await pass(minute);
    await track('Load', 50);
    await track('Backlog', 10);
    await load('Load', 5, 17);
    expect(await desired()).to.equal(6);
    for (let count = 0; count < 17 && (await desired()) === 6; count++) {
      const Timestamp = new Date(region.cloud.clock.now());
      await cloudWatch.putMetricData({
        Namespace: 'Shop',
        MetricData: [
          { MetricName: 'Load', Value: 5, Timestamp },
          { MetricName: 'Backlog', Value: 5, Timestamp },
        ],
      });
      await pass(minute);
    }
    expect(await desired()).to.equal(3);
  });

  it('that only scale out have no alarm for the other way', async () => {
    await create();
    await track('Load', 50, { DisableScaleIn: true });
    const { MetricAlarms } = await cloudWatch.describeAlarms({});
    expect(MetricAlarms!.map(({ AlarmName }) => AlarmName))
      .to.match(/AlarmHigh/)
      .and.have.length(1);
    await track('Load', 50, { DisableScaleIn: false });
    expect((await cloudWatch.describeAlarms({})).MetricAlarms).to.have.length(2);
    await client.deletePolicy({ AutoScalingGroupName, PolicyName: 'Load' });
    expect((await cloudWatch.describeAlarms({})).MetricAlarms).to.deep.equal([]);
  });

  it('leave a group alone whose maximum is 0', async () => {
    await create({ MinSize: 0, MaxSize: 0, DesiredCapacity: 0 });
    await track('Load', 50);
    await load('Load', 500, 4);
    expect(await desired()).to.equal(0);
  });

  it('track the requests of an attached target group only', async () => {
    const arn = targetGroups.make('web');
    await create({ TargetGroupARNs: [arn], DesiredCapacity: 1 });
    const put = (label: string) =>
      client.putScalingPolicy({
        AutoScalingGroupName,
        PolicyName: 'requests',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingConfiguration: {
          TargetValue: 100,
          PredefinedMetricSpecification: {
            PredefinedMetricType: 'ALBRequestCountPerTarget',
            ResourceLabel: label,
          },
        },
      });
    expect((await failure(put('app/shop/1/targetgroup/other/2'))).message).to.contain('is not attached');
    await put('app/shop/1/targetgroup/web/1');
    const { MetricAlarms } = await cloudWatch.describeAlarms({});
    expect(MetricAlarms![0]).to.deep.include({
      Namespace: 'AWS/ApplicationELB',
      MetricName: 'RequestCountPerTarget',
      Statistic: 'Sum',
      Dimensions: [
        { Name: 'TargetGroup', Value: 'targetgroup/web/1' },
        { Name: 'LoadBalancer', Value: 'app/shop/1' },
      ],
    });
  });

  it('with steps go by how far the metric is beyond the alarm, and count what warms up', async () => {
    await create();
    await served(2);
    await pass(minute);
    const { PolicyARN } = await stepPolicy();
    await cloudWatch.putMetricAlarm({
      AlarmName: 'busy',
      Namespace: 'Shop',
      MetricName: 'Load',
      Statistic: 'Average',
      Period: 60,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 50,
      EvaluationPeriods: 1,
      AlarmActions: [PolicyARN!],
    });
    await load('Load', 60);
    expect(await desired()).to.equal(3);
    await client.describePolicies({ AutoScalingGroupName }).then(({ ScalingPolicies }) => {
      expect(ScalingPolicies![0]!.Alarms!.map(({ AlarmName }) => AlarmName)).to.deep.equal(['busy']);
    });
    const measured = { MetricValue: 75, BreachThreshold: 50 };
    await client.executePolicy({ AutoScalingGroupName, PolicyName: 'steps', ...measured });
    // Three more than the two that are warm, one of them is on its way.
    expect(await desired()).to.equal(5);
  });

  it('that are simple wait for their cooldown', async () => {
    await create();
    await served(2);
    await client.putScalingPolicy({
      ...{
        AutoScalingGroupName,
        PolicyName: 'more',
        AdjustmentType: 'ChangeInCapacity',
        ScalingAdjustment: 1,
      },
    });
    const execute = () =>
      client.executePolicy({ AutoScalingGroupName, PolicyName: 'more', HonorCooldown: true });
    await execute();
    expect(await desired()).to.equal(3);
    await served(3);
    expect((await failure(execute())).name).to.equal('ScalingActivityInProgressFault');
    await pass(130 * second);
    await execute();
    expect(await desired()).to.equal(4);
  });

  it('rest while alarm notifications are suspended', async () => {
    await create();
    await served(2);
    await pass(minute);
    await track('Load', 50);
    await client.suspendProcesses({ AutoScalingGroupName, ScalingProcesses: ['AlarmNotification'] });
    await load('Load', 90, 4);
    expect(await desired()).to.equal(2);
    await client.resumeProcesses({ AutoScalingGroupName });
    await load('Load', 90, 1);
    expect(await desired()).to.equal(4);
  });

  it('go with their group, and their alarms too', async () => {
    await create();
    await track('Load', 50);
    await client.deleteAutoScalingGroup({ AutoScalingGroupName, ForceDelete: true });
    await until(
      async () => (await client.describePolicies({})).ScalingPolicies!.length,
      (count) => count === 0,
    );
    expect((await cloudWatch.describeAlarms({})).MetricAlarms).to.deep.equal([]);
  });

  const refused: readonly (readonly [string, Partial<sdk.PutScalingPolicyCommandInput>, string])[] = [
    ['predictive scaling', { PolicyType: 'PredictiveScaling' }, 'Policy type PredictiveScaling'],
    [
      'steps with a gap',
      {
        StepAdjustments: [
          { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 5, ScalingAdjustment: 1 },
          { MetricIntervalLowerBound: 6, ScalingAdjustment: 2 },
        ],
      },
      'gaps',
    ],
    ['no steps', { StepAdjustments: [] }, '1 to 20'],
    ['an unknown adjustment', { AdjustmentType: 'Double' }, "'Double' is not valid"],
    ['members of another type', { Cooldown: 5 }, 'Cooldown'],
    ['a magnitude without percent', { MinAdjustmentMagnitude: 2 }, 'PercentChangeInCapacity'],
  ];
  for (const [what, input, message] of refused)
    it(`are refused with ${what}`, async () => {
      await create();
      expect((await failure(stepPolicy(input))).message).to.contain(message);
    });
});

describe("a group's own metrics", () => {
  it('go to CloudWatch when they are enabled', async () => {
    const region = await startRegion({ autoscaling: createAutoScaling, monitoring: createCloudWatch });
    const client = new sdk.AutoScaling(region.cloud.client);
    const cloudWatch = new CloudWatch(region.cloud.client);
    const { subnetId } = await makeNetwork(region);
    await region.ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: 'web',
        LaunchTemplateData: { ImageId: await imageId(region), InstanceType: instanceType },
      }),
    );
    await client.createAutoScalingGroup({
      AutoScalingGroupName,
      LaunchTemplate: { LaunchTemplateName: 'web' },
      VPCZoneIdentifier: subnetId,
      MinSize: 1,
      MaxSize: 3,
    });
    await client.enableMetricsCollection({
      AutoScalingGroupName,
      Granularity: '1Minute',
      Metrics: ['GroupInServiceInstances', 'GroupMaxSize'],
    });
    await until(
      async () =>
        (await client.describeAutoScalingGroups({})).AutoScalingGroups![0]!.Instances![0]?.LifecycleState,
      (state) => state === 'InService',
    );
    region.cloud.clock.advance(minute);
    const read = async (MetricName: string) =>
      (
        await cloudWatch.getMetricStatistics({
          Namespace: 'AWS/AutoScaling',
          MetricName,
          Period: 60,
          Statistics: ['Sum'],
          Dimensions: [{ Name: 'AutoScalingGroupName', Value: 'web' }],
          StartTime: new Date(region.cloud.clock.now() - 5 * minute),
          EndTime: new Date(region.cloud.clock.now()),
        })
      ).Datapoints!.map(({ Sum }) => Sum);
    await until(
      () => read('GroupInServiceInstances'),
      (values) => values.length > 0,
    );
    expect(await read('GroupInServiceInstances')).to.deep.equal([1]);
    expect(await read('GroupMaxSize')).to.deep.equal([3]);
    expect(await read('GroupMinSize')).to.deep.equal([]);
    client.destroy();
    cloudWatch.destroy();
    await region.stop();
  });
});
