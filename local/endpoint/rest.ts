import type { Readable } from 'node:stream';
import { InputFault } from './faults.ts';
import { readJson, writeJson } from './json.ts';
import type { OperationModel, ServiceModel } from './models.ts';
import type { Reply, Request, Routed } from './request.ts';
import { readText, writeText } from './scalars.ts';
import type { Member, ScalarShape, StructureShape } from './shapes.ts';
import { escapeXml, readXml, writeMembers, writeXml } from './xml.ts';

/** A body as it comes to a REST operation: whole, or flowing. */
export type Body = Buffer | Readable;

/** Puts a REST request's parts together to the operation's input. */
export function readRest(
  model: ServiceModel,
  { operation, labels }: Routed,
  request: Request,
  body: Body,
): Record<string, unknown> {
  const { input } = operation;
  const result: Record<string, unknown> = {};
  for (const member of input.members) {
    const value = boundValue(member, request, labels);
    if (value !== undefined) result[member.name] = value;
  }
  refuseUnknownQuery(input, operation, request);
  refuseUnknownHeaders(input, request);
  return { ...result, ...readBody(model, input, body) };
}

function boundValue(member: Member, request: Request, labels: Routed['labels']): unknown {
  const { traits, name, shape } = member;
  if (traits.httpPrefixHeaders !== undefined)
    return prefixed(traits.httpPrefixHeaders.toLowerCase(), request);
  if (traits.httpLabel) return scalar(shape, labels?.[name], name, 'date-time');
  if (traits.httpQuery && shape.type === 'list')
    return repeated(shape.item as ScalarShape, request, name, traits.httpQuery);
  if (traits.httpQuery) return scalar(shape, request.query.get(traits.httpQuery), name, 'date-time');
  if (traits.httpHeader) return scalar(shape, request.headers[traits.httpHeader], name, 'http-date');
  return undefined;
}

/** A list in a query has its key once for each item. */
function repeated(item: ScalarShape, { rawQuery }: Request, path: string, key: string): unknown {
  const values = new URLSearchParams(rawQuery).getAll(key);
  return values.length === 0 ? undefined : values.map((value) => readText(item, value, path, 'date-time'));
}

function scalar(
  shape: Member['shape'],
  text: string | undefined,
  path: string,
  format: 'date-time' | 'http-date',
): unknown {
  if (text === undefined) return undefined;
  if (shape.type === 'list')
    return text.split(',').map((item) => readText(shape.item as ScalarShape, item.trim(), path, format));
  return readText(shape as ScalarShape, text, path, format);
}

function prefixed(prefix: string, { headers }: Request): Record<string, string> {
  const found = Object.entries(headers).filter(
    ([name, value]) => name.startsWith(prefix) && value !== undefined,
  );
  return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value ?? '']));
}

/** Query keys that belong to signing and routing, not to the input. */
const signingKey =
  /^(?:x-amz-(?:algorithm|credential|date|expires|signedheaders|signature|security-token|content-sha256)|x-id|x-amz-user-agent)$/i;

function refuseUnknownQuery(input: StructureShape, operation: OperationModel, { query }: Request): void {
  for (const key of query.keys()) {
    const isHoistedHeader = query.has('X-Amz-Signature') && key.toLowerCase().startsWith('x-amz-');
    const isKnown = signingKey.test(key) || isHoistedHeader || literalKeys(operation).includes(key);
    if (!isKnown && !input.members.some(({ traits }) => traits.httpQuery === key))
      throw new InputFault('unknown', key);
  }
}

function literalKeys({ http }: OperationModel): string[] {
  return (http?.[1].split('?')[1] ?? '').split('&').map((pair) => pair.split('=')[0] ?? '');
}

/** Headers of signing, transfer and checksums, which the endpoint itself uses up. */
const ownHeader =
  /^x-amz-(?:date|content-sha256|security-token|user-agent|decoded-content-length|trailer|te|sdk-.*|checksum-.*)$/;

function refuseUnknownHeaders(input: StructureShape, { headers }: Request): void {
  for (const name in headers) {
    if (!name.startsWith('x-amz-') || ownHeader.test(name)) continue;
    const isKnown = input.members.some(({ traits }) => {
      const prefix = traits.httpPrefixHeaders;
      return traits.httpHeader === name || (prefix !== undefined && name.startsWith(prefix.toLowerCase()));
    });
    if (!isKnown) throw new InputFault('unknown', name);
  }
}

