import type { ParameterTier } from '@aws-sdk/client-ssm';
import { AwsError } from '../../endpoint/service.ts';
import { validation } from './errors.ts';

/** The rules of Parameter Store as pure functions. */

export const standardBytes = 4096;
export const advancedBytes = 8192;
const maximumLevels = 15;

/** A name as a caller gives it: `name`, `name:3` or `name:label`, or an ARN of it. */
export interface ParameterSelector {
  readonly name: string;
  readonly selector?: string;
}

export function parseSelector(given: string): ParameterSelector {
  const plain = given.replace(/^arn:aws:ssm:[^:]*:\d*:parameter\/?/, (arn) => (arn.endsWith('/') ? '/' : ''));
  // A name without hierarchy has no slash of its own: its ARN's slash belongs to the ARN.
  const name = given.startsWith('arn:') && plain.lastIndexOf('/') === 0 ? plain.slice(1) : plain;
  const colon = name.indexOf(':');
  return colon < 0 ? { name } : { name: name.slice(0, colon), selector: name.slice(colon + 1) };
}

/** Throws AWS's own refusal of a name that may not be created. */
export function checkName(name: string): void {
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw /^\/?aws/i.test(name)
      ? new AwsError('AccessDeniedException', `No access to reserved parameter name: ${name}.`)
      : validation('Parameter name: can\'t be prefixed with "ssm" (case-insensitive).');
  }
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(name) || name.endsWith('/')) {
    throw validation(
      'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  }
  if (name.includes('/') && !name.startsWith('/')) {
    throw validation('Parameter name must be a fully qualified name.');
  }
  if (name.split('/').length - 1 > maximumLevels) {
    throw new AwsError(
      'HierarchyLevelLimitExceededException',
      `A hierarchy can have a maximum of ${maximumLevels} levels.`,
    );
  }
}

/** The tier a value ends up in; `current` is the parameter's tier so far. */
export function chooseTier(
  wanted: ParameterTier | undefined,
  value: string,
  current?: ParameterTier,
): 'Standard' | 'Advanced' {
  const bytes = Buffer.byteLength(value);
  if (bytes > advancedBytes)
    throw tooLong(`Advanced tier parameters support a maximum parameter value of 8192 characters.`);
  if (wanted === 'Intelligent-Tiering')
    return bytes > standardBytes || current === 'Advanced' ? 'Advanced' : 'Standard';
  if (wanted === 'Standard' && current === 'Advanced') {
    throw validation(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If you create a new parameter and want to use the standard-parameter tier, delete this one first.",
    );
  }
  const tier = wanted ?? current ?? 'Standard';
  if (tier === 'Standard' && bytes > standardBytes) {
    throw tooLong(
      'Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.',
    );
  }
  return tier === 'Advanced' ? 'Advanced' : 'Standard';
}

const tooLong = validation;

/** Throws when the value breaks the pattern that the parameter was given. */
export function checkPattern(value: string, pattern: string | undefined): void {
  if (!pattern) return;
  let expression: RegExp;
  try {
    expression = new RegExp(pattern);
  } catch {
    throw new AwsError(
      'InvalidAllowedPatternException',
      `The request includes an invalid regular expression: ${pattern}`,
    );
  }
  if (!expression.test(value)) {
    throw new AwsError(
      'ParameterPatternMismatchException',
      `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
    );
  }
}

/** True when a parameter lies under a path: directly, or anywhere below it when `recursive`. */
export function isUnder(name: string, path: string, recursive: boolean): boolean {
  const prefix = path.endsWith('/') ? path : `${path}/`;
  if (!name.startsWith(prefix)) return prefix === '/' && !name.includes('/');
  return recursive || !name.slice(prefix.length).includes('/');
}
