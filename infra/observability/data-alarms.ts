import * as pulumi from '@pulumi/pulumi';
import type { CacheCluster } from '../data/cache-cluster.ts';
import type { CacheConfiguration } from '../data/cache-section.ts';
import type { Database } from '../data/database.ts';
import type { DatabaseConfiguration } from '../data/database-section.ts';
import { memoryBytes, mostConnections } from '../data/database-size.ts';
import { createAlarm, greatestOf, leastOf, metric } from './metric-alarm.ts';
import type { AlarmSettings, AlarmTarget, Query } from './metric-alarm.ts';

export interface DataAlarmsArgs extends AlarmTarget {
  /** DB instances and the limits of `database.alarms`; absent where the stack has no database. */
  readonly database?: {
    readonly store: Pick<Database, 'instances'>;
    readonly configuration: DatabaseConfiguration;
  };
  /** Cache nodes and the limits of `cache.alarms`; absent where the stack has no cache. */
  readonly cache?: {
    readonly store: Pick<CacheCluster, 'nodes'>;
    readonly configuration: CacheConfiguration;
  };
}

/** Each of several: an alarm goes by the worst. */
type Members = readonly pulumi.Input<string>[];

const above = { comparisonOperator: 'GreaterThanThreshold', evaluationPeriods: 5 } as const;
const below = { comparisonOperator: 'LessThanThreshold', evaluationPeriods: 5 } as const;

/**
 * What somebody wants to be told about a stack's data services: a database or cache that is busy, full or behind.
 * The shared file system needs none: its throughput is elastic, without burst credits, and it grows.
 * Cost: 0.10 USD a month for each metric that an alarm looks at, one per instance or node (us-east-1): 1.60 for two
 * Aurora instances and two cache nodes.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html
 * @stackFile database.alarms, cache.alarms
 */
export class DataAlarms extends pulumi.ComponentResource {
  constructor(name: string, args: DataAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:observability:DataAlarms', name, {}, opts);
    const { database, cache } = args;

    if (database) this.createDatabaseAlarms(`${name}-database`, args, database);
    if (cache) this.createCacheAlarms(`${name}-cache`, args, cache);

    this.registerOutputs({});
  }

  private createDatabaseAlarms(
    name: string,
    target: AlarmTarget,
    { store: { instances }, configuration }: NonNullable<DataAlarmsArgs['database']>,
  ): void {
    const { alarms, engine, instanceClass } = configuration;
    const all = (metricName: string, members = instances) => ofDatabase(metricName, members);
    const alarm = (what: string, queries: Query[], settings: AlarmSettings) =>
      createAlarm(`${name}-${what}`, target, queries, settings, this);

    alarm('cpu', greatestOf(all('CPUUtilization')), {
      ...above,
      alarmDescription: 'The database is busy.',
      threshold: alarms.cpuPercent,
    });
    alarm('connections', greatestOf(all('DatabaseConnections')), {
      ...above,
      alarmDescription: 'The database will soon take no more connections.',
      threshold: alarms.connections ?? Math.floor(0.8 * mostConnections(configuration)),
    });
    if (engine === 'aurora-mysql' && instanceClass === undefined)
      alarm('capacity', greatestOf(all('ACUUtilization')), {
        ...above,
        alarmDescription: 'The database has grown nearly as far as it may.',
        threshold: alarms.capacityPercent,
        evaluationPeriods: 15,
      });
    else
      alarm('memory', leastOf(all('FreeableMemory')), {
        ...below,
        alarmDescription: 'The database has hardly any memory left.',
        threshold: Math.floor((memoryBytes(configuration) * alarms.freeableMemoryPercent) / 100),
      });
    if (instances.length > 1) alarm('replica-lag', ...replicaLag(instances, configuration));
    if (engine === 'mysql')
      alarm('storage', leastOf(all('FreeStorageSpace')), {
        ...below,
        alarmDescription: 'The storage of the database is nearly full.',
        threshold: Math.floor((configuration.allocatedStorageGb * 2 ** 30 * alarms.freeStoragePercent) / 100),
      });
  }

  private createCacheAlarms(
    name: string,
    target: AlarmTarget,
    { store: { nodes }, configuration: { alarms } }: NonNullable<DataAlarmsArgs['cache']>,
  ): void {
    const alarm = (what: string, metricName: string, stat: string, settings: AlarmSettings) =>
      createAlarm(`${name}-${what}`, target, greatestOf(ofCache(metricName, stat, nodes)), settings, this);

    alarm('cpu', 'EngineCPUUtilization', 'Average', {
      ...above,
      alarmDescription: 'The cache is busy.',
      threshold: alarms.cpuPercent,
    });
    alarm('memory', 'DatabaseMemoryUsagePercentage', 'Average', {
      ...above,
      alarmDescription: 'The cache is nearly full.',
      threshold: alarms.memoryPercent,
    });
    alarm('evictions', 'Evictions', 'Sum', {
      ...above,
      alarmDescription: 'The cache throws away what it was given, for want of memory.',
      threshold: alarms.evictions,
      datapointsToAlarm: 3,
    });
    if (nodes.length > 1)
      alarm('replication-lag', 'ReplicationLag', 'Maximum', {
        ...above,
        alarmDescription: 'A replica of the cache is behind.',
        threshold: alarms.replicationLagSeconds,
      });
  }
}

const ofDatabase = (metricName: string, members: Members): Query[] =>
  members.map((DBInstanceIdentifier, index) =>
    metric(`instance${index}`, 'AWS/RDS', metricName, 'Average', { DBInstanceIdentifier }),
  );

const ofCache = (metricName: string, stat: string, members: Members): Query[] =>
  members.map((CacheClusterId, index) =>
    metric(`node${index}`, 'AWS/ElastiCache', metricName, stat, { CacheClusterId, CacheNodeId: '0001' }),
  );

/** Aurora says it in milliseconds, of whichever instances are readers; RDS in seconds, of its replicas. */
function replicaLag(
  instances: Members,
  { engine, alarms: { replicaLagSeconds } }: DatabaseConfiguration,
): [Query[], AlarmSettings] {
  const alarmDescription = 'A copy of the database is behind.';
  return engine === 'aurora-mysql'
    ? [
        greatestOf(ofDatabase('AuroraReplicaLag', instances)),
        { ...above, alarmDescription, threshold: replicaLagSeconds * 1000 },
      ]
    : [
        greatestOf(ofDatabase('ReplicaLag', instances.slice(1))),
        { ...above, alarmDescription, threshold: replicaLagSeconds },
      ];
}
