/** Reads a stack file as Pulumi hands it over, and refuses it as a whole with all its problems at once. */
import { RunError } from '@pulumi/pulumi';
import type { z } from 'zod';
import {
  applicationName,
  domainSection,
  environmentName,
  environmentSection,
  networkSection,
  regionName,
  sharedSection,
  stackName,
} from './config.ts';
import type { EnvironmentConfiguration, StackConfiguration } from './config.ts';
import { describeSchema, notAllowed, problemsIn, unknownKey } from './config-problems.ts';
import type { Problem } from './config-problems.ts';
import { environmentProblems, foreignKeyProblems, stackProblems } from './config-rules.ts';
import { cacheSection } from './data/cache-section.ts';
import { databaseProblems, foreignDatabaseKeyProblems } from './data/database-rules.ts';
import { databaseSection } from './data/database-section.ts';
import { filesSection } from './data/files-section.ts';

/** Keys of a stack file below `beanpole:`. */
export const sectionNames = [
  'application',
  'shared',
  'network',
  'domain',
  'database',
  'cache',
  'files',
  'environments',
] as const;
const environmentOnly = ['network', 'domain', 'database', 'cache', 'files', 'environments'] as const;

const namespace = 'beanpole:';

/** A stack file that cannot be used. Pulumi prints its message without a stack. */
export class ConfigurationError extends RunError {
  readonly problems: readonly Problem[];

  constructor(stack: string, problems: readonly Problem[]) {
    super(explain(stack, problems));
    this.name = 'ConfigurationError';
    this.problems = problems;
  }
}

function explain(stack: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  const lines = problems.map(({ path, message }) => `  ${path}: ${message}`);
  return [
    `Pulumi.${stack}.yaml has ${count}; nothing was changed.`,
    ...lines,
    `Next: correct the file and run \`pulumi preview -s ${stack}\`. All keys: docs/configuration.md.`,
  ].join('\n');
}

/** `raw` is the whole configuration of a stack, values as text, mappings as JSON: `pulumi.runtime.allConfig()`. */
export function readConfiguration(raw: Readonly<Record<string, string>>, stack: string): StackConfiguration {
  const problems: Problem[] = [];
  const sections = readSections(raw, problems);
  problems.push(
    ...problemsIn(stackName, stack, ['the name of the stack']),
    ...problemsIn(regionName, raw['aws:region'], ['aws:region']),
    ...beanpole(problemsIn(applicationName, sections.application, ['application'])),
  );
  const configuration =
    sections.shared === undefined
      ? readEnvironments(stack, sections, problems)
      : readShared(sections, problems);
  if (!configuration || problems.length > 0) throw new ConfigurationError(stack, problems);
  return {
    ...configuration,
    application: String(sections.application),
    stack,
    region: raw['aws:region'] ?? '',
  };
}

type Sections = Partial<Record<(typeof sectionNames)[number], unknown>>;
type Common = 'application' | 'stack' | 'region';
type WithoutCommon<T> = T extends unknown ? Omit<T, Common> : never;

function readSections(raw: Readonly<Record<string, string>>, problems: Problem[]): Sections {
  const sections: Sections = {};
  for (const [key, text] of Object.entries(raw)) {
    if (!key.startsWith(namespace)) continue;
    const name = key.slice(namespace.length);
    const section = sectionNames.find((known) => known === name);
    if (section === undefined) problems.push(unknownKey(key, name, sectionNames));
    else sections[section] = section === 'application' ? text : parsed(text);
  }
  return sections;
}

/** A mapping arrives as JSON; anything else stays what it is and the schema refuses it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function readShared(sections: Sections, problems: Problem[]): WithoutCommon<StackConfiguration> | undefined {
  for (const name of environmentOnly)
    if (sections[name] !== undefined)
      problems.push({
        path: `${namespace}${name}`,
        message: 'not in a stack with beanpole:shared; environments live in stacks of their own.',
      });
  const shared = readSection('shared', sharedSection, sections.shared, problems);
  return shared && { kind: 'shared', shared };
}

function readEnvironments(
  stack: string,
  sections: Sections,
  problems: Problem[],
): WithoutCommon<StackConfiguration> | undefined {
  const network = readSection('network', networkSection, sections.network ?? {}, problems);
  const optional = <T extends z.ZodType>(name: keyof Sections, schema: T) =>
    sections[name] === undefined ? undefined : readSection(name, schema, sections[name], problems);
  const domain = optional('domain', domainSection);
  const database = optional('database', databaseSection);
  const cache = optional('cache', cacheSection);
  const files = optional('files', filesSection);
  if (isMapping(sections.database)) problems.push(...beanpole(foreignDatabaseKeyProblems(sections.database)));
  const environments = readEachEnvironment(sections.environments, problems);
  if (!network || !environments || problems.length > 0) return undefined;
  problems.push(...beanpole(stackProblems(stack, environments, network, domain)));
  if (database) problems.push(...beanpole(databaseProblems(database)));
  return { kind: 'environments', network, domain, database, cache, files, environments };
}

function readEachEnvironment(
  given: unknown,
  problems: Problem[],
): Record<string, EnvironmentConfiguration> | undefined {
  if (!isMapping(given) || Object.keys(given).length === 0) {
    const allowed =
      'at least one environment, name: { tier: …, type: … }; or beanpole:shared for what all stacks share';
    problems.push({ path: `${namespace}environments`, message: notAllowed(given, allowed) });
    return undefined;
  }
  const environments: Record<string, EnvironmentConfiguration> = {};
  for (const [name, value] of Object.entries(given)) {
    problems.push(...beanpole(problemsIn(environmentName, name, [`environments.${name}`])));
    const environment = readSection(`environments.${name}`, environmentSection, value, problems);
    if (isMapping(value)) problems.push(...beanpole(foreignKeyProblems(name, value)));
    if (!environment) continue;
    problems.push(...beanpole(environmentProblems(name, environment)));
    environments[name] = withFixedSize(environment);
  }
  return environments;
}

/** One instance is what the type says; the rest of the program need not ask for the type again. */
const withFixedSize = (environment: EnvironmentConfiguration): EnvironmentConfiguration =>
  environment.type === 'SingleInstance' ? { ...environment, minSize: 1, maxSize: 1 } : environment;

function readSection<T extends z.ZodType>(
  name: string,
  schema: T,
  value: unknown,
  problems: Problem[],
): z.output<T> | undefined {
  const found = isMapping(value)
    ? problemsIn(schema, value, [name])
    : [
        {
          path: name,
          message: notAllowed(
            value,
            `a mapping with ${Object.keys(describeSchema(schema).properties ?? {}).join(', ')}`,
          ),
        },
      ];
  problems.push(...beanpole(found));
  return found.length === 0 ? schema.parse(value) : undefined;
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const beanpole = (problems: readonly Problem[]): Problem[] =>
  withPath(problems, (path) => `${namespace}${path}`);

const withPath = (problems: readonly Problem[], change: (path: string) => string): Problem[] =>
  problems.map(({ path, message }) => ({ path: change(path), message }));
