import { Agent, request, type IncomingMessage } from 'node:http';

export interface Posting {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly connectTimeoutMilliseconds: number;
  /** From the request until the whole answer is there. */
  readonly inactivityTimeoutMilliseconds: number;
}

export interface Reply {
  readonly status: number;
  /** The header `Retry-After`, as it came. */
  readonly retryAfter?: string | undefined;
}

/** Of an answer's body nothing is needed; a longer one costs its connection. */
const mostBodyBytes = 1024 * 1024;

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

  get isRetired(): boolean {
    return this.#isRetired;
  }

  /** Gets no new messages; its connections close when the last answer is there. */
  retire(): void {
    this.#isRetired = true;
    if (this.#inFlight === 0) this.#agent.destroy();
  }

  /** Closes all connections: whatever is under way has failed. */
  cut(): void {
    this.#agent.destroy();
  }

  /** Throws when there is no answer. */
  async post(posting: Posting): Promise<Reply> {
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

  #postOnce({ path, headers, body, ...timeouts }: Posting): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const deadline = deadlines(timeouts, (error) => sent.destroy(error));
      const sent = request(
        { agent: this.#agent, host: '127.0.0.1', port: this.port, method: 'POST', path, headers },
        (response) => {
          const end = () => {
            deadline.stop();
            resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
          };
          discardBody(response, end);
          response.on('error', (error) => {
            deadline.stop();
            reject(error);
          });
        },
      );
      sent.on('socket', (socket) => {
        if (!socket.connecting) deadline.begin('inactivity');
        else
          socket.once('connect', () => {
            deadline.begin('inactivity');
          });
      });
      const startedAt = performance.now();
      sent.on('error', (error: NodeJS.ErrnoException) => {
        deadline.stop();
        const isReset = error.code === 'ECONNRESET' || error.code === 'EPIPE';
        const isEarly = performance.now() - startedAt < staleMilliseconds;
        const isStale = sent.reusedSocket && isReset && isEarly;
        reject(isStale ? new StaleConnection(error.message) : error);
      });
      deadline.begin('connect');
      // As bytes: a text goes out in one piece with the headers, which would then be UTF-8 twice.
      sent.end(Buffer.from(body));
    });
  }
}

/** A connection that is reset later than this was not stale: the application has had the message. */
const staleMilliseconds = 500;

class StaleConnection extends Error {}

function discardBody(response: IncomingMessage, onEnd: () => void): void {
  let bytes = 0;
  response.on('data', (piece: Buffer) => {
    bytes += piece.length;
    if (bytes <= mostBodyBytes) return;
    onEnd();
    response.destroy();
  });
  response.on('end', onEnd);
}

interface Timeouts {
  readonly connectTimeoutMilliseconds: number;
  readonly inactivityTimeoutMilliseconds: number;
}

function deadlines(timeouts: Timeouts, onMissed: (error: Error) => void) {
  let timer: NodeJS.Timeout | undefined;
  return {
    begin(kind: 'connect' | 'inactivity') {
      clearTimeout(timer);
      const isConnect = kind === 'connect';
      const milliseconds = isConnect
        ? timeouts.connectTimeoutMilliseconds
        : timeouts.inactivityTimeoutMilliseconds;
      const what = isConnect ? 'took no connection' : 'did not answer';
      timer = setTimeout(() => {
        onMissed(new Error(`The application ${what} within ${milliseconds / 1000} s.`));
      }, milliseconds);
    },
    stop() {
      clearTimeout(timer);
    },
  };
}
