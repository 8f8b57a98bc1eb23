/** The supervisor's socket: a line of JSON in, lines of JSON out, the last one with the result. */
import { chmod, mkdir, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { DeploymentOrder } from '../deploy/fencing.ts';

export type Request =
  { readonly command: 'deploy'; readonly order: DeploymentOrder } | { readonly command: 'status' };
export type Reply = { readonly progress: string } | { readonly result: unknown } | { readonly error: string };

export type Answer = (request: Request, progress: (line: string) => void) => Promise<unknown>;

/** Only root may connect: the socket deploys. */
export async function serveSocket(file: string, answer: Answer): Promise<Server> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o755 });
  await rm(file, { force: true });
  const server = createServer((socket) => void serve(socket, answer));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(file, resolve);
  });
  await chmod(file, 0o600);
  return server;
}

async function serve(socket: Socket, answer: Answer): Promise<void> {
  // Who asked may go away; what was ordered goes on.
  socket.on('error', () => undefined);
  const reply = (line: Reply) => {
    if (socket.writable) socket.write(`${JSON.stringify(line)}\n`);
  };
  for await (const line of createInterface({ input: socket })) {
    try {
      const result = await answer(JSON.parse(line) as Request, (progress) => {
        reply({ progress });
      });
      reply({ result });
    } catch (error) {
      reply({ error: (error as Error).message });
    }
    socket.end();
    return;
  }
}
