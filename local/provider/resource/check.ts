import {
  Asset,
  Unknown,
  hasUnknown,
  text,
  unknown,
  type Properties,
  type Value,
} from '../protocol/values.ts';
import type { Property, Schema } from './schema.ts';

export interface Failure {
  readonly property: string;
  readonly reason: string;
}

export interface Checked {
  readonly inputs: Properties;
  readonly failures: readonly Failure[];
  /** Top-level properties that the program left to us. */
  readonly defaults: readonly string[];
}

/** Checks what a program gives against a schema, fills in defaults and brings values into their form. */
export function checkInputs(schema: Schema, given: Properties, type: string): Checked {
  const failures: Failure[] = [];
  const inputs = checkObject(schema, given, '', type, failures);
  const defaults = Object.keys(inputs).filter((key) => absent(given[key]));
  return { inputs, failures, defaults };
}

function checkObject(
  schema: Schema,
  given: Properties,
  path: string,
  type: string,
  failures: Failure[],
): Properties {
  const result: Properties = {};
  for (const key of Object.keys(given)) {
    if (schema[key] || absent(given[key]) || key === '__defaults') continue;
    failures.push({ property: join(path, key), reason: unsupported(schema, key, type) });
  }
  for (const [key, property] of Object.entries(schema)) {
    const value = given[key];
    if (!absent(value)) result[key] = checkValue(property, value, join(path, key), type, failures);
    else if (property.default !== undefined) result[key] = property.default;
    else if (property.required) failures.push({ property: join(path, key), reason: 'is required' });
  }
  return result;
}

function unsupported(schema: Schema, key: string, type: string): string {
  const near = Object.keys(schema).find((name) => name.toLowerCase() === key.toLowerCase());
  return near
    ? `is not a property of ${type}; did you mean ${near}?`
    : `is not supported by this provider for ${type}. Supported: ${Object.keys(schema).sort().join(', ')}`;
}

function checkValue(
  property: Property,
  value: Value,
  path: string,
  type: string,
  failures: Failure[],
): Value {
  if (value instanceof Unknown) return unknown;
  const fail = (expected: string): Value => {
    failures.push({ property: path, reason: `must be ${expected}, not ${describe(value)}` });
    return value;
  };
  switch (property.type) {
    case 'object':
      if (!isObject(value)) return fail('an object');
      return checkObject(property.properties ?? {}, value, path, type, failures);
    case 'map':
      if (!isObject(value)) return fail('a map');
      return mapValues(value, (item, key) =>
        checkValue(elementOf(property), item, `${path}[${JSON.stringify(key)}]`, type, failures),
      );
    case 'list':
    case 'set':
      if (!Array.isArray(value)) return fail('a list');
      return value.map((item: Value, index) =>
        checkValue(elementOf(property), item, `${path}[${index}]`, type, failures),
      );
    case 'asset':
      return value instanceof Asset ? value : fail('an asset');
    case 'json':
      return checkJson(value, fail);
    default:
      return checkScalar(property, value, fail);
  }
}

function checkJson(value: Value, fail: (expected: string) => Value): Value {
  if (hasUnknown(value)) return unknown;
  if (isObject(value) || Array.isArray(value)) return JSON.stringify(value);
  return typeof value === 'string' ? value : fail('a JSON document');
}

function checkScalar(property: Property, value: Value, fail: (expected: string) => Value): Value {
  const converted = convert(property.type, value);
  if (converted === undefined) return fail(`a ${property.type}`);
  if (property.values && !property.values.includes(text(converted)))
    return fail(`one of ${property.values.join(', ')}`);
  return converted;
}

/** Numbers and booleans may be written as strings and the other way round, as in configuration. */
function convert(type: string, value: Value): Value | undefined {
  if (typeof value === type) return value;
  if (type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return String(value);
  if (type === 'number' && typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)))
    return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return undefined;
}

export function absent(value: Value | undefined): value is null | undefined {
  return value === undefined || value === null;
}

export function isObject(value: Value | undefined): value is Properties {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Asset) &&
    !(value instanceof Unknown)
  );
}

export function elementOf(property: Property): Property {
  if (!property.element) throw new Error(`A ${property.type} needs to say what it is of.`);
  return property.element;
}

function mapValues(value: Properties, convertItem: (item: Value, key: string) => Value): Properties {
  const present = Object.entries(value).filter((entry): entry is [string, Value] => !absent(entry[1]));
  return Object.fromEntries(present.map(([key, item]) => [key, convertItem(item, key)]));
}

function describe(value: Value): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : JSON.stringify(value);
}

function join(path: string, key: string): string {
  return path ? `${path}.${key}` : key;
}
