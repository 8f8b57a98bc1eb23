import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** An address that can be moved from one server to another, as an endpoint of RDS is. */
export interface Address {
  /** New connections lead to this port of 127.0.0.1 from now on; those that were open break. */
  moveTo(target: number): void;
  close(): void;
}

export async function createAddress(host: string, port: number, target: number): Promise<Address> {
  let current = target;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(current, '127.0.0.1');
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream).pipe(client);
  }).listen(port, host);
  await once(server, 'listening');
  const breakAll = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    moveTo(newTarget) {
      current = newTarget;
      breakAll();
    },
    close() {
      server.close();
      breakAll();
    },
  };
}
