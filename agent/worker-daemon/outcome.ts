/** What becomes of a message after the application has had it. Pure. */
import type { WorkerDaemon as Settings } from '../../model/schemas.ts';
import type { Reply } from './target.ts';

export type Answer = Reply | { readonly problem: string };

export type Outcome =
  | { readonly kind: 'Done' }
  /** Back to the queue, visible again after so many seconds. */
  | { readonly kind: 'GiveBack'; readonly afterSeconds: number; readonly reason: string }
  /** That was its last delivery. */
  | { readonly kind: 'Bury'; readonly reason: string };

export interface Delivery {
  readonly answer: Answer;
  /** This delivery included. */
  readonly receives: number;
  readonly now: number;
  /** From 0 to 1. */
  readonly random: number;
}

/** SQS lets a message be invisible for twelve hours at most, counted from its receive. */
const longestSeconds = 43_200;
/** Back-off doubles up to a quarter of an hour. */
const longestBackOffSeconds = 900;

/** Any 2xx is success; all else is tried again until the deliveries are used up. */
export function outcomeOf(
  { answer, receives, now, random }: Delivery,
  {
    errorVisibilityTimeoutSeconds,
    maxRetries,
  }: Pick<Settings, 'errorVisibilityTimeoutSeconds' | 'maxRetries'>,
): Outcome {
  const reason = failureOf(answer);
  if (reason === undefined) return { kind: 'Done' };
  if (receives >= maxRetries) return { kind: 'Bury', reason };
  const afterSeconds =
    ('status' in answer ? retryAfterSeconds(answer, now) : undefined) ??
    backOffSeconds(errorVisibilityTimeoutSeconds, receives, random);
  return { kind: 'GiveBack', afterSeconds, reason };
}

function failureOf(answer: Answer): string | undefined {
  if (!('status' in answer)) return `the application did not take it: ${answer.problem}`;
  return answer.status >= 200 && answer.status < 300
    ? undefined
    : `the application answered ${answer.status}`;
}

/**
 * Twice as long after each failure, starting with ErrorVisibilityTimeout, of which a random half is taken off:
 * what failed together does not come back together.
 */
export function backOffSeconds(first: number, receives: number, random: number): number {
  const longest = Math.max(first, longestBackOffSeconds);
  const full = Math.min(longest, first * 2 ** Math.min(20, receives - 1));
  return Math.ceil(full * (1 - random / 2));
}

/** `Retry-After` of 429 and 503: seconds or a date. */
export function retryAfterSeconds({ status, retryAfter }: Reply, now: number): number | undefined {
  if (retryAfter === undefined || (status !== 429 && status !== 503)) return undefined;
  const seconds = /^\d+$/.test(retryAfter.trim())
    ? Number(retryAfter)
    : Math.ceil((Date.parse(retryAfter) - now) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.min(longestSeconds - 1, Math.max(0, seconds));
}
