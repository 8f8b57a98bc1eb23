import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { authenticate, type Authenticated } from './authenticate.ts';
import type { Need } from './authorization.ts';
import { whyDenied } from './authorize.ts';
import { sha256 } from './checksums.ts';
import type { EndpointOptions } from './endpoint.ts';
import { requestOf, type Request } from './request.ts';
import { AwsError } from './service.ts';
import { signatureOf } from './sigv4.ts';

/**
 * Hands a request for a WebSocket to the service whose path it has. Its signature is checked when it bears one:
 * AWS's own client signs since version 1.2.764, and what opens a channel is its token.
 */
export function upgrade(
  options: EndpointOptions,
  message: IncomingMessage,
  connection: Duplex,
  head: Buffer,
): void {
  connection.on('error', () => undefined); // whoever asked has hung up
  try {
    const request = requestOf(message);
    const signature = signatureOf(request);
    const signer = signature && authenticate(options, request, signature, sha256(''), undefined);
    const denied = signer && ((need: Need) => deniedTo(options, message, request, signer, need));
    const services = Object.values(options.services);
    if (services.some((service) => service.upgrade?.(message, connection, head, denied))) return;
    refuse(connection, 404, 'Not Found');
  } catch (error) {
    if (error instanceof AwsError) refuse(connection, 403, error.message);
    else {
      options.onFault?.(error, 'upgrade');
      refuse(connection, 500, 'Internal Server Error');
    }
  }
}

/** What policies say to the signer of a request that is no call of an operation. */
function deniedTo(
  { services, account, region, clock }: EndpointOptions,
  message: IncomingMessage,
  { headers }: Request,
  { caller, identity }: Authenticated,
  need: Need,
): AwsError | undefined {
  const origin = `http://${headers.host ?? ''}`;
  const call = { caller, account, region, origin, requestId: '', signal: neverAborted };
  const sourceAddress = message.socket.remoteAddress ?? '';
  const facts = { call, identity, input: {}, services, now: clock.now(), sourceAddress, headers };
  const why = whyDenied('ssm', facts, need);
  return why === undefined ? undefined : new AwsError('AccessDeniedException', why, 403);
}

const neverAborted = new AbortController().signal;

function refuse(connection: Duplex, status: number, reason: string): void {
  connection.end(
    `HTTP/1.1 ${status} ${reason.replaceAll(/[\r\n]/g, ' ')}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}
