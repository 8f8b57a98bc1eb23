import type { StandardUnit } from '@aws-sdk/client-cloudwatch';
import { availableParallelism } from 'node:os';
import type { CacheMeasure, Parts } from '../parts.ts';
import { measured } from './buckets.ts';
import type { Measurement } from './series.ts';

/** ElastiCache's own metrics of nodes, as the real servers tell them; counts and CPU since the last time. */
export function cacheMetrics({ clock, services }: Parts): (at: number) => Promise<Measurement[]> {
  let before = new Map<string, CacheMeasure & { readonly at: number }>();

  return async (at) => {
    const now = clock.now();
    const all = await services.elasticache.measure();
    const last = before;
    before = new Map(all.map((node) => [node.node, { ...node, at: now }]));
    return all.flatMap((node) => measurements(node, last.get(node.node), now, at));
  };
}

function measurements(
  node: CacheMeasure,
  last: (CacheMeasure & { readonly at: number }) | undefined,
  now: number,
  at: number,
): Measurement[] {
  // A server that was started anew begins to count anew.
  const known = last && last.cpuSeconds <= node.cpuSeconds ? last : undefined;
  const since = (total: 'evictions' | 'hits' | 'misses') =>
    Math.max(0, node[total] - (known?.[total] ?? node[total]));
  const values: readonly (readonly [string, number, StandardUnit])[] = [
    ['CurrConnections', node.connections, 'Count'],
    ['CurrItems', node.items, 'Count'],
    ['DatabaseMemoryUsagePercentage', (100 * node.usedMemoryBytes) / node.totalMemoryBytes, 'Percent'],
    ['FreeableMemory', Math.max(0, node.totalMemoryBytes - node.usedMemoryBytes), 'Bytes'],
    ['Evictions', since('evictions'), 'Count'],
    ['CacheHits', since('hits'), 'Count'],
    ['CacheMisses', since('misses'), 'Count'],
    ...(node.lagSeconds === undefined ? [] : [['ReplicationLag', node.lagSeconds, 'Seconds'] as const]),
    ...(known ? cpuValues(((node.cpuSeconds - known.cpuSeconds) * 1000) / (now - known.at)) : []),
  ];
  const dimensions = [
    { Name: 'CacheClusterId', Value: node.node },
    { Name: 'CacheNodeId', Value: '0001' },
  ];
  return values.flatMap(([name, value, unit]) =>
    [dimensions, dimensions.slice(0, 1)].map((set) => ({
      namespace: 'AWS/ElastiCache',
      name,
      dimensions: set,
      unit,
      at,
      measured: measured([[value, 1]]),
    })),
  );
}

/** The engine has one thread, and so one core at most. */
const cpuValues = (cores: number): readonly (readonly [string, number, StandardUnit])[] => [
  ['CPUUtilization', Math.min(100, (100 * cores) / availableParallelism()), 'Percent'],
  ['EngineCPUUtilization', Math.min(100, 100 * cores), 'Percent'],
];
