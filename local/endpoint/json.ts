import { InputFault, under } from './faults.ts';
import type { ScalarShape, Shape, StructureShape } from './shapes.ts';

/** Reads a JSON body into an operation's input; unknown members and wrong types are refused. */
export function readJson(shape: StructureShape, body: Buffer): unknown {
  let value: unknown;
  try {
    value = body.length === 0 ? {} : JSON.parse(body.toString());
  } catch (error) {
    throw new InputFault('malformed', '', `the body is not JSON: ${(error as Error).message}`);
  }
  return readStructure(shape, value, '');
}

/** An operation's output as JSON. */
export function writeJson(shape: StructureShape, value: unknown): string {
  return JSON.stringify(writeValue(shape, value));
}

function readValue(shape: Shape, value: unknown, path: string): unknown {
  switch (shape.type) {
    case 'structure':
      return readStructure(shape, value, path);
    case 'list':
      if (!Array.isArray(value)) throw wrongType(path, 'a list', value);
      return value.map((item, index) => readValue(shape.item, item, `${path}[${index}]`));
    case 'map': {
      const entries = Object.entries(objectIn(value, path));
      return Object.fromEntries(
        entries.map(([key, item]) => [key, readValue(shape.value, item, under(path, key))]),
      );
    }
    default:
      return readScalar(shape, value, path);
  }
}

function readStructure(shape: StructureShape, value: unknown, path: string): unknown {
  const result: Record<string, unknown> = {};
  const object = objectIn(value, path);
  for (const key in object) {
    const item = object[key];
    const member = shape.byName.get(key);
    // `__type` names a shape to clients that want it; requests may carry it too.
    if (!member && key === '__type') continue;
    if (!member) throw new InputFault('unknown', under(path, key));
    if (item !== null && item !== undefined) result[key] = readValue(member.shape, item, under(path, key));
  }
  return result;
}

function readScalar(shape: ScalarShape, value: unknown, path: string): unknown {
  switch (shape.type) {
    case 'document':
      return value;
    case 'blob':
      if (typeof value !== 'string') throw wrongType(path, 'base64 text', value);
      return Buffer.from(value, 'base64');
    case 'timestamp': {
      const date = new Date(typeof value === 'number' ? value * 1000 : String(value));
      if (Number.isNaN(date.getTime())) throw wrongType(path, 'a time', value);
      return date;
    }
    case 'number':
    case 'bigint':
    case 'decimal':
      if (typeof value === 'number') return value;
      if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
      throw wrongType(path, 'a number', value);
    default:
      if (typeof value !== shape.type) throw wrongType(path, `a ${shape.type}`, value);
      return value;
  }
}

function objectIn(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrongType(path, 'an object', value);
  return value as Record<string, unknown>;
}

function wrongType(path: string, expected: string, value: unknown): InputFault {
  return new InputFault('malformed', path, `expected ${expected}, got ${JSON.stringify(value)}`);
}

function writeValue(shape: Shape, value: unknown): unknown {
  switch (shape.type) {
    case 'structure': {
      const result: Record<string, unknown> = {};
      const object = value as Record<string, unknown>;
      for (const { name, shape: inner } of shape.members) {
        const item = object[name];
        if (item !== undefined && item !== null) result[name] = writeValue(inner, item);
      }
      return result;
    }
    case 'list':
      return (value as unknown[]).map((item) => writeValue(shape.item, item));
    case 'map':
      if (shape.value.type === 'string') return value;
      return Object.fromEntries(
        Object.entries(value as object).map(([key, item]) => [key, writeValue(shape.value, item)]),
      );
    case 'blob':
      return typeof value === 'string' ? value : Buffer.from(value as Uint8Array).toString('base64');
    case 'timestamp':
      return writeTime(shape, value as Date);
    default:
      return typeof value === 'bigint' || Number.isNaN(value) ? String(value) : value;
  }
}

function writeTime(shape: ScalarShape, date: Date): unknown {
  if (shape.format === 'date-time') return date.toISOString();
  return shape.format === 'http-date' ? date.toUTCString() : date.getTime() / 1000;
}
