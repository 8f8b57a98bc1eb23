import { text, type Properties, type Value } from '../../../protocol/values.ts';

interface Pair {
  Key?: string | undefined;
  Value?: string | undefined;
}

/** A property that AWS keeps as an attribute: its key, and what holds when AWS does not list it. */
export interface Attribute {
  readonly property: string;
  readonly key: string;
  readonly default: string | number | boolean;
}

/** Attributes in the program's words. */
export function fromAttributes(
  attributes: readonly Attribute[],
  found: readonly Pair[] | undefined,
): Properties {
  const values = new Map((found ?? []).map(({ Key, Value }) => [Key, Value]));
  return Object.fromEntries(
    attributes.map(({ property, key, default: fallback }) => [property, typed(values.get(key), fallback)]),
  );
}

/** Only those that differ from what AWS has, as the API takes them. */
export function toAttributes(
  attributes: readonly Attribute[],
  wanted: Properties,
  found: Properties = {},
): { Key: string; Value: string }[] {
  return attributes.flatMap(({ property, key, default: fallback }) => {
    const value = wanted[property] ?? fallback;
    const present = found[property] ?? fallback;
    return value === present ? [] : [{ Key: key, Value: text(value) }];
  });
}

function typed(found: string | undefined, fallback: string | number | boolean): Value {
  if (found === undefined) return fallback;
  if (typeof fallback === 'number') return Number(found);
  return typeof fallback === 'boolean' ? found === 'true' : found;
}
