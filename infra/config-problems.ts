/** What is wrong with a stack file, in a user's words: the path, the value given, what is allowed. */
import { z } from 'zod';

export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** A schema as JSON Schema says it, with what `meta` added. */
export interface Described {
  readonly type?: string;
  readonly allowed?: string;
  readonly description?: string;
  readonly default?: unknown;
  /** Values of other keys without which this one means nothing. */
  readonly only?: Readonly<Record<string, string>>;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Described;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Described | boolean;
  readonly propertyNames?: Described;
}

export function describeSchema(schema: z.ZodType): Described {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Described;
}

const oneOf = (values: readonly unknown[]): string =>
  values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${String(values.at(-1))}`;

/** What a schema allows, as a phrase. */
export function allowedBy(node: Described): string {
  if (node.allowed) return node.allowed;
  if (node.enum) return oneOf(node.enum);
  if (node.type === 'integer')
    return `a whole number from ${String(node.minimum)} to ${String(node.maximum)}`;
  if (node.type === 'boolean') return 'true or false';
  if (node.type === 'array') return `a list of ${countOf(node)}, each ${allowedBy(node.items ?? {})}`;
  if (node.type === 'object') return 'a mapping of keys to values';
  return 'a text (numbers in quotes)';
}

function countOf({ minItems = 0, maxItems }: Described): string {
  return minItems === maxItems ? `exactly ${minItems}` : `${minItems} to ${maxItems ?? 'any number'}`;
}

/** The part of a schema at a path, following keys of mappings and items of lists. */
export function partAt(node: Described, path: readonly PropertyKey[]): Described {
  const [key, ...rest] = path;
  if (key === undefined) return node;
  const additional = typeof node.additionalProperties === 'object' ? node.additionalProperties : {};
  const next = typeof key === 'number' ? node.items : (node.properties?.[String(key)] ?? additional);
  return partAt(next ?? {}, rest);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (part, key) => (part as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
}

const shown = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};

const joined = (path: readonly PropertyKey[]): string => path.map(String).join('.');

/** All problems that a schema finds in a value; `at` is where the value stands in the file. */
export function problemsIn(schema: z.ZodType, value: unknown, at: readonly PropertyKey[]): Problem[] {
  const { error } = schema.safeParse(value);
  if (!error) return [];
  const described = describeSchema(schema);
  return error.issues.flatMap((issue) => problemsOf(issue, described, value, at));
}

function problemsOf(
  issue: z.core.$ZodIssue,
  described: Described,
  value: unknown,
  at: readonly PropertyKey[],
): Problem[] {
  const path = joined([...at, ...issue.path]);
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(partAt(described, issue.path).properties ?? {});
    return issue.keys.map((key) => unknownKey(joined([...at, ...issue.path, key]), key, known));
  }
  if (issue.code === 'invalid_key') {
    const names = partAt(described, issue.path.slice(0, -1)).propertyNames ?? {};
    return [{ path, message: `this name is not allowed; allowed: ${allowedBy(names)}.` }];
  }
  const allowed = allowedBy(partAt(described, issue.path));
  return [{ path, message: notAllowed(valueAt(value, issue.path), allowed) }];
}

export const notAllowed = (given: unknown, allowed: string): string =>
  given === undefined
    ? `is missing; allowed: ${allowed}.`
    : `${shown(given)} is not allowed; allowed: ${allowed}.`;

export function unknownKey(path: string, key: string, known: readonly string[]): Problem {
  const nearest = nearestOf(key, known);
  return {
    path,
    message: nearest
      ? `unknown key; did you mean ${nearest}?`
      : `unknown key; known are ${[...known].sort().join(', ')}.`,
  };
}

/** The most similar word, if it is similar enough to be what was meant. */
export function nearestOf(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best && best.distance <= Math.max(2, Math.floor(word.length / 3)) ? best.candidate : undefined;
}

/** Insertions, deletions and replacements between two words (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of Array.from(from).entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
