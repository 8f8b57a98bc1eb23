import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import type { Network } from '../../network/network.ts';

/** A server of this process that listens in another host's network. */
export interface HostServer {
  close(): void;
}

/**
 * A socket belongs to the network it was made in, whoever has it: a short-lived program inside the host makes
 * it listen, hands it over and ends: as long as both have it, either may get a connection.
 */
const maker = `
const { createServer } = require('node:net');
const server = createServer().listen(Number(process.argv[1]), '0.0.0.0', () =>
  process.send('listening', server, {}, () => process.exit()));
`;

export async function serveIn(
  network: Pick<Network, 'spawn'>,
  hostId: string,
  port: number,
  onConnection: (socket: Socket) => void,
): Promise<HostServer> {
  const child = network.spawn(hostId, [process.execPath, '-e', maker, String(port)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  // Not at its exit, which may be told before the socket that it has sent.
  const failed = once(child, 'disconnect').then(() => {
    throw new Error(`no socket could be made in ${hostId}`);
  });
  failed.catch(() => undefined); // it also ends when all went well
  const [, server] = (await Promise.race([once(child, 'message'), failed])) as [string, Server];
  if (child.exitCode === null) await once(child, 'exit');
  server.on('connection', onConnection);
  return {
    close() {
      server.close();
    },
  };
}
