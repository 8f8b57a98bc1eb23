import { parseArgs } from 'node:util';
import type { ConfigurationSnapshot } from '../model/schemas.ts';
import type { DeploymentOrder } from './deploy/fencing.ts';

/** A command that was typed wrongly. */
export class UsageError extends Error {}

export const usage = `Usage:
  agent.mjs run
  agent.mjs deploy --deployment N --token T --bundle-key K --sha256 H --version L --configuration BASE64 [--stage release]
  agent.mjs status`;

const names = ['deployment', 'token', 'bundle-key', 'sha256', 'version', 'configuration'] as const;

const stages = ['deploy', 'release'];

/** The order in `deploy`'s arguments, every one of which is needed but the stage. */
export function parseDeployArguments(argv: readonly string[]): DeploymentOrder {
  const values = parse(argv);
  const missing = names.filter((name) => values[name] === undefined);
  if (missing.length > 0)
    throw new UsageError(`Missing: ${missing.map((name) => `--${name}`).join(', ')}.\n${usage}`);
  const get = (name: (typeof names)[number]) => values[name] ?? '';
  return {
    origin: 'Command',
    deployment: wholeNumber('deployment', get('deployment')),
    token: wholeNumber('token', get('token')),
    versionLabel: matching('version', get('version'), /^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$/),
    bundle: { key: get('bundle-key'), sha256: matching('sha256', get('sha256'), /^[0-9a-f]{64}$/) },
    configuration: configuration(get('configuration')),
    ...(stage(values.stage) === 'release' && { stage: 'Release' }),
  };
}

function stage(given = 'deploy'): string {
  if (stages.includes(given)) return given;
  throw new UsageError(`--stage is ${JSON.stringify(given)}, it must be ${stages.join(' or ')}.`);
}

function parse(argv: readonly string[]): Partial<Record<string, string>> {
  const options = Object.fromEntries([...names, 'stage'].map((name) => [name, { type: 'string' as const }]));
  try {
    return parseArgs({ args: [...argv], options, strict: true }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${usage}`);
  }
}

function wholeNumber(name: string, text: string): number {
  return Number(matching(name, text, /^\d{1,15}$/));
}

function matching(name: string, text: string, pattern: RegExp): string {
  if (!pattern.test(text))
    throw new UsageError(`--${name} is ${JSON.stringify(text)}, it must match ${String(pattern)}.`);
  return text;
}

function configuration(base64: string): ConfigurationSnapshot {
  try {
    const snapshot = JSON.parse(Buffer.from(base64, 'base64').toString()) as Partial<ConfigurationSnapshot>;
    const { properties, parameters } = snapshot;
    if (typeof properties === 'object' && Array.isArray(parameters)) return { properties, parameters };
  } catch {
    // Said below.
  }
  throw new UsageError(
    '--configuration is not the base64 of a configuration snapshot ({ properties, parameters }).',
  );
}
