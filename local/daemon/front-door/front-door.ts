import {
  Agent,
  createServer,
  request,
  type ClientRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import {
  Agent as SecureAgent,
  createServer as createSecureServer,
  request as requestSecurely,
} from 'node:https';
import type { Duplex } from 'node:stream';
import type { SecureContextOf } from './certificates.ts';
import { requestHeaders, responseHeaders } from './headers.ts';
import { insideName, type DoorPorts } from './names.ts';
import { indexPage, nobodyPage, renderPage, unknownNamePage, type Page } from './pages.ts';

export interface FrontDoorOptions {
  /** Public addresses of a name; empty: Route 53 does not answer it. */
  addressesOf(name: string): readonly string[];
  /** The names there are, for the front door's own pages. */
  names(): Promise<readonly string[]>;
  /** The source address of connections to the inside. */
  readonly localAddress?: string;
  /** Where web servers listen on the inside. */
  readonly insidePort?: number;
  /** Where a browser reaches both doors. */
  readonly ports: DoorPorts;
  /** Makes it the door for HTTPS. */
  readonly tls?: {
    readonly contextOf: SecureContextOf;
    /** The authority that certificates on the inside are verified against, as PEM. */
    readonly trusted: string;
  };
}

/** A reverse proxy from names under `.localhost` to what they resolve to on the simulated internet. */
export function createFrontDoor(options: FrontDoorOptions): Server {
  const door = new FrontDoor(options);
  const server = listenerOf(options);
  server.on('request', (incoming, response) => {
    door.forward(incoming, response).catch((error: unknown) => {
      console.error(`The front door failed at ${incoming.headers.host ?? ''}${incoming.url ?? ''}:`, error);
      response.destroy();
    });
  });
  server.on('upgrade', (incoming, socket, head) => {
    door.upgrade(incoming, socket, head);
  });
  return server;
}

function listenerOf({ tls }: FrontDoorOptions): Server {
  const settings = { keepAliveTimeout: 75_000, requestTimeout: 0 };
  if (!tls) return createServer(settings);
  return createSecureServer({
    ...settings,
    SNICallback: (serverName, done) => {
      tls.contextOf(serverName).then(
        (context) => {
          done(null, context);
        },
        (error: unknown) => {
          done(error as Error);
        },
      );
    },
  });
}

class FrontDoor {
  readonly #options: FrontDoorOptions;
  readonly #agent: Agent;
  /** Where the last request for a name got to: addresses are taken in turn. */
  readonly #turns = new Map<string, number>();

  constructor(options: FrontDoorOptions) {
    this.#options = options;
    const pool = { keepAlive: true, maxFreeSockets: 64 };
    this.#agent = options.tls ? new SecureAgent(pool) : new Agent(pool);
  }

  async forward(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = insideName(incoming.headers.host);
    if (name === undefined) {
      await this.#show(incoming, response, indexPage(await this.#options.names()));
      return;
    }
    const addresses = this.#inTurn(name);
    if (addresses.length === 0) {
      await this.#show(incoming, response, unknownNamePage(name, await this.#options.names()));
      return;
    }
    this.#attempt(name, addresses, incoming, response);
  }

  #inTurn(name: string): string[] {
    const addresses = [...this.#options.addressesOf(name)].sort();
    const turn = (this.#turns.get(name) ?? -1) + 1;
    this.#turns.set(name, turn);
    const first = addresses.length > 0 ? turn % addresses.length : 0;
    return [...addresses.slice(first), ...addresses.slice(0, first)];
  }

  /** Tries one address after the other as long as none has seen anything of the request. */
  #attempt(
    name: string,
    addresses: readonly string[],
    incoming: IncomingMessage,
    response: ServerResponse,
  ): void {
    const [address = '', ...others] = addresses;
    const outgoing = this.#open(name, address, incoming, isRepeatable(incoming));
    outgoing.on('response', (answer) => {
      const port = portOf(incoming);
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, this.#headersFor(answer, port));
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    outgoing.on('information', (information) => {
      if (information.statusCode === 103)
        response.writeEarlyHints(information.headers as Record<string, string>);
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (response.headersSent) response.destroy();
      else if (outgoing.reusedSocket) this.#attempt(name, [address, ...others], incoming, response);
      else if (error.syscall === 'connect' && others.length > 0)
        this.#attempt(name, others, incoming, response);
      else void this.#show(incoming, response, this.#nobody(name, [address, ...others], error.message));
    });
    response.on('close', () => {
      if (!response.writableFinished) outgoing.destroy();
    });
    outgoing.on('socket', (socket) => {
      // The body is sent once somebody is there to take it.
      const send = (): void => void incoming.pipe(outgoing);
      if (socket.connecting) socket.once(this.#options.tls ? 'secureConnect' : 'connect', send);
      else send();
    });
  }

  #nobody(name: string, addresses: readonly string[], reason: string): Page {
    const { tls, insidePort = tls ? 443 : 80 } = this.#options;
    return nobodyPage(name, insidePort, addresses, reason);
  }

  #open(name: string, address: string, incoming: IncomingMessage, isPooled: boolean): ClientRequest {
    const { localAddress, tls, insidePort = tls ? 443 : 80 } = this.#options;
    const headers = requestHeaders(incoming.rawHeaders, name);
    if (incoming.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked');
    const upgrade = incoming.headers.upgrade;
    if (!isPooled && upgrade !== undefined) headers.push('Connection', 'Upgrade');
    const open = tls ? requestSecurely : request;
    return open({
      ...(tls && { servername: name, ca: tls.trusted }),
      host: address,
      port: insidePort,
      method: incoming.method ?? 'GET',
      path: incoming.url ?? '/',
      headers,
      agent: isPooled ? this.#agent : false,
      setDefaultHeaders: false,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
  }

  /** The browser's own port for its own door, which may differ from ours behind a tunnel. */
  #headersFor(answer: IncomingMessage, port: number): string[] {
    const isOurs = (name: string): boolean => this.#options.addressesOf(name).length > 0;
    const own = this.#options.tls ? { https: port } : { http: port };
    return responseHeaders(answer.rawHeaders, { ...this.#options.ports, ...own }, isOurs);
  }

  /** A connection that leaves HTTP (a websocket) is passed through as it is. */
  upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const name = insideName(incoming.headers.host) ?? '';
    const [address] = this.#inTurn(name);
    socket.on('error', () => socket.destroy());
    if (address === undefined) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const outgoing = this.#open(name, address, incoming, false);
    outgoing.on('upgrade', (answer, inside, first) => {
      socket.write(headOf(answer, [...this.#headersFor(answer, portOf(incoming)), 'Connection', 'Upgrade']));
      join(inside, socket, first, head);
    });
    outgoing.on('response', (answer) => {
      socket.write(headOf(answer, [...this.#headersFor(answer, portOf(incoming)), 'Connection', 'close']));
      answer.pipe(socket);
    });
    outgoing.on('error', () =>
      socket.end('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'),
    );
    outgoing.end();
  }

  async #show(incoming: IncomingMessage, response: ServerResponse, page: Page): Promise<void> {
    const scheme = this.#options.tls ? 'https' : 'http';
    const origin = { scheme, port: portOf(incoming) };
    const { type, body } = renderPage(page, origin, incoming.headers.accept ?? '');
    response.writeHead(page.status, { 'content-type': type, 'cache-control': 'no-store' });
    response.end(incoming.method === 'HEAD' ? undefined : body);
  }
}

/**
 * Only a request that may be sent twice goes over a kept connection: its server may be closing it just now,
 * and then nobody can tell whether the request was seen.
 */
const isRepeatable = ({ method = '', headers }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  headers['content-length'] === undefined &&
  headers['transfer-encoding'] === undefined;

/** The port as the browser knows it. */
const portOf = (incoming: IncomingMessage): number =>
  Number(/:(\d+)$/.exec(incoming.headers.host ?? '')?.[1] ?? 80);

function headOf(answer: IncomingMessage, headers: readonly string[]): string {
  const lines = headers.flatMap((name, index) =>
    index % 2 === 0 ? [`${name}: ${headers[index + 1] ?? ''}`] : [],
  );
  return `HTTP/1.1 ${answer.statusCode ?? 502} ${answer.statusMessage ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n`;
}

function join(inside: Duplex, outside: Duplex, fromInside: Buffer, fromOutside: Buffer): void {
  outside.write(fromInside);
  inside.write(fromOutside);
  inside.pipe(outside).pipe(inside);
  inside.on('error', () => outside.destroy());
  outside.on('close', () => inside.destroy());
  inside.on('close', () => outside.destroy());
}
