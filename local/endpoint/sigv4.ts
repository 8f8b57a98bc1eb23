import { hash } from 'node:crypto';
import { HmacKey } from './hmac.ts';
import { decode, type Request } from './request.ts';

/** A signature as a request carries it, in a header or in a presigned URL. */
export interface Signature {
  readonly accessKeyId: string;
  /** `20261121`. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly value: string;
  /** `20261121T101112Z`. */
  readonly date: string;
  readonly sessionToken: string | undefined;
  /** Seconds a presigned URL is valid; undefined for a signed header. */
  readonly expires: number | undefined;
}

const authorization =
  /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]+)\s*$/;

/** The signature of a request; undefined when it has none (in a form we know). */
export function signatureOf({ headers, query }: Request): Signature | undefined {
  const match = authorization.exec(headers.authorization ?? '');
  if (match) {
    const [, credential = '', signed = '', value = ''] = match;
    return signature(
      credential,
      signed,
      value,
      headers['x-amz-date'] ?? basicDate(headers.date),
      headers['x-amz-security-token'],
    );
  }
  const credential = query.get('X-Amz-Credential');
  if (credential === undefined || query.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') return undefined;
  const field = (name: string): string => query.get(name) ?? '';
  const found = signature(
    credential,
    field('X-Amz-SignedHeaders'),
    field('X-Amz-Signature'),
    field('X-Amz-Date'),
    query.get('X-Amz-Security-Token'),
  );
  return found && { ...found, expires: Number(field('X-Amz-Expires')) };
}

function signature(
  credential: string,
  signed: string,
  value: string,
  date: string,
  sessionToken: string | undefined,
): Signature | undefined {
  // A key id may hold slashes in theory; the scope behind it never does.
  const parts = credential.split('/');
  const [day, region, service, end] = parts.slice(-4);
  const accessKeyId = parts.slice(0, -4).join('/');
  if (!day || !region || !service || end !== 'aws4_request' || !accessKeyId) return undefined;
  return {
    accessKeyId,
    day,
    region,
    service,
    signedHeaders: signed.split(';'),
    value,
    date,
    sessionToken,
    expires: undefined,
  };
}

function basicDate(text = ''): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().replace(/[-:]|\.\d+/g, '');
}

/** Milliseconds since 1970 of a signature's date; NaN when it is none. */
export function signedAt({ date }: Signature): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
}

/** The signature that a request must carry when signed with this secret. */
export function expectedSignature(
  request: Request,
  signature: Signature,
  secretAccessKey: string,
  bodyHash: string,
): string {
  return signingKey(secretAccessKey, signature).hex(
    `AWS4-HMAC-SHA256\n${signature.date}\n${scopeOf(signature)}\n${hash('sha256', canonicalRequest(request, signature, bodyHash))}`,
  );
}

export function scopeOf({ day, region, service }: Signature): string {
  return `${day}/${region}/${service}/aws4_request`;
}

function canonicalRequest(request: Request, signature: Signature, bodyHash: string): string {
  let headers = '';
  for (const name of signature.signedHeaders) headers += `${name}:${trimmed(request.headers[name])}\n`;
  const path = canonicalPath(request.path, signature.service);
  return `${request.method}\n${path}\n${canonicalQuery(request.rawQuery)}\n${headers}\n${signature.signedHeaders.join(';')}\n${bodyHash}`;
}

function trimmed(value = ''): string {
  const text = value.trim();
  return text.includes('  ') ? text.replace(/ {2,}/g, ' ') : text;
}

function canonicalPath(path: string, service: string): string {
  if (path === '/' || path === '') return '/';
  // S3 signs the path encoded once; all other services twice.
  return path
    .split('/')
    .map((segment) => encode(service === 's3' ? decode(segment) : encode(decode(segment))))
    .join('/');
}

function canonicalQuery(raw: string): string {
  if (!raw) return '';
  const pairs = raw.split('&').filter(Boolean);
  const encoded = pairs.map((pair) => {
    const equals = pair.indexOf('=');
    const key = equals < 0 ? pair : pair.slice(0, equals);
    return [encode(decode(key)), equals < 0 ? '' : encode(decode(pair.slice(equals + 1)))] as const;
  });
  const signed = encoded.filter(([key]) => key !== 'X-Amz-Signature');
  return signed
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([key, value]) => `${key}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function encode(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text;
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const keys = new Map<string, HmacKey>();

/** Deriving a key takes four HMACs: kept per secret and scope. */
export function signingKey(secretAccessKey: string, { day, region, service }: Signature): HmacKey {
  const id = `${secretAccessKey}/${day}/${region}/${service}`;
  let key = keys.get(id);
  if (!key) {
    let secret: Buffer | string = `AWS4${secretAccessKey}`;
    for (const part of [day, region, service, 'aws4_request']) secret = new HmacKey(secret).digest(part);
    key = new HmacKey(secret);
    // Roles' temporary keys come and go.
    if (keys.size >= 1000) keys.clear();
    keys.set(id, key);
  }
  return key;
}
