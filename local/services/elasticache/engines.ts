import { invalidValue } from './errors.ts';
import type { StoredGroup } from './state.ts';

/** Engines, versions and node types. One server, Redis 7.0, stands behind all of them. */

type Engine = StoredGroup['engine'];

/** Newest last: the default. */
const versions: Readonly<Record<Engine, readonly string[]>> = {
  valkey: ['7.2', '8.0', '8.1'],
  redis: ['7.0', '7.1'],
};

export const families = ['valkey7', 'valkey8', 'redis7'] as const;

export function checkEngine(given: string | undefined): Engine {
  const engine = given ?? 'redis';
  if (engine === 'valkey' || engine === 'redis') return engine;
  throw invalidValue(`The parameter Engine must be one of valkey, redis: '${engine}'.`);
}

export function checkVersion(engine: Engine, given: string | undefined): string {
  const known = versions[engine];
  const version =
    given === undefined ? known.at(-1) : known.find((one) => one === given || `${one}.0` === given);
  if (version === undefined)
    throw invalidValue(
      `Specific version selection is not allowed for '${given}' of ${engine}; choose ${known.join(', ')}.`,
    );
  return version;
}

/** The parameter group family of an engine version: `valkey8`. */
export const familyOf = (engine: Engine, version: string): string => `${engine}${version.split('.')[0]}`;

const gibibyte = 2 ** 30;
/** Memory of each node type in GiB, from ElastiCache's price list. */
const memory: Readonly<Record<string, number>> = {
  'cache.t4g.micro': 0.5,
  'cache.t4g.small': 1.37,
  'cache.t4g.medium': 3.09,
  'cache.t3.micro': 0.5,
  'cache.t3.small': 1.37,
  'cache.t3.medium': 3.09,
  'cache.m6g.large': 6.38,
  'cache.m6g.xlarge': 12.93,
  'cache.m7g.large': 6.38,
  'cache.m7g.xlarge': 12.93,
  'cache.r6g.large': 13.07,
  'cache.r6g.xlarge': 26.32,
  'cache.r7g.large': 13.07,
  'cache.r7g.xlarge': 26.32,
};

export function checkNodeType(given: string | undefined): string {
  if (given === undefined || memory[given] === undefined)
    throw invalidValue(
      `The parameter CacheNodeType '${given ?? ''}' is not one of ${Object.keys(memory).join(', ')}.`,
    );
  return given;
}

/** Bytes that a node type has for data and overhead. */
export const memoryOf = (nodeType: string): number => Math.floor((memory[nodeType] ?? 0.5) * gibibyte);
