/** The repository's own stacks, and one that leaves nothing out, recorded once for all specs. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { readConfiguration } from '../../infra/config-read.ts';
import type { EnvironmentStack, SharedStack, StackConfiguration } from '../../infra/config.ts';
import type { Observed, ObservedEnvironment } from '../../infra/observed.ts';
import { buildEnvironments, buildShared } from '../../infra/program.ts';
import { recordResources } from '../support/record-resources.ts';
import type { Recording } from '../support/record-resources.ts';

export const account = { id: '123456789012', partition: 'aws', region: 'eu-central-1' };

export const agent = { file: '/tmp/agent.mjs', sha256: 'a'.repeat(64) };

export const observedEnvironment: ObservedEnvironment = {
  activeSlot: 'blue',
  image: { id: 'ami-0123456789abcdef0', architecture: 'x86_64' },
  runningTemplateVersion: undefined,
  lock: undefined,
};

export const application: Observed['application'] = {
  application: 'mywordpress',
  region: 'eu-central-1',
  bucket: 'versions-bucket',
  agent: { key: `agent/${agent.sha256}.mjs`, sha256: agent.sha256 },
  deployDocument: 'beanpole-mywordpress-deploy',
  alarmTopicArn: 'arn:aws:sns:eu-central-1:123456789012:alarms',
  hostedZone: { id: 'Z-APPLICATION', name: 'mywordpress.example', nameServers: ['ns-1.example'] },
};

/** A stack file as Pulumi hands it to the program: mappings as JSON. */
export function rawConfiguration(config: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

/** What stands in a stack file of this repository. `everything` is none of its own stacks: it stands here. */
export function stackFile(stack: string): Record<string, unknown> {
  const folder = stack === 'everything' ? './' : '../../';
  const file = readFileSync(new URL(`${folder}Pulumi.${stack}.yaml`, import.meta.url), 'utf8');
  return (parse(file) as { config: Record<string, unknown> }).config;
}

export const configurationOf = (stack: string): StackConfiguration =>
  readConfiguration(rawConfiguration(stackFile(stack)), stack);

export const recordShared = (configuration: SharedStack): Promise<Recording> =>
  recordResources(() => buildShared(configuration, agent));

export function recordEnvironments(
  configuration: EnvironmentStack,
  changes: Partial<ObservedEnvironment> = {},
): Promise<Recording> {
  const names = Object.keys(configuration.environments);
  const environments = Object.fromEntries(
    names.map((name) => [name, { ...observedEnvironment, ...changes }]),
  );
  return recordResources(() => buildEnvironments(configuration, { account, application, environments }));
}

const recordings = new Map<string, Promise<Recording>>();

/** A stack of this repository, by its name; recorded once. */
export function recordStack(stack: string): Promise<Recording> {
  const recording = recordings.get(stack) ?? recordAnew(stack);
  recordings.set(stack, recording);
  return recording;
}

function recordAnew(stack: string): Promise<Recording> {
  const configuration = configurationOf(stack);
  return configuration.kind === 'shared' ? recordShared(configuration) : recordEnvironments(configuration);
}
