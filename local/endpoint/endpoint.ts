import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../clock.ts';
import type { AccessKey } from '../services/parts.ts';
import type { Store } from '../store.ts';
import { answer, type Exchange } from './answer.ts';
import type { Reply } from './request.ts';
import type { Service, ServiceName } from './service.ts';
import { upgrade } from './upgrade.ts';

export interface EndpointOptions {
  readonly services: Partial<Record<ServiceName, Service>>;
  /** The caller and secret behind an access key id; undefined: no such key. */
  accessKey(accessKeyId: string): AccessKey | undefined;
  readonly store: Pick<Store, 'settled'>;
  /** Compared with the time in signatures. */
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
  /** Told of faults of our own, which a caller sees as `InternalFailure`. */
  onFault?(error: unknown, operation: string): void;
}

export interface Endpoint {
  /** Answers one request; for servers made elsewhere. */
  readonly handle: (message: IncomingMessage, response: ServerResponse) => void;
  /** Listens on a port of an address (0: any) or on a socket opened elsewhere. May be called several times. */
  listen(target: ListenTarget): Promise<{ readonly origin: string; readonly port: number }>;
  /** Ends all servers and their connections. */
  close(): Promise<void>;
}

export type ListenTarget = { readonly port: number; readonly host?: string } | { readonly fd: number };

/** One HTTP door for all services. */
export function createEndpoint(options: EndpointOptions): Endpoint {
  const servers = new Set<Server>();
  const handle = (message: IncomingMessage, response: ServerResponse): void => {
    void respond(options, message, response);
  };
  return {
    handle,
    async listen(target) {
      const server = createServer({ keepAliveTimeout: 75_000, requestTimeout: 0 }, handle);
      servers.add(server);
      server.on('checkContinue', (message: IncomingMessage, response: ServerResponse) => {
        response.writeContinue();
        handle(message, response);
      });
      server.on('upgrade', (message: IncomingMessage, connection: Duplex, head: Buffer) => {
        upgrade(options, message, connection, head);
      });
      await listening(server, target);
      const { port } = server.address() as AddressInfo;
      return { origin: `http://127.0.0.1:${port}`, port };
    },
    async close() {
      await Promise.all([...servers].map(closed));
      servers.clear();
    },
  };
}

function listening(server: Server, target: ListenTarget): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen('fd' in target ? target : { port: target.port, host: target.host ?? '127.0.0.1' }, resolve);
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

async function respond(
  options: EndpointOptions,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const exchange: Exchange = { message, response, requestId: randomUUID() };
  const reply = await answer(options, exchange);
  try {
    await send(exchange, reply);
  } catch {
    // The caller hung up, or a body's file failed under way: a cut connection is all that can tell it.
    response.destroy();
  }
}

async function send({ message, response, requestId }: Exchange, reply: Reply): Promise<void> {
  const { status, headers, body } = reply;
  if (response.destroyed) {
    // Nobody will read it: what it is read from need not wait.
    if (body instanceof Readable) body.destroy();
    return;
  }
  headers['x-amzn-requestid'] = headers['x-amz-request-id'] = requestId;
  const isHead = message.method === 'HEAD';
  if (typeof body === 'string' || body === undefined || body instanceof Uint8Array) {
    setLength(headers, status, body, isHead);
    response.writeHead(status, headers);
    response.end(isHead ? undefined : body);
  } else {
    response.writeHead(status, headers);
    await pipeline(body, response);
  }
  // What nobody read of a request that was refused early must not be taken for the next one.
  if (!message.complete) message.unpipe().resume();
}

/** A HEAD answer tells the length that GET would; 204 and 304 tell none. */
function setLength(
  headers: Record<string, string>,
  status: number,
  body: string | Uint8Array | undefined,
  isHead: boolean,
): void {
  if (status === 204 || status === 304) return;
  if (!isHead || body) headers['content-length'] = String(body ? Buffer.byteLength(body) : 0);
  else headers['content-length'] ??= '0';
}
