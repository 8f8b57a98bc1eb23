import { createServer } from 'node:net';
import { firstPort, lastPort } from './switch.ts';

/** The next port that nobody listens on, going round so that a port rests before it is used again. */
export async function findFreePort(after: number | undefined): Promise<number> {
  const count = lastPort - firstPort + 1;
  const start = after === undefined ? 0 : after - firstPort + 1;
  for (let step = 0; step < count; step++) {
    const port = firstPort + ((start + step) % count);
    if (await isFree(port)) return port;
  }
  throw new Error(`All ports from ${firstPort} to ${lastPort} are in use.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () =>
      server.close(() => {
        resolve(true);
      }),
    );
  });
}
