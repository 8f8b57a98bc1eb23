import { createServer, type Server } from 'node:http';
import { metadataAddress } from '../network/addresses.ts';
import type { MetadataService } from './metadata.ts';

/** Answers at 169.254.169.254:80; who asks is told by the carrier address it comes from. */
export function serveMetadata(
  service: MetadataService,
  hostOf: (sourceAddress: string) => string | undefined,
): Promise<Server> {
  const server = createServer((message, response) => {
    const instanceId = hostOf(message.socket.remoteAddress ?? '');
    const path = (message.url ?? '/').replace(/\?.*$/, '');
    service
      .answer(instanceId, { method: message.method ?? 'GET', path, headers: message.headers })
      .then(({ status, body, headers }) => {
        response.writeHead(status, { 'content-type': 'text/plain', server: 'EC2ws', ...headers });
        response.end(message.method === 'HEAD' ? undefined : body);
      })
      .catch((error: unknown) => {
        console.error(`The metadata of ${instanceId ?? 'nobody'} could not be told:`, error);
        response.writeHead(500).end();
      });
  });
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(80, metadataAddress, () => {
      done(server);
    });
  });
}
