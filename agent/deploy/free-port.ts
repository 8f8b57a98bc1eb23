import { createServer } from 'node:net';
import { firstPort, lastPort } from './switch.ts';

/** The next block of so many ports that nobody listens on, going round so that a block rests before it is used again. */
export async function findFreePorts(after: number | undefined, size: number): Promise<number> {
  const count = Math.floor((lastPort - firstPort + 1) / size);
  const start = after === undefined ? 0 : Math.floor((after - firstPort) / size) + 1;
  for (let step = 0; step < count; step++) {
    const port = firstPort + ((start + step) % count) * size;
    const free = await Promise.all(Array.from({ length: size }, (_, index) => isFree(port + index)));
    if (!free.includes(false)) return port;
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
