import { Agent, request } from 'node:http';

export interface Posting {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly connectTimeoutMilliseconds: number;
  readonly inactivityTimeoutMilliseconds: number;
}

/** The application's process that takes messages. Its connections are kept while it is the live one. */
export class Target {
  readonly port: number;
  readonly #agent: Agent;
  #inFlight = 0;
  #isRetired = false;

  constructor(port: number, connections: number) {
    this.port = port;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections });
  }

  /** Gets no new messages; its connections close when the last answer is there. */
  retire(): void {
    this.#isRetired = true;
    if (this.#inFlight === 0) this.#agent.destroy();
  }

  /** Status of the answer. Throws when there is none. */
  async post(posting: Posting): Promise<number> {
    this.#inFlight++;
    try {
      return await this.#postOnce(posting).catch((error: unknown) => {
        // The application closed a kept connection just as it was used again: it has seen nothing.
        if (error instanceof StaleConnection) return this.#postOnce(posting);
        throw error;
      });
    } finally {
      this.#inFlight--;
      if (this.#isRetired && this.#inFlight === 0) this.#agent.destroy();
    }
  }

  #postOnce({ path, headers, body, ...timeouts }: Posting): Promise<number> {
    return new Promise((resolve, reject) => {
      const { promise, begin, stop } = deadlines(timeouts);
      const sent = request(
        { agent: this.#agent, host: '127.0.0.1', port: this.port, method: 'POST', path, headers },
        (response) => {
          response.resume();
          response.on('end', () => {
            finish(() => {
              resolve(response.statusCode ?? 0);
            });
          });
          response.on('error', (error) => {
            finish(() => {
              reject(error);
            });
          });
        },
      );
      const finish = (settle: () => void) => {
        stop();
        settle();
      };
      promise.catch((error: unknown) => sent.destroy(error as Error));
      sent.on('socket', (socket) => {
        if (socket.connecting)
          socket.once('connect', () => {
            begin('inactivity');
          });
        else begin('inactivity');
      });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        const isStale = sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        finish(() => {
          reject(isStale ? new StaleConnection(error.message) : error);
        });
      });
      begin('connect');
      sent.end(body);
    });
  }
}

class StaleConnection extends Error {}

interface Timeouts {
  readonly connectTimeoutMilliseconds: number;
  readonly inactivityTimeoutMilliseconds: number;
}

function deadlines({ connectTimeoutMilliseconds, inactivityTimeoutMilliseconds }: Timeouts) {
  let timer: NodeJS.Timeout | undefined;
  const { promise, reject } = Promise.withResolvers<never>();
  const begin = (kind: 'connect' | 'inactivity') => {
    clearTimeout(timer);
    const milliseconds = kind === 'connect' ? connectTimeoutMilliseconds : inactivityTimeoutMilliseconds;
    const what = kind === 'connect' ? 'took no connection' : 'did not answer';
    timer = setTimeout(() => {
      reject(new Error(`The application ${what} within ${milliseconds / 1000} s.`));
    }, milliseconds);
  };
  return {
    promise,
    begin,
    stop: () => {
      clearTimeout(timer);
    },
  };
}
