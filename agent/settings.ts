import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { instancePaths, type Slot } from '../model/names.ts';

/** What user data told the agent, and where things are on this machine. */
export interface Settings {
  /** Name of the SSM parameter with the instance descriptor. */
  readonly descriptorParameter: string;
  readonly slot: Slot;
  readonly region: string;
  /** The agent's own file: errands run from it. */
  readonly agentFile: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What an agent is known by: the digest that its key in the bucket has. */
export const digestOf = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex');

/** Reads the agent's environment; the unit's environment file is read for commands typed by hand. */
export function readSettings(environment: NodeJS.ProcessEnv, agentFile: string): Settings {
  const file = readEnvironmentFile(instancePaths.environmentFile);
  const get = (name: string): string => {
    const value = environment[name] ?? file[name];
    if (value === undefined || value === '')
      throw new Error(
        `${name} is not set: neither in the environment nor in ${instancePaths.environmentFile}, which user data writes.`,
      );
    return value;
  };
  const slot = get('BEANPOLE_SLOT');
  if (slot !== 'blue' && slot !== 'green')
    throw new Error(`BEANPOLE_SLOT is "${slot}", it must be blue or green.`);
  return {
    descriptorParameter: get('BEANPOLE_DESCRIPTOR'),
    slot,
    region: get('AWS_REGION'),
    agentFile,
    environment,
  };
}

function readEnvironmentFile(file: string): Record<string, string> {
  try {
    return parseEnvironmentFile(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

/** `NAME=value` lines, as systemd reads them, without its quoting. */
export function parseEnvironmentFile(text: string): Record<string, string> {
  const lines = text.split('\n').map((line) => /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line));
  return Object.fromEntries(lines.flatMap((match) => (match ? [[match[1] ?? '', match[2] ?? '']] : [])));
}
