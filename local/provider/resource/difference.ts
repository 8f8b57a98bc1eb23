import { Asset, Unknown, hasUnknown, type Properties, type Value } from '../protocol/values.ts';
import { absent, elementOf, isObject } from './check.ts';
import type { Property, Schema } from './schema.ts';

export interface Change {
  /** `defaultActions[0].forward`. */
  readonly path: string;
  readonly kind: 'add' | 'delete' | 'update';
  readonly replaces: boolean;
}

/**
 * What would have to change for `actual` (what the cloud has) to become `desired` (what the program wants).
 * A property that the program does not mention is compared with its absence, unless the cloud may choose it.
 * What lies at or below an ignored path (`tags["a"]`, `list[*].b`) is overlooked.
 */
export function differences(
  schema: Schema,
  desired: Properties,
  actual: Properties,
  ignored: readonly string[] = [],
): Change[] {
  return Object.entries(schema)
    .flatMap(([key, property]) =>
      compare(property, desired[key], actual[key], { path: key, replaces: false, ignored }),
    )
    .filter(({ path }) => !isIgnored(path, ignored));
}

/** Where a comparison is. */
interface At {
  readonly path: string;
  /** A change here, whatever it is, takes a new resource. */
  readonly replaces: boolean;
  readonly ignored: readonly string[];
}

const below = (at: At, suffix: string): At => ({ ...at, path: `${at.path}${suffix}` });
const change = ({ path, replaces }: At, kind: Change['kind']): Change => ({ path, kind, replaces });

/** True when a value from the cloud says the same as one from the program. */
export function equivalent(
  property: Property,
  desired: Value | undefined,
  actual: Value | undefined,
): boolean {
  return compare(property, desired, actual, { path: '', replaces: false, ignored: [] }).length === 0;
}

function compare(
  property: Property,
  desired: Value | undefined,
  actual: Value | undefined,
  where: At,
): Change[] {
  if (isIgnored(where.path, where.ignored)) return [];
  const at = { ...where, replaces: where.replaces || property.replaces === true };
  if (desired instanceof Unknown) return [change(at, empty(actual) ? 'add' : 'update')];
  if (typeof desired === 'boolean' && typeof actual === 'boolean')
    return desired === actual ? [] : [change(at, 'update')];
  if (empty(desired)) {
    // An empty list or map that the program wrote down is a wish; absence is none where the cloud may choose.
    if (empty(actual) || (property.computed && absent(desired))) return [];
    return [change(at, 'delete')];
  }
  if (empty(actual)) return [change(at, 'add')];
  return compareKinds(property, desired as Value, actual as Value, at);
}

function compareKinds(property: Property, desired: Value, actual: Value, at: At): Change[] {
  if (property.same?.(desired, actual)) return [];
  const updated = [change(at, 'update')];
  switch (property.type) {
    case 'object':
      return compareObjects(property.properties ?? {}, desired, actual, at);
    case 'map':
      return compareMaps(elementOf(property), desired, actual, at);
    case 'list':
      return compareLists(elementOf(property), items(desired), items(actual), at);
    case 'set':
      return compareSets(elementOf(property), items(desired), items(actual), at);
    case 'json':
      return sameJson(desired, actual) ? [] : updated;
    case 'asset':
      return desired instanceof Asset && actual instanceof Asset && desired.hash === actual.hash
        ? []
        : updated;
    default:
      return desired === actual ? [] : updated;
  }
}

function compareObjects(schema: Schema, desired: Value, actual: Value, at: At): Change[] {
  const [wanted, found] = [asObject(desired), asObject(actual)];
  return Object.entries(schema).flatMap(([key, property]) =>
    compare(property, wanted[key], found[key], below(at, `.${key}`)),
  );
}

function compareMaps(element: Property, desired: Value, actual: Value, map: At): Change[] {
  const [wanted, found] = [asObject(desired), asObject(actual)];
  const keys = new Set([...Object.keys(wanted), ...Object.keys(found)]);
  return [...keys].flatMap((key): Change[] => {
    const at = below(map, mapKey(key));
    // In a map an empty string is a value: a tag may have one.
    if (absent(wanted[key])) return [change(at, 'delete')];
    if (absent(found[key])) return [change(at, 'add')];
    if (wanted[key] === found[key]) return [];
    return compare(element, wanted[key], found[key], at);
  });
}

function compareLists(
  element: Property,
  desired: readonly Value[],
  actual: readonly Value[],
  list: At,
): Change[] {
  const length = Math.max(desired.length, actual.length);
  return Array.from({ length }, (_, index) => index).flatMap((index): Change[] => {
    const at = below(list, `[${index}]`);
    if (index >= desired.length) return [change(at, 'delete')];
    if (index >= actual.length) return [change(at, 'add')];
    return compare(element, desired[index], actual[index], at);
  });
}

/** Pairs what is alike, whatever the order; what finds no partner was added, deleted or updated. */
function compareSets(
  element: Property,
  desired: readonly Value[],
  actual: readonly Value[],
  at: At,
): Change[] {
  const left = [...actual];
  const unmatched = desired.flatMap((item, index) => {
    const here = below(at, `[${index}]`);
    const partner = hasUnknown(item)
      ? -1
      : left.findIndex((candidate) => compare(element, item, candidate, here).length === 0);
    if (partner >= 0) left.splice(partner, 1);
    return partner >= 0 ? [] : [index];
  });
  const changes = unmatched.map((index, position) =>
    change(below(at, `[${index}]`), position < left.length ? 'update' : 'add'),
  );
  const surplus = left
    .slice(unmatched.length)
    .map((_, position) => change(below(at, `[${desired.length + position}]`), 'delete'));
  return [...changes, ...surplus];
}

/** What AWS treats as not set. Zero is a number like any other. */
export function empty(value: Value | undefined): boolean {
  if (absent(value) || value === '' || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.values(value).every(absent);
}

/** JSON documents as IAM reads them: order of keys and of values in a set, and a list of one, mean nothing. */
export function sameJson(a: Value, b: Value): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b);
}

function canonicalJson(text: Value): string {
  if (typeof text !== 'string') return JSON.stringify(text);
  try {
    return JSON.stringify(canonical(JSON.parse(text) as unknown));
  } catch {
    return text;
  }
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    const elements = value.map(canonical);
    if (elements.length === 1) return elements[0];
    return elements.every((item) => typeof item === 'string') ? elements.sort() : elements;
  }
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, item]) => [key, canonical(item)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const items = (value: Value): readonly Value[] => (Array.isArray(value) ? (value as readonly Value[]) : []);
const asObject = (value: Value): Properties => (isObject(value) ? value : {});
const mapKey = (key: string): string => (/^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);

/** True when a change lies at or below one of the paths that the program ignores (`tags["a"]`, `list[*].b`). */
export function isIgnored(path: string, ignored: readonly string[]): boolean {
  const parts = segments(path);
  return ignored.some((pattern) =>
    segments(pattern).every((segment, index) => segment === '*' || segment === parts[index]),
  );
}

export function segments(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\*|\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]) => quoted?.replaceAll(/\\(.)/g, '$1') ?? index ?? name ?? '',
  );
}
