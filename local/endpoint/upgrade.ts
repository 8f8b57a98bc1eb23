import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { authenticate } from './authenticate.ts';
import { sha256 } from './checksums.ts';
import type { EndpointOptions } from './endpoint.ts';
import { requestOf } from './request.ts';
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
    const caller = signature && authenticate(options, request, signature, sha256(''), undefined).caller;
    const services = Object.values(options.services);
    if (services.some((service) => service.upgrade?.(message, connection, head, caller))) return;
    refuse(connection, 404, 'Not Found');
  } catch (error) {
    if (error instanceof AwsError) refuse(connection, 403, error.message);
    else {
      options.onFault?.(error, 'upgrade');
      refuse(connection, 500, 'Internal Server Error');
    }
  }
}

function refuse(connection: Duplex, status: number, reason: string): void {
  connection.end(
    `HTTP/1.1 ${status} ${reason.replaceAll(/[\r\n]/g, ' ')}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}
