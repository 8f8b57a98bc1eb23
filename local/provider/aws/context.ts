import type { Operation } from '../resource/lifecycle.ts';
import type { Clients } from './clients.ts';

/** What the code of a resource needs to talk to AWS. A plain object, so that it can be extended by inheritance. */
export interface Context extends Operation {
  readonly region: string;
  readonly partition: string;
  readonly clients: Clients;
  account(): Promise<string>;
  /**
   * Asks again and again until there is an answer.
   * @param what ends the sentence "gave up after 5 minutes: …" (`NAT gateway nat-1 is still pending`).
   */
  until<T>(what: string, probe: () => Promise<T | undefined>): Promise<T>;
}

export interface Waiting {
  readonly signal: AbortSignal;
  readonly timeoutMilliseconds: number;
  readonly now?: () => number;
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/** The one way to wait: quick questions first, then every five seconds, until done, cancelled or too late. */
export async function until<T>(
  waiting: Waiting,
  what: string,
  probe: () => Promise<T | undefined>,
): Promise<T> {
  const { now = Date.now, pause = sleep(waiting.signal) } = waiting;
  const start = now();
  for (let interval = 50; ; interval = Math.min(interval * 1.5, 5000)) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (waiting.signal.aborted) throw new Error(`Cancelled while waiting: ${what}.`);
    if (now() - start >= waiting.timeoutMilliseconds)
      throw new Error(`Gave up after ${duration(waiting.timeoutMilliseconds)}: ${what}.`);
    await pause(interval);
  }
}

function sleep(signal: AbortSignal) {
  return async (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal.addEventListener('abort', done);
    });
}

function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
}

/** The partition of a region, the second part of an ARN. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
