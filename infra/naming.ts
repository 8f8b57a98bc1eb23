/** Names of resources. Logical names are identities: changing one replaces the resource. */
import { createHash } from 'node:crypto';
import type { EnvironmentName } from '../model/names.ts';

export interface StackName {
  readonly application: string;
  readonly stack: string;
}

/** First part of every name and `Name` tag in a stack: several applications may live in one account. */
export const stackPrefix = ({ application, stack }: StackName): string => `${application}-${stack}`;

export const environmentPrefix = (name: EnvironmentName): string =>
  `${stackPrefix(name)}-${name.environment}`;

/**
 * The name itself when it is short enough, else its beginning and a digest of the whole.
 * For the few names that AWS limits to 80 characters or fewer; two different names never become the same.
 */
export function fitName(name: string, longest: number): string {
  if (name.length <= longest) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return `${name.slice(0, longest - digest.length - 1).replace(/-+$/, '')}-${digest}`;
}

/** What Pulumi appends to the name of a resource that is given none: a hyphen and seven digits. */
const automaticEnding = '-1234567';

/** A resource's name in the program, short enough for one that AWS limits and Pulumi makes from it. */
export const fitAutomaticName = (name: string, longest: number): string =>
  fitName(name, longest - automaticEnding.length);

/** Tags on what a stack's environments share. */
export const stackTags = ({ application, stack }: StackName): Record<string, string> => ({
  'beanpole:application': application,
  'beanpole:stack': stack,
});
