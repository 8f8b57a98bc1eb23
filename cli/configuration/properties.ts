/** Environment properties as they are typed, or written in a file: parsed and checked. Pure. */
import { isReserved } from '../../model/reserved-properties.ts';

export interface Property {
  readonly name: string;
  readonly value: string;
}

export interface ParsedProperties {
  readonly properties: readonly Property[];
  /** Everything that is wrong, one sentence each; values are never repeated: they may be secrets. */
  readonly problems: readonly string[];
}

/** Parameter Store's limit for a standard parameter. */
const mostBytes = 4096;
const namePattern = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** `NAME=value` words. */
export function parseAssignments(words: readonly string[]): ParsedProperties {
  const problems: string[] = [];
  const properties = words.flatMap((word, index) => {
    const equals = word.indexOf('=');
    const name = word.slice(0, equals);
    if (equals > 0) return [{ name, value: word.slice(equals + 1), told: name }];
    problems.push(`The ${ordinal(index)} word is not NAME=value.`);
    return [];
  });
  return check(properties, problems);
}

/**
 * Lines `NAME=value`, with or without `export` and quotes; `#` begins a comment line. What is wrong is told by its line
 * only: where somebody gives the secret itself, without a name before it, a part of it looks like a name.
 */
export function parsePropertyFile(text: string): ParsedProperties {
  const problems: string[] = [];
  const properties = text.split(/\r?\n/).flatMap((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return [];
    const [, name, value] = /^(?:export\s+)?([^=\s]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined)
      return [{ name, value: unquoted(value), told: `The property in line ${index + 1}` }];
    problems.push(`Line ${index + 1} is not NAME=value.`);
    return [];
  });
  return check(properties, problems);
}

/** In double quotes `\n` is a line end; in single quotes everything is as it is. */
function unquoted(value: string): string {
  const double = /^"(.*)"$/.exec(value)?.[1];
  if (double !== undefined)
    return double.replaceAll(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
  return /^'(.*)'$/.exec(value)?.[1] ?? value;
}

/** With the words that a problem of it begins with. */
interface Found extends Property {
  readonly told: string;
}

function check(found: readonly Found[], problems: readonly string[]): ParsedProperties {
  const wrong = found.flatMap(({ name, value, told }, index) => [
    ...nameProblems(name, told),
    ...(found.findIndex((other) => other.name === name) < index ? [`${told} is given twice.`] : []),
    ...(value === ''
      ? [`${told} is empty: Parameter Store keeps no empty values. To remove it: config unset.`]
      : []),
    ...(Buffer.byteLength(value) > mostBytes
      ? [`${told} has ${Buffer.byteLength(value)} bytes: Parameter Store keeps ${mostBytes}.`]
      : []),
  ]);
  return {
    properties: found.map(({ name, value }) => ({ name, value })),
    problems: [...problems, ...wrong],
  };
}

function nameProblems(name: string, told: string): string[] {
  if (!namePattern.test(name))
    return [
      `${told === name ? `"${name}"` : `${told} has a name that`} is no name of an environment variable: letters, digits and _, at most 128, no digit first.`,
    ];
  return isReserved(name)
    ? [`${told} is set by Beanpole: a property of that name would have no effect.`]
    : [];
}

const ordinal = (index: number): string => ['first', 'second', 'third'][index] ?? `${index + 1}th`;
