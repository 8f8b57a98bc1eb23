/** What pages say of the stack file: from its schema, and from stack files that there are. */
import { stringify } from 'yaml';
import { environmentSection, domainSection, networkSection, sharedSection } from '../../infra/config.ts';
import { allowedBy, describeSchema, partAt, type Described } from '../../infra/config-problems.ts';
import { cacheSection } from '../../infra/data/cache-section.ts';
import { databaseSection } from '../../infra/data/database-section.ts';
import { filesSection } from '../../infra/data/files-section.ts';
import { alarmsSection, scalingSection } from '../../infra/environment/scaling-section.ts';

const schema: Described = {
  properties: {
    shared: describeSchema(sharedSection),
    network: describeSchema(networkSection),
    domain: describeSchema(domainSection),
    database: describeSchema(databaseSection),
    cache: describeSchema(cacheSection),
    files: describeSchema(filesSection),
    environments: { additionalProperties: describeSchema(environmentSection) },
  },
};

/** A type of the stack file: its heading in docs/configuration.md, and its keys unless they are too many for a page. */
export interface Section {
  readonly heading: string;
  readonly keys?: Described;
}

/** Types that are inferred from the schema, by their names. */
export const sections: Readonly<Record<string, Section>> = {
  SharedStack: { heading: 'beanpole:shared', keys: describeSchema(sharedSection) },
  NetworkConfiguration: { heading: 'beanpole:network', keys: describeSchema(networkSection) },
  DomainConfiguration: { heading: 'beanpole:domain' },
  DatabaseConfiguration: { heading: 'beanpole:database', keys: describeSchema(databaseSection) },
  CacheConfiguration: { heading: 'beanpole:cache', keys: describeSchema(cacheSection) },
  FilesConfiguration: { heading: 'beanpole:files', keys: describeSchema(filesSection) },
  EnvironmentConfiguration: { heading: 'beanpole:environments' },
  CapacityConfiguration: { heading: 'beanpole:environments' },
  ScalingConfiguration: { heading: 'scaling', keys: describeSchema(scalingSection) },
  AlarmsConfiguration: { heading: 'alarms', keys: describeSchema(alarmsSection) },
  RoutingConfiguration: { heading: 'routing' },
  HealthCheckConfiguration: { heading: 'routing.healthCheck' },
};

/** GitHub's anchor of a heading. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');

export interface Key {
  readonly path: string;
  readonly default: unknown;
  readonly allowed: string;
  readonly anchor: string;
}

/** A key of the stack file by its path, such as `environments.*.maxRetries`; undefined where there is none. */
export function keyAt(path: string): Key | undefined {
  const parts = path.split('.');
  const part = partAt(schema, parts);
  if (Object.keys(part).length === 0) return undefined;
  const routing = parts.includes('routing');
  return {
    path,
    default: part.default,
    allowed: allowedBy(part),
    anchor: anchorOf(routing ? 'routing' : `beanpole:${parts[0] ?? ''}`),
  };
}

type Mapping = Readonly<Record<string, unknown>>;

const isMapping = (value: unknown): value is Mapping => typeof value === 'object' && value !== null;

/** Of a stack file's `config` what stands at some paths, as YAML; undefined where one of them does not stand in it. */
export function excerptOf(config: Mapping, paths: readonly string[]): string | undefined {
  const found = paths.map((path) => pick(config, `beanpole:${path}`.split('.')));
  if (found.length === 0 || found.includes(undefined)) return undefined;
  return stringify(found.reduce(merge), { lineWidth: 0, flowCollectionPadding: true }).trimEnd();
}

/** A mapping with nothing but what stands at one path. */
function pick(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value;
  if (!isMapping(value) || !(key in value)) return undefined;
  const inner = pick(value[key], rest);
  return inner === undefined ? undefined : { [key]: inner };
}

function merge(left: unknown, right: unknown): unknown {
  if (!isMapping(left) || !isMapping(right)) return right;
  const both = Object.keys(right).map((key) => [
    key,
    key in left ? merge(left[key], right[key]) : right[key],
  ]);
  return { ...left, ...(Object.fromEntries(both) as Mapping) };
}
