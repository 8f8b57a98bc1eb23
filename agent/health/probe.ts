import { Agent, request } from 'node:http';

export interface ProbeAnswer {
  readonly status?: number;
  /** Why there is no status. */
  readonly problem?: string;
}

/** A connection per check: a kept one would say that an old process is alive. */
const agent = new Agent({ keepAlive: false });

/** One health check of 127.0.0.1. Never throws. */
export function probe(port: number, path: string, timeoutMilliseconds: number): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const headers = { host: 'localhost', 'user-agent': 'beanpole-health', connection: 'close' };
    const sent = request({ agent, host: '127.0.0.1', port, path, headers }, (response) => {
      response.resume();
      response.on('error', () => undefined);
      clearTimeout(timer);
      resolve({ status: response.statusCode ?? 0 });
    });
    const timer = setTimeout(
      () => sent.destroy(new Error(`no answer within ${timeoutMilliseconds / 1000} s`)),
      timeoutMilliseconds,
    );
    sent.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      resolve({ problem: error.code ?? error.message });
    });
    sent.end();
  });
}
