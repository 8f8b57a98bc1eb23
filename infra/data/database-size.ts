/** Pure: what a database's memory comes to. */
import type { DatabaseConfiguration } from './database-section.ts';

const gib = 2 ** 30;
/** GiB of memory by size; families for memory have twice as much. */
const sizes: Readonly<Record<string, number>> = { micro: 1, small: 2, medium: 4, large: 8, xlarge: 16 };

/** Bytes of memory of one instance, of a serverless one at its largest. */
export function memoryBytes({ engine, instanceClass, maxCapacity }: DatabaseConfiguration): number {
  if (engine === 'aurora-mysql' && instanceClass === undefined) return maxCapacity * 2 * gib;
  const [, family = '', size = ''] = (instanceClass ?? 'db.t4g.micro').split('.');
  const times = /^(\d+)xlarge$/.exec(size)?.[1];
  const standard = times === undefined ? (sizes[size] ?? 8) : 16 * Number(times);
  return standard * (family.startsWith('r') || family.startsWith('x') ? 2 : 1) * gib;
}

/** What RDS sets `max_connections` to for MySQL; Aurora allows more for the same memory. */
export const mostConnections = (configuration: DatabaseConfiguration): number =>
  Math.floor(memoryBytes(configuration) / 12_582_880);
