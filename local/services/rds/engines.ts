import { invalidCombination, invalidValue } from './errors.ts';
import type { StoredInstance } from './state.ts';

/** Engines, versions and classes. One server, MariaDB 10.11, stands behind all of them. */

type Engine = StoredInstance['engine'];

/** Newest last: the default. */
export const versions: Readonly<Record<Engine, readonly string[]>> = {
  'aurora-mysql': ['8.0.mysql_aurora.3.08.2', '8.0.mysql_aurora.3.10.1'],
  mysql: ['8.0.42', '8.4.5', '8.4.7'],
};

export function checkEngine(given: string | undefined): Engine {
  if (given === 'aurora-mysql' || given === 'mysql') return given;
  throw invalidValue(`Invalid DB engine: ${given ?? ''}; this region has aurora-mysql and mysql.`);
}

/** A version, also by its beginning (`8.4`): the newest of that line. */
export function checkVersion(engine: Engine, given: string | undefined): string {
  const known = versions[engine];
  const version = known.findLast(
    (one) => given === undefined || one === given || one.startsWith(`${given}.`),
  );
  if (version === undefined)
    throw invalidCombination(
      `Cannot find version ${given} for ${engine}; this region has ${known.join(', ')}.`,
    );
  return version;
}

export const familyOf = (engine: Engine, version: string): string =>
  `${engine}${version.split('.').slice(0, 2).join('.')}`;

/** Memory in GiB by size, as most families have it. */
const sizes: Readonly<Record<string, number>> = {
  micro: 1,
  small: 2,
  medium: 4,
  large: 8,
  xlarge: 16,
  '2xlarge': 32,
};
const families = ['t3', 't4g', 'm5', 'm6g', 'm7g', 'r5', 'r6g', 'r7g'];
export const serverless = 'db.serverless';

/** In GiB. */
export const memoryOf = (instanceClass: string): number => sizes[instanceClass.split('.')[2] ?? ''] ?? 2;

export function checkClass(engine: Engine, given: string | undefined): string {
  const [db, family = '', size = ''] = (given ?? '').split('.');
  if (given === serverless && engine === 'aurora-mysql') return given;
  const smallest = engine === 'aurora-mysql' ? 4 : 1;
  const isKnown = db === 'db' && families.includes(family) && (sizes[size] ?? 0) >= smallest;
  if (!isKnown)
    throw invalidCombination(
      `RDS does not support creating a DB instance with the following combination: DBInstanceClass=${given ?? ''}, Engine=${engine}.`,
    );
  return given ?? '';
}

/** RDS's formula: memory in bytes by 12,582,880; what this server can take at most is a thousand. */
export const maxConnectionsOf = (instanceClass: string): number =>
  Math.min(1000, Math.floor((memoryOf(instanceClass) * 2 ** 30) / 12_582_880));
