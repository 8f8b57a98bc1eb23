import { lookup } from 'node:dns';
import { Agent, request } from 'node:http';
import type { LookupFunction } from 'node:net';
import type { Clock } from '../clock.ts';

/** One request of the load: when it was sent, how long it took, and why it failed if it did. */
export interface Sample {
  readonly sentAt: number;
  readonly milliseconds: number;
  readonly failure?: string;
}

export interface LoadOptions {
  readonly url: string;
  readonly perSecond: number;
  readonly clock: Clock;
}

export interface Load {
  /** Everything asked so far whose answer, or failure, is there. */
  readonly samples: readonly Sample[];
  /** Sends no more; resolves when the last request has ended. */
  stop(): Promise<void>;
}

const longestMilliseconds = 10_000;

/**
 * Asks an address at a steady rate, whatever the answers: a site that hangs does not slow the load down. Nothing is
 * retried; an answer from 500 on, a broken connection and no answer within 10 s are failures.
 */
export function startLoad({ url, perSecond, clock }: LoadOptions): Load {
  const samples: Sample[] = [];
  const open = new Set<Promise<void>>();
  const agent = new Agent({ keepAlive: true });
  const send = (): void => {
    const sentAt = clock.now();
    const sent = ask(url, agent).then((failure) => {
      samples.push({ sentAt, milliseconds: clock.now() - sentAt, ...(failure !== undefined && { failure }) });
      open.delete(sent);
    });
    open.add(sent);
  };
  const timer = setInterval(send, 1000 / perSecond);
  return {
    samples,
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
      agent.destroy();
    },
  };
}

/** The reason of a failure; undefined when the site answered. */
function ask(url: string, agent: Agent): Promise<string | undefined> {
  return new Promise((resolve) => {
    const call = request(url, { agent, lookup: lookupLocal, timeout: longestMilliseconds }, (response) => {
      const { statusCode = 0 } = response;
      response.resume();
      response.on('error', (error) => {
        resolve(error.message);
      });
      response.on('end', () => {
        resolve(statusCode >= 500 ? `status ${statusCode}` : undefined);
      });
    });
    call.on('timeout', () => call.destroy(new Error(`no answer within ${longestMilliseconds / 1000} s`)));
    call.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
    call.end();
  });
}

/** Names below `.localhost` are this machine (RFC 6761); not every resolver knows. */
const lookupLocal: LookupFunction = (hostname, options, callback) => {
  lookup(hostname.endsWith('.localhost') ? '127.0.0.1' : hostname, options, callback);
};
