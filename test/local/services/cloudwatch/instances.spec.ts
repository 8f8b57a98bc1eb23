import { availableParallelism } from 'node:os';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { expect } from 'chai';
import { merge, measured, statistic } from '../../../../local/services/cloudwatch/buckets.ts';
import { evaluate, type AlarmRule } from '../../../../local/services/cloudwatch/evaluation.ts';
import { createCloudWatch } from '../../../../local/services/cloudwatch/service.ts';
import { addInstance, startRegion, type TestRegion } from '../../../support/region.ts';

describe("instances' own metrics", () => {
  let region: TestRegion;
  let cloudWatch: CloudWatch;
  beforeEach(async () => {
    region = await startRegion({ monitoring: createCloudWatch });
    cloudWatch = new CloudWatch(region.client);
  });
  afterEach(async () => {
    cloudWatch.destroy();
    await region.close();
  });

  const pass = async (cpuSeconds: number, received: number) => {
    region.machines.cpuSeconds.set('i-1', cpuSeconds);
    region.machines.traffic.set('i-1', { received, sent: 10 * received });
    region.clock.advance(60_000);
    await region.settle();
  };
  const read = async (MetricName: string, Name: string, Value: string) =>
    (
      await cloudWatch.getMetricStatistics({
        Namespace: 'AWS/EC2',
        MetricName,
        Dimensions: [{ Name, Value }],
        Period: 60,
        Statistics: ['Average'],
        StartTime: new Date(region.clock.now() - 600_000),
        EndTime: new Date(region.clock.now() + 60_000),
      })
    ).Datapoints?.map(({ Average }) => Average);

  it('are measured each minute with detailed monitoring, for the instance and for its group', async () => {
    addInstance(region, 'i-1', { 'aws:autoscaling:groupName': 'web' }, 'enabled');
    await pass(100, 1000);
    await pass(100 + 30 * availableParallelism(), 1500);
    expect(await read('CPUUtilization', 'InstanceId', 'i-1')).to.deep.equal([50]);
    expect(await read('NetworkIn', 'AutoScalingGroupName', 'web')).to.deep.equal([500]);
    expect(await read('NetworkOut', 'InstanceId', 'i-1')).to.deep.equal([5000]);
  });

  it('are measured every five minutes without', async () => {
    addInstance(region, 'i-1');
    for (let passed = 0; passed < 5; passed += 1) await pass(100, 1000);
    expect(await read('CPUUtilization', 'InstanceId', 'i-1')).to.deep.equal([]);
    await pass(100 + 150 * availableParallelism(), 1500);
    expect(await read('CPUUtilization', 'InstanceId', 'i-1')).to.deep.equal([50]);
    expect(await read('NetworkIn', 'InstanceId', 'i-1')).to.deep.equal([500]);
  });
});

describe('statistics', () => {
  it('of merged measurements are those of all values', () => {
    const bucket = merge(
      measured([[1, 2]]),
      measured([
        [4, 1],
        [9, 1],
      ]),
    );
    const read = (name: string) => statistic(name, bucket);
    expect(['SampleCount', 'Sum', 'Average', 'Minimum', 'Maximum'].map(read)).to.deep.equal([
      4, 15, 3.75, 1, 9,
    ]);
    expect(['p50', 'p75', 'p99'].map(read)).to.deep.equal([1, 4, 9]);
    const unknown = merge(bucket, { count: 1, sum: 1, minimum: 1, maximum: 1 });
    expect(statistic('p50', unknown)).to.equal(undefined);
  });
});

describe('the state of an alarm', () => {
  const rule = (missing: AlarmRule['missing']): AlarmRule => ({
    threshold: 5,
    comparison: 'GreaterThanThreshold',
    periods: 3,
    toAlarm: 2,
    missing,
  });

  it('needs M of N', () => {
    expect(evaluate(rule('missing'), [9, 1, 9], 'OK')).to.equal('ALARM');
    expect(evaluate(rule('missing'), [9, 1, 1], 'ALARM')).to.equal('OK');
    expect(evaluate(rule('missing'), [5, 5, 5], 'OK')).to.equal('OK');
  });

  it('depends on what missing data means', () => {
    const none = [undefined, undefined, undefined];
    expect(evaluate(rule('missing'), none, 'OK')).to.equal('INSUFFICIENT_DATA');
    expect(evaluate(rule('ignore'), none, 'ALARM')).to.equal('ALARM');
    expect(evaluate(rule('breaching'), none, 'OK')).to.equal('ALARM');
    expect(evaluate(rule('notBreaching'), none, 'ALARM')).to.equal('OK');
    expect(evaluate(rule('missing'), [undefined, undefined, 9], 'OK')).to.equal('ALARM');
    expect(evaluate(rule('notBreaching'), [undefined, undefined, 9], 'OK')).to.equal('OK');
  });
});
