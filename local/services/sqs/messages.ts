import { hash } from 'node:crypto';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import { AwsError } from '../../endpoint/service.ts';
import { invalidParameter, missingParameter } from './errors.ts';
import type { StoredAttributes } from './state.ts';

type Attributes = Record<string, MessageAttributeValue>;

/** Refuses a body that SQS would refuse. */
export function checkBody(body: string | undefined): string {
  if (body === undefined || body === '') throw missingParameter('MessageBody');
  // #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF
  // eslint-disable-next-line no-control-regex -- these are what SQS refuses
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(body)) {
    throw new AwsError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    );
  }
  return body;
}

/** Refuses attributes that SQS would refuse. */
export function checkMessageAttributes(attributes: Attributes): void {
  const entries = Object.entries(attributes);
  if (entries.length > 10)
    throw invalidParameter(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [10].`,
    );
  for (const [name, value] of entries) {
    if (!/^[\w.-]{1,256}$/.test(name) || /^(?:aws|amazon)\./i.test(name) || /^\.|\.$|\.\./.test(name)) {
      throw invalidParameter(`Message (user) attribute name ${JSON.stringify(name)} is invalid.`);
    }
    checkValue(name, value);
  }
}

function checkValue(name: string, { DataType = '', StringValue, BinaryValue }: MessageAttributeValue): void {
  const [, kind] = /^(String|Number|Binary)(?:\..+)?$/.exec(DataType) ?? [];
  if (kind === undefined)
    throw invalidParameter(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  const isEmpty = kind === 'Binary' ? !BinaryValue?.length : !StringValue;
  if (isEmpty)
    throw invalidParameter(
      `The message attribute '${name}' must contain a non-empty message attribute value for message attribute type '${kind}'.`,
    );
  if (kind === 'Number' && Number.isNaN(Number(StringValue)))
    throw invalidParameter(`Can't cast the value of message (user) attribute '${name}' to a number.`);
}

/** Bytes of a message as SQS counts them: body, and names, types and values of attributes. */
export function sizeOf(body: string, attributes: Attributes = {}): number {
  return Object.entries(attributes).reduce(
    (size, [name, { DataType = '', StringValue = '', BinaryValue }]) =>
      size + Buffer.byteLength(name + DataType + StringValue) + (BinaryValue?.length ?? 0),
    Buffer.byteLength(body),
  );
}

export function md5(text: string): string {
  return hash('md5', text);
}

/** MD5 over attributes in order of their names: length and bytes of name, type, and value behind 1 (text) or 2 (binary). */
export function md5OfAttributes(attributes: Attributes | undefined): string | undefined {
  const names = Object.keys(attributes ?? {}).sort();
  if (names.length === 0) return undefined;
  const pieces = names.flatMap((name) => {
    const { DataType = '', StringValue, BinaryValue } = attributes?.[name] ?? {};
    const value = BinaryValue ? Buffer.from(BinaryValue) : Buffer.from(StringValue ?? '');
    return [
      ...sized(Buffer.from(name)),
      ...sized(Buffer.from(DataType)),
      Buffer.from([BinaryValue ? 2 : 1]),
      ...sized(value),
    ];
  });
  return hash('md5', Buffer.concat(pieces));
}

function sized(bytes: Buffer): [Buffer, Buffer] {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}

/** Attributes as plain JSON. */
export function storeAttributes(attributes: Attributes): StoredAttributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        DataType,
        ...(StringValue !== undefined && { StringValue }),
        ...(BinaryValue && { BinaryValue: Buffer.from(BinaryValue).toString('base64') }),
      },
    ]),
  );
}

/** The stored attributes whose names were asked for: `All`, `.*`, `prefix.*` or exact. */
export function selectAttributes(
  stored: StoredAttributes = {},
  wanted: readonly string[] = [],
): Attributes | undefined {
  const chosen = Object.entries(stored).filter(([name]) => wanted.some((pattern) => means(pattern, name)));
  if (chosen.length === 0) return undefined;
  return Object.fromEntries(
    chosen.map(([name, { BinaryValue, ...value }]) => [
      name,
      { ...value, ...(BinaryValue !== undefined && { BinaryValue: Buffer.from(BinaryValue, 'base64') }) },
    ]),
  );
}

function means(pattern: string, name: string): boolean {
  if (pattern === 'All' || pattern === '.*') return true;
  return pattern.endsWith('.*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}
