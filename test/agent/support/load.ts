import { Agent, request } from 'node:http';

export interface LoadResult {
  readonly answers: Record<string, number>;
  readonly failures: string[];
}

/** Clients that ask without pause until they are stopped: some keep their connection, some open one each time. */
export function startLoad({
  keepAlive,
  single,
  port = 80,
}: {
  keepAlive: number;
  single: number;
  port?: number;
}) {
  const answers: Record<string, number> = {};
  const failures: string[] = [];
  let isStopped = false;
  const ask = async (agent: Agent) => {
    while (!isStopped) {
      try {
        const { status, text } = await get(agent, port, '/');
        if (status === 200) answers[text] = (answers[text] ?? 0) + 1;
        else failures.push(`status ${status}`);
      } catch (error) {
        failures.push((error as NodeJS.ErrnoException).code ?? String(error));
      }
    }
    agent.destroy();
  };
  const clients = [
    ...Array.from({ length: keepAlive }, () => ask(new Agent({ keepAlive: true, maxSockets: 1 }))),
    ...Array.from({ length: single }, () => ask(new Agent({ keepAlive: false }))),
  ];
  return {
    answers,
    failures,
    async stop(): Promise<LoadResult> {
      isStopped = true;
      await Promise.all(clients);
      return { answers, failures };
    },
  };
}

export function get(
  agent: Agent | undefined,
  port: number,
  path: string,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { ...(agent && { agent }), host: '127.0.0.1', port, path, timeout: 10_000 },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => (text += piece));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, text });
        });
        response.on('error', reject);
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('no answer within 10 s')));
    sent.on('error', reject);
    sent.end();
  });
}

/** Waits for a condition, not for a time. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  milliseconds = 20_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`Not within ${milliseconds / 1000} s: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
