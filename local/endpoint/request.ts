import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { OperationModel } from './models.ts';

/** A request's head, as routing, signature and codecs need it. */
export interface Request {
  readonly method: string;
  /** As it came, percent-encoded. */
  readonly path: string;
  /** Without the question mark, as it came. */
  readonly rawQuery: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** What a codec answers. */
export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array | Readable | undefined;
}

/** An operation with what its path named (REST). */
export interface Routed {
  readonly operation: OperationModel;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Splits an incoming message's URL; headers joined to one string each. */
export function requestOf(message: IncomingMessage): Request {
  const url = message.url ?? '/';
  const mark = url.indexOf('?');
  const rawQuery = mark < 0 ? '' : url.slice(mark + 1);
  return {
    method: message.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    rawQuery,
    query: parseQuery(rawQuery),
    headers: message.headers as Record<string, string | undefined>,
  };
}

const none: ReadonlyMap<string, string> = new Map();

function parseQuery(raw: string): ReadonlyMap<string, string> {
  if (!raw) return none;
  const query = new Map<string, string>();
  for (const pair of raw.split('&')) {
    const equals = pair.indexOf('=');
    if (pair)
      query.set(
        decode(equals < 0 ? pair : pair.slice(0, equals)),
        equals < 0 ? '' : decode(pair.slice(equals + 1)),
      );
  }
  return query;
}

/** Percent-decoding that leaves alone what cannot be decoded. */
export function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
