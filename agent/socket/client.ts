import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { Reply, Request } from './server.ts';

/** The supervisor cannot be reached, or went away before it answered. */
export class NoSupervisorError extends Error {}

/** Asks the supervisor once. */
export async function ask(
  file: string,
  request: Request,
  onProgress: (line: string) => void,
): Promise<unknown> {
  const socket = connect(file);
  const failed = new Promise<never>((_, reject) => {
    socket.once('error', (error) => {
      reject(new NoSupervisorError(error.message));
    });
  });
  const answered = (async () => {
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write(`${JSON.stringify(request)}\n`);
    for await (const line of createInterface({ input: socket })) {
      const reply = JSON.parse(line) as Reply;
      if ('progress' in reply) onProgress(reply.progress);
      else if ('error' in reply) throw new Error(reply.error);
      else return reply.result;
    }
    throw new NoSupervisorError('the agent ended before it answered');
  })();
  try {
    return await Promise.race([answered, failed]);
  } finally {
    socket.destroy();
  }
}
