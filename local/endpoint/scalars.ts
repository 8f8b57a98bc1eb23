import { InputFault } from './faults.ts';
import type { ScalarShape, TimestampFormat } from './shapes.ts';

/** Reads a scalar that travelled as text: form fields, XML text, headers, query strings. */
export function readText(shape: ScalarShape, text: string, path: string, format: TimestampFormat): unknown {
  switch (shape.type) {
    case 'number':
      return readNumber(text, path);
    case 'bigint':
      return BigInt(text);
    case 'boolean':
      return readBoolean(text, path);
    case 'blob':
      return Buffer.from(text, 'base64');
    case 'timestamp':
      return readTimestamp(text, path, shape.format ?? format);
    default:
      return text;
  }
}

function readNumber(text: string, path: string): number {
  const number = Number(text);
  if (text.trim() === '' || (Number.isNaN(number) && text !== 'NaN')) {
    throw new InputFault('malformed', path, `${JSON.stringify(text)} is not a number`);
  }
  return number;
}

function readBoolean(text: string, path: string): boolean {
  const lower = text.toLowerCase();
  if (lower === 'true' || lower === 'false') return lower === 'true';
  throw new InputFault('malformed', path, `${JSON.stringify(text)} is neither true nor false`);
}

function readTimestamp(text: string, path: string, format: TimestampFormat): Date {
  const date = format === 'epoch-seconds' ? new Date(Number(text) * 1000) : new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new InputFault('malformed', path, `${JSON.stringify(text)} is not a date`);
  return date;
}

/** Writes a scalar as text. */
export function writeText(shape: ScalarShape, value: unknown, format: TimestampFormat): string {
  if (shape.type === 'blob')
    return typeof value === 'string' ? value : Buffer.from(value as Uint8Array).toString('base64');
  if (shape.type === 'timestamp') return writeTimestamp(value as Date, shape.format ?? format);
  return String(value);
}

function writeTimestamp(date: Date, format: TimestampFormat): string {
  if (format === 'http-date') return date.toUTCString();
  if (format === 'epoch-seconds') return String(date.getTime() / 1000);
  return date.toISOString().replace('.000Z', 'Z');
}
