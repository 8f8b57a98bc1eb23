import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { join } from 'node:path';

/** What the daemon's control socket can be asked. */
export interface Controls {
  status(): Promise<object>;
  /** Begins to stop; the process ends by itself. */
  stop(): void;
  /** Takes a part down, or brings a zone back. */
  drill(words: readonly string[]): Promise<{ found: boolean }>;
}

const socketName = 'control.sock';

/** A socket's path has room for 107 bytes only; through the folder's descriptor any folder fits. */
function withSocketPath<T>(folder: string, use: (path: string) => T): T {
  const descriptor = openSync(folder, constants.O_DIRECTORY | constants.O_RDONLY);
  try {
    return use(`/proc/self/fd/${descriptor}/${socketName}`);
  } finally {
    // Binding and connecting are done with the path at once.
    closeSync(descriptor);
  }
}

/** Serves the controls to whoever may read the state folder. */
export function serveControls(folder: string, controls: Controls): Server {
  rmSync(join(folder, socketName), { force: true });
  const server = createServer((message, response) => {
    const answer = (result: Promise<object>): void => {
      result.then(
        (content) => response.end(JSON.stringify(content)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    };
    const [verb = '', ...words] = (message.url ?? '').split('/').slice(1).map(decodeURIComponent);
    if (message.method === 'POST' && verb === 'stop') {
      response.writeHead(202).end('{}');
      controls.stop();
    } else if (message.method === 'POST' && verb === 'drill') answer(controls.drill(words));
    else if (verb === 'status') answer(controls.status());
    else response.writeHead(404).end();
  });
  return withSocketPath(folder, (path) => server.listen(path));
}

/** Asks a running daemon; undefined: none runs in that folder. */
export function askDaemon(
  folder: string,
  method: 'GET' | 'POST',
  path: string,
  milliseconds = 10_000,
): Promise<unknown> {
  return new Promise((done, fail) => {
    const ask = (socketPath: string): void => {
      const outgoing = request({ socketPath, method, path, timeout: milliseconds }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        answer.on('end', () => {
          if ((answer.statusCode ?? 500) < 300) done(JSON.parse(text));
          else fail(new Error(`The daemon answered ${answer.statusCode ?? 0}: ${text}`));
        });
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error('The daemon does not answer.')));
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') done(undefined);
        else fail(error);
      });
      outgoing.end();
    };
    try {
      withSocketPath(folder, ask);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') done(undefined);
      else throw error;
    }
  });
}
