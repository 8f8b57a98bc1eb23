import { expect } from 'chai';
import type { EnvironmentStack } from '../../../infra/config.ts';
import { databaseSection } from '../../../infra/data/database-section.ts';
import { memoryBytes, mostConnections } from '../../../infra/data/database-size.ts';
import { configurationOf, recordEnvironments, recordStack } from '../stacks.ts';

const type = 'aws:cloudwatch/metricAlarm:MetricAlarm';

interface AlarmInputs {
  readonly threshold: number;
  readonly comparisonOperator: string;
  readonly metricQueries: readonly {
    readonly expression?: string;
    readonly metric?: { metricName: string; dimensions: Record<string, string> };
  }[];
}

const alarmIn = async (recording: ReturnType<typeof recordStack>, name: string): Promise<AlarmInputs> =>
  (await recording).only(type, name).inputs as unknown as AlarmInputs;
const metricsOf = ({ metricQueries }: AlarmInputs) =>
  metricQueries.flatMap(({ metric }) =>
    metric ? [[metric.metricName, ...Object.values(metric.dimensions)]] : [],
  );

describe('the alarms of data services', () => {
  it('go by the worst of all instances of a cluster, whoever is its writer', async () => {
    const lag = await alarmIn(recordStack('prod'), 'mywordpress-prod-data-alarms-database-replica-lag');
    expect(metricsOf(lag)).to.deep.equal([
      ['AuroraReplicaLag', 'mywordpress-prod-database-1'],
      ['AuroraReplicaLag', 'mywordpress-prod-database-2'],
    ]);
    expect(lag.metricQueries.at(-1)?.expression).to.equal('MAX([FILL(instance0, 0), FILL(instance1, 0)])');
    expect(lag.threshold).to.equal(10_000);
  });

  it('say when a serverless cluster has grown as far as it may, a fixed one when its memory is used up', async () => {
    const capacity = await alarmIn(recordStack('prod'), 'mywordpress-prod-data-alarms-database-capacity');
    expect([metricsOf(capacity)[0]?.[0], capacity.threshold]).to.deep.equal(['ACUUtilization', 90]);
    const memory = await alarmIn(recordStack('dev'), 'mywordpress-dev-data-alarms-database-memory');
    expect(memory.comparisonOperator).to.equal('LessThanThreshold');
    expect(memory.threshold).to.equal(Math.floor(2 ** 30 * 0.05));
    // What does not answer is not short of memory.
    expect(memory.metricQueries.at(-1)?.expression).to.equal('MIN([FILL(instance0, 1000000000000000)])');
  });

  it('of an instance are about its storage, too, and of its replicas about their lag', async () => {
    const stack = configurationOf('dev') as EnvironmentStack;
    const database = databaseSection.parse({
      engine: 'mysql',
      readReplicas: 2,
      allocatedStorageGb: 100,
      alarms: { connections: 50, freeStoragePercent: 20 },
    });
    const recording = recordEnvironments({ ...stack, database });
    const name = 'mywordpress-dev-data-alarms-database';
    expect((await alarmIn(recording, `${name}-storage`)).threshold).to.equal(20 * 2 ** 30);
    expect((await alarmIn(recording, `${name}-connections`)).threshold).to.equal(50);
    expect(metricsOf(await alarmIn(recording, `${name}-replica-lag`))).to.deep.equal([
      ['ReplicaLag', 'mywordpress-dev-database-replica-1'],
      ['ReplicaLag', 'mywordpress-dev-database-replica-2'],
    ]);
  });

  it('of a cache look at every node', async () => {
    const cpu = await alarmIn(recordStack('prod'), 'mywordpress-prod-data-alarms-cache-cpu');
    expect(metricsOf(cpu)).to.deep.equal([
      ['EngineCPUUtilization', 'mywordpress-prod-cache-001', '0001'],
      ['EngineCPUUtilization', 'mywordpress-prod-cache-002', '0001'],
    ]);
  });

  it('do not exist without data services', async () => {
    const { database: _d, cache: _c, ...stack } = configurationOf('dev') as EnvironmentStack;
    const recording = await recordEnvironments({ ...stack, database: undefined, cache: undefined });
    expect(recording.ofType(type).filter(({ name }) => name.includes('data-alarms'))).to.deep.equal([]);
  });
});

describe('the size of a database', () => {
  const sizes: [object, gib: number][] = [
    [{ engine: 'mysql' }, 1],
    [{ engine: 'mysql', instanceClass: 'db.m6g.large' }, 8],
    [{ engine: 'mysql', instanceClass: 'db.r6g.2xlarge' }, 64],
    [{ engine: 'aurora-mysql', maxCapacity: 4 }, 8],
  ];
  for (const [given, gib] of sizes)
    it(`of ${JSON.stringify(given)} is ${gib} GiB`, () => {
      expect(memoryBytes(databaseSection.parse(given))).to.equal(gib * 2 ** 30);
    });

  it('bounds its connections', () => {
    expect(mostConnections(databaseSection.parse({ engine: 'mysql' }))).to.equal(85);
  });
});
