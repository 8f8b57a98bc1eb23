import { expect } from 'chai';
import { dashboardWidgets } from '../../../infra/observability/dashboard.ts';
import type { Recording } from '../../support/record-resources.ts';
import { application, recordStack } from '../stacks.ts';

const type = 'aws:cloudwatch/metricAlarm:MetricAlarm';

describe('the alarms of an environment', () => {
  let prod: Recording;
  before(async () => {
    prod = await recordStack('prod');
  });

  it('of a web environment are about errors, latency, targets and CPU; of a worker about CPU and backlog; of data about what is busy, full or behind', () => {
    expect(prod.ofType(type).map(({ name }) => name)).to.have.members([
      ...['cpu', 'latency', 'server-errors', 'unhealthy-targets'].map(
        (alarm) => `mywordpress-prod-web-alarms-${alarm}`,
      ),
      ...['alarms-cpu', 'alarms-backlog-age', 'dead-letter-alarm'].map(
        (alarm) => `mywordpress-prod-worker-${alarm}`,
      ),
      ...['cpu', 'connections', 'capacity', 'replica-lag'].map(
        (alarm) => `mywordpress-prod-data-alarms-database-${alarm}`,
      ),
      ...['cpu', 'memory', 'evictions', 'replication-lag'].map(
        (alarm) => `mywordpress-prod-data-alarms-cache-${alarm}`,
      ),
    ]);
  });

  it('tell the topic of the application stack, also when they are over', () => {
    for (const { name, inputs } of prod.ofType(type))
      expect(inputs, name).to.deep.include({
        alarmActions: [application.alarmTopicArn],
        okActions: [application.alarmTopicArn],
        treatMissingData: 'notBreaching',
      });
  });

  it('look at both slots', () => {
    const queries = JSON.stringify(prod.only(type, 'mywordpress-prod-web-alarms-cpu').inputs.metricQueries);
    for (const slot of ['blue', 'green']) expect(queries).to.contain(`mywordpress-prod-web-${slot}`);
  });

  it('each have one query that returns data', () => {
    for (const { name, inputs } of prod.ofType(type)) {
      const queries = inputs.metricQueries as { returnData?: boolean }[] | undefined;
      if (queries)
        expect(
          queries.filter(({ returnData }) => returnData),
          name,
        ).to.have.length(1);
    }
  });
});

describe('the dashboard', () => {
  it('is one for each stack, with a row for each environment and data service', async () => {
    const { inputs } = (await recordStack('prod')).only('aws:cloudwatch/dashboard:Dashboard');
    expect(inputs.dashboardName).to.equal('mywordpress-prod');
    const { widgets } = JSON.parse(String(inputs.dashboardBody)) as {
      widgets: { type: string; properties: { title?: string; markdown?: string } }[];
    };
    expect(widgets.map(({ properties: { title, markdown } }) => title ?? markdown)).to.deep.equal([
      ...['## worker', 'Messages', 'Oldest message', 'Instances in service', 'CPU'],
      ...['## web', 'Requests', 'Response time', 'Instances in service', 'CPU'],
      ...['## Database', 'CPU', 'Connections', 'Memory left', 'Copies behind'],
      ...['## Cache', 'Engine CPU', 'Memory in use', 'Hits and misses', 'Evictions'],
      ...['## Files', 'Bytes stored'],
    ]);
  });

  it('does not lay widgets over each other', () => {
    const environments = [
      { name: 'web', autoScalingGroups: ['a', 'b'], loadBalancerArn: 'x:loadbalancer/app/web/1' },
      { name: 'worker', autoScalingGroups: ['c', 'd'], queueName: 'jobs' },
    ];
    const data = { databaseInstances: ['d'], cacheNodes: ['n'], fileSystemId: 'fs-1' };
    const widgets = dashboardWidgets('eu-central-1', environments, data) as { x: number; y: number }[];
    const places = widgets.map(({ x, y }) => `${x}/${y}`);
    expect(new Set(places).size).to.equal(places.length);
  });
});
