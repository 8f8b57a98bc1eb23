import { expect } from 'chai';
import { readConfiguration } from '../../../infra/config-read.ts';
import { resourceLabel, stepAdjustments } from '../../../infra/environment/scaling.ts';
import { recordEnvironments, rawConfiguration, recordStack } from '../stacks.ts';

const policyType = 'aws:autoscaling/policy:Policy';

describe('the scaling of the prod stack', () => {
  it('is on both slots of each environment, since a deployment changes which one is active', async () => {
    const recording = await recordStack('prod');
    expect(recording.ofType(policyType).map(({ name }) => name)).to.have.members(
      ['blue', 'green'].flatMap((slot) => [
        `mywordpress-prod-web-${slot}-scaling-cpu`,
        `mywordpress-prod-web-${slot}-scaling-requests`,
        `mywordpress-prod-worker-${slot}-scaling-backlog`,
      ]),
    );
  });

  it("goes by CPU, by the slot's own requests, and by the backlog for each instance", async () => {
    const recording = await recordStack('prod');
    const settings = (name: string) =>
      recording.only(policyType, `mywordpress-prod-${name}`).inputs.targetTrackingConfiguration;
    expect(settings('web-green-scaling-cpu')).to.deep.equal({
      predefinedMetricSpecification: { predefinedMetricType: 'ASGAverageCPUUtilization' },
      targetValue: 60,
      disableScaleIn: false,
    });
    expect(settings('web-green-scaling-requests')).to.deep.include({
      predefinedMetricSpecification: {
        predefinedMetricType: 'ALBRequestCountPerTarget',
        resourceLabel: 'mywordpress-prod-web/mywordpress-prod-web-green',
      },
      targetValue: 1500,
    });
    const { metrics } = (
      settings('worker-blue-scaling-backlog') as {
        customizedMetricSpecification: {
          metrics: { id: string; expression?: string; metricStat?: object }[];
        };
      }
    ).customizedMetricSpecification;
    expect(metrics.map(({ id, expression }) => [id, expression])).to.deep.equal([
      ['visible', undefined],
      ['instances', undefined],
      ['backlog', 'visible / instances'],
    ]);
    expect(JSON.stringify(metrics)).to.contain('mywordpress-prod-worker-queue');
  });

  it('collects the metrics that it goes by', async () => {
    const recording = await recordStack('prod');
    for (const { inputs } of recording.ofType('aws:autoscaling/group:Group'))
      expect(inputs.enabledMetrics).to.include('GroupInServiceInstances');
  });
});

it('the dev stack scales nothing', async () => {
  expect((await recordStack('dev')).ofType(policyType)).to.deep.equal([]);
});

describe('scaling by steps and schedules', () => {
  const scaling = {
    scaleIn: false,
    cpuPercent: 50,
    stepsOut: [
      { cpuPercent: 70, instances: 1 },
      { cpuPercent: 90, instances: 3 },
    ],
    stepsIn: [{ cpuPercent: 20, instances: 1 }],
    schedules: { evening: { cron: '0 18 * * *', timeZone: 'Europe/Berlin', minSize: 3 } },
  };
  const record = () => {
    const configuration = readConfiguration(
      rawConfiguration({
        'aws:region': 'eu-central-1',
        'beanpole:application': 'shop',
        'beanpole:network': { natGateways: 'Single' },
        'beanpole:environments': { web: { tier: 'WebServer', type: 'LoadBalanced', scaling } },
      }),
      'test',
    );
    if (configuration.kind !== 'environments') throw new Error('not a stack with environments');
    return recordEnvironments(configuration);
  };

  it('never touches the maximum, which holds the idle slot at 0/0', async () => {
    const recording = await record();
    const [schedule] = recording.ofType('aws:autoscaling/schedule:Schedule');
    expect(schedule?.inputs).to.deep.equal({
      scheduledActionName: 'evening',
      autoscalingGroupName: 'shop-test-web-blue',
      recurrence: '0 18 * * *',
      timeZone: 'Europe/Berlin',
      minSize: 3,
      maxSize: -1,
      desiredCapacity: -1,
    });
  });

  it('takes nothing away by target tracking where scaleIn is off', async () => {
    const recording = await record();
    const { inputs } = recording.only(policyType, 'shop-test-web-blue-scaling-cpu');
    expect(inputs.targetTrackingConfiguration).to.include({ disableScaleIn: true });
  });

  it('has an alarm at the first step for each direction', async () => {
    const recording = await record();
    const alarm = (name: string) =>
      recording.only('aws:cloudwatch/metricAlarm:MetricAlarm', `shop-test-web-blue-scaling-${name}`).inputs;
    expect(alarm('out')).to.deep.include({
      threshold: 70,
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      evaluationPeriods: 1,
      dimensions: { AutoScalingGroupName: 'shop-test-web-blue' },
      tags: {
        'beanpole:application': 'shop',
        'beanpole:stack': 'test',
        'beanpole:environment': 'web',
        'beanpole:slot': 'blue',
        Name: 'shop-test-web-blue',
      },
    });
    expect(alarm('in')).to.include({ threshold: 20, comparisonOperator: 'LessThanOrEqualToThreshold' });
  });
});

it('steps are distances from the first one', () => {
  expect(
    stepAdjustments(
      [
        { cpuPercent: 70, instances: 1 },
        { cpuPercent: 90, instances: 3 },
      ],
      'out',
    ),
  ).to.deep.equal([
    { metricIntervalLowerBound: '0', metricIntervalUpperBound: '20', scalingAdjustment: 1 },
    { metricIntervalLowerBound: '20', scalingAdjustment: 3 },
  ]);
  expect(
    stepAdjustments(
      [
        { cpuPercent: 30, instances: 1 },
        { cpuPercent: 10, instances: 2 },
      ],
      'in',
    ),
  ).to.deep.equal([
    { metricIntervalUpperBound: '0', metricIntervalLowerBound: '-20', scalingAdjustment: -1 },
    { metricIntervalUpperBound: '-20', scalingAdjustment: -2 },
  ]);
});

it('the label of requests names load balancer and target group as Auto Scaling wants it', () => {
  const elb = 'arn:aws:elasticloadbalancing:eu-central-1:123456789012';
  expect(resourceLabel(`${elb}:loadbalancer/app/web/1a`, `${elb}:targetgroup/web-blue/2b`)).to.equal(
    'app/web/1a/targetgroup/web-blue/2b',
  );
});
