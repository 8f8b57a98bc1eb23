import { availableParallelism } from 'node:os';
import type { Dimension, StandardUnit } from '@aws-sdk/client-cloudwatch';
import type { DatabaseMeasure, Parts } from '../parts.ts';
import { measured } from './buckets.ts';
import type { Measurement } from './series.ts';

type Value = readonly [name: string, value: number, unit: StandardUnit];

/** RDS's own metrics of DB instances, measured on the real servers; CPU since the last time. */
export function databaseMetrics({ clock, services }: Parts): (at: number) => Promise<Measurement[]> {
  let before = new Map<string, { readonly at: number; readonly cpuSeconds: number }>();

  return async (at) => {
    const all = await services.rds.measure();
    const now = clock.now();
    const last = before;
    before = new Map(all.map(({ instance, cpuSeconds }) => [instance, { at: now, cpuSeconds }]));
    return all.flatMap((database) => {
      const known = last.get(database.instance);
      // A server that was started anew begins to count anew.
      const cores =
        known && known.cpuSeconds <= database.cpuSeconds
          ? ((database.cpuSeconds - known.cpuSeconds) * 1000) / (now - known.at)
          : undefined;
      const values = [...plainValues(database), ...(cores === undefined ? [] : cpuValues(database, cores))];
      return values.flatMap((value) => dimensionsOf(database).map((dimensions) => of(value, dimensions, at)));
    });
  };
}

function plainValues({ connections, lagSeconds, role, ...database }: DatabaseMeasure): Value[] {
  const { totalMemoryBytes, memoryBytes, freeStorageBytes } = database;
  return [
    ['DatabaseConnections', connections, 'Count'],
    ['FreeableMemory', Math.max(0, totalMemoryBytes - memoryBytes), 'Bytes'],
    ...(freeStorageBytes === undefined ? [] : [['FreeStorageSpace', freeStorageBytes, 'Bytes'] as const]),
    ...(lagSeconds === undefined || role === 'WRITER' ? [] : [lagValue(lagSeconds, role)]),
  ];
}

const lagValue = (seconds: number, role: DatabaseMeasure['role']): Value =>
  role === undefined
    ? ['ReplicaLag', seconds, 'Seconds']
    : ['AuroraReplicaLag', seconds * 1000, 'Milliseconds'];

const bytesPerUnit = 2 * 2 ** 30;
/** About what one Aurora capacity unit has of a processor. */
const coresPerUnit = 0.25;

/** A serverless instance is as large as what it uses. */
function cpuValues({ capacity, memoryBytes }: DatabaseMeasure, cores: number): Value[] {
  const percent = Math.min(100, (100 * cores) / availableParallelism());
  if (!capacity) return [['CPUUtilization', percent, 'Percent']];
  const used = Math.max(memoryBytes / bytesPerUnit, cores / coresPerUnit);
  const units = Math.min(capacity.maxCapacity, Math.max(capacity.minCapacity, Math.ceil(used * 2) / 2));
  return [
    ['CPUUtilization', percent, 'Percent'],
    ['ServerlessDatabaseCapacity', units, 'None'],
    ['ACUUtilization', (100 * units) / capacity.maxCapacity, 'Percent'],
  ];
}

function dimensionsOf({ instance, cluster, role }: DatabaseMeasure): Dimension[][] {
  const own = [{ Name: 'DBInstanceIdentifier', Value: instance }];
  if (cluster === undefined) return [own];
  const ofCluster = { Name: 'DBClusterIdentifier', Value: cluster };
  return [own, [ofCluster], [ofCluster, { Name: 'Role', Value: role }]];
}

const of = ([name, value, unit]: Value, dimensions: Dimension[], at: number): Measurement => ({
  namespace: 'AWS/RDS',
  name,
  dimensions,
  unit,
  at,
  measured: measured([[value, 1]]),
});