function readBody(model: ServiceModel, input: StructureShape, body: Body): Record<string, unknown> {
  const payload = input.members.find(({ traits }) => traits.httpPayload);
  if (payload?.shape.type === 'blob') return { [payload.name]: body };
  if (!Buffer.isBuffer(body) || body.length === 0) return {};
  if (model.protocol === 'rest-json') return readJson(input, body) as Record<string, unknown>;
  if (!payload) return readXml(input, body) as Record<string, unknown>;
  if (payload.shape.type === 'structure')
    return { [payload.name]: readXml(payload.shape, body, payload.name) };
  return { [payload.name]: body.toString() };
}

/** Whether an operation's input ends in a body of any length. */
export function hasStreamingInput({ input }: OperationModel): boolean {
  return input.members.some(
    ({ shape, traits }) => traits.httpPayload && shape.type === 'blob' && shape.streaming,
  );
}

/** An operation's output as status, headers and body. */
export function writeRest(
  model: ServiceModel,
  operation: OperationModel,
  output: Record<string, unknown>,
): Reply {
  if (model.protocol === 'rest-json') return writeRestJson(operation, output);
  const headers: Record<string, string> = {};
  for (const member of operation.output.members) writeHeader(headers, member, output[member.name]);
  const body = writeBody(model, operation, output);
  const isXml = typeof body === 'string' && body.startsWith('<?xml');
  if (isXml) headers['content-type'] = 'application/xml';
  return { status: statusOf(operation, output), headers, body };
}

/** A status of 204 says that there is no body. */
function writeRestJson(operation: OperationModel, output: Record<string, unknown>): Reply {
  const status = operation.http?.[2] ?? 200;
  const body = status === 204 ? undefined : writeJson(operation.output, output);
  return { status, headers: { 'content-type': 'application/json' }, body };
}

function statusOf(operation: OperationModel, output: Record<string, unknown>): number {
  // A part of an object; S3's model knows 200 only.
  return output.ContentRange === undefined ? (operation.http?.[2] ?? 200) : 206;
}

function writeHeader(headers: Record<string, string>, { traits, shape }: Member, value: unknown): void {
  if (value === undefined || value === null) return;
  if (traits.httpPrefixHeaders !== undefined) {
    for (const [key, text] of Object.entries(value as Record<string, string>))
      headers[traits.httpPrefixHeaders.toLowerCase() + key] = text;
  } else if (traits.httpHeader) {
    const name = traits.httpHeader;
    headers[name] =
      shape.type === 'list'
        ? (value as unknown[]).join(', ')
        : writeText(shape as ScalarShape, value, 'http-date');
  }
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

function writeBody(
  model: ServiceModel,
  operation: OperationModel,
  output: Record<string, unknown>,
): Reply['body'] {
  const { output: shape } = operation;
  const payload = shape.members.find(({ traits }) => traits.httpPayload);
  const namespace = ` xmlns="${model.xmlNamespace}"`;
  if (payload) return writePayload(payload, output[payload.name], namespace);
  if (operation.name === 'GetBucketLocation') {
    // S3 answers the bare element, not one inside another.
    const location = (output.LocationConstraint ?? '') as string;
    return `${declaration}<LocationConstraint${namespace}>${escapeXml(location)}</LocationConstraint>`;
  }
  const hasBody = shape.members.some(
    ({ traits }) => !traits.httpHeader && traits.httpPrefixHeaders === undefined,
  );
  return hasBody
    ? declaration + writeXml(shape.traits.xmlName ?? shape.name, shape, output, namespace)
    : undefined;
}

function writePayload({ shape, traits }: Member, value: unknown, namespace: string): Reply['body'] {
  if (value === undefined) return undefined;
  if (shape.type !== 'structure') return value as Reply['body'];
  const name = traits.xmlName ?? shape.traits.xmlName ?? shape.name;
  return `${declaration}<${name}${namespace}>${writeMembers(shape, value)}</${name}>`;
}
