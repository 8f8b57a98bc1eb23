import { Agent, request } from 'node:http';

export interface Tally {
  readonly requests: number;
  readonly failures: readonly string[];
  /** How often each version answered. */
  readonly versions: ReadonlyMap<string, number>;
}

/**
 * Asks a site without pause until told to stop: two clients on kept connections and two that open a new
 * one each time, as browsers and health checkers do. Nothing is retried; every failure counts.
 */
export function keepAsking(frontDoorPort: number, host: string, path = '/'): { stop(): Promise<Tally> } {
  const versions = new Map<string, number>();
  const failures: string[] = [];
  let requests = 0;
  let stopped = false;

  const client = async (agent: Agent): Promise<void> => {
    while (!stopped) {
      requests += 1;
      try {
        const { status, version } = await ask(frontDoorPort, host, path, agent);
        if (status === 200) versions.set(version, (versions.get(version) ?? 0) + 1);
        else failures.push(`status ${status}`);
      } catch (error) {
        failures.push((error as Error).message);
      }
    }
    agent.destroy();
  };
  const clients = [true, true, false, false].map((keepAlive) =>
    client(new Agent({ keepAlive, maxSockets: 1 })),
  );
  return {
    async stop() {
      stopped = true;
      await Promise.all(clients);
      return { requests, failures, versions };
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly version: string;
  readonly body: string;
  readonly location: string | undefined;
}

/** One request through the front door; `form` makes it a POST of a form. */
export function ask(
  port: number,
  host: string,
  path = '/',
  agent?: Agent,
  form?: Record<string, string>,
): Promise<Reply> {
  const body = form && new URLSearchParams(form).toString();
  return new Promise((done, fail) => {
    const call = request(
      {
        host: '127.0.0.1',
        port,
        path,
        agent,
        method: form ? 'POST' : 'GET',
        headers: {
          host: `${host}.localhost:${port}`,
          ...(body && {
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': Buffer.byteLength(body),
          }),
        },
        timeout: 10_000,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => (text += piece));
        response.on('error', fail);
        response.on('end', () => {
          done({
            status: response.statusCode ?? 0,
            version: /id="version">([^<]*)</.exec(text)?.[1] ?? '',
            body: text,
            location: response.headers.location,
          });
        });
      },
    );
    call.on('timeout', () => call.destroy(new Error('no answer within 10 s')));
    call.on('error', fail);
    call.end(body);
  });
}
