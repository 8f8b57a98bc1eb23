import type { Context } from '../context.ts';
import { pollMilliseconds } from '../deploy/run.ts';
import { exitCodes, UserError } from '../errors.ts';
import type { Board } from '../ui/board.ts';

export interface Waiting<T> {
  /** What is waited for, as a row of the board: `i-1 shuts down`. */
  readonly what: string;
  readonly seconds: number;
  /** Undefined: not yet. A text: not yet, and this is how far it is. */
  readonly look: () => Promise<{ readonly done: T } | string | undefined>;
  readonly next: string;
}

/** Looks until something is there; the deadline and Ctrl-C end it. */
export async function waitFor<T>(
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
  board: Board,
  { what, seconds, look, next }: Waiting<T>,
): Promise<T> {
  const deadline = clock.now() + seconds * 1000;
  for (let poll = 0; ; poll += 1) {
    signal.throwIfAborted();
    const seen = await look();
    if (typeof seen === 'object') {
      board.row(what, what, 'done');
      return seen.done;
    }
    const soFar = seen === undefined ? what : `${what}: ${seen}`;
    board.row(what, soFar, 'running', deadline);
    if (clock.now() >= deadline) {
      board.row(what, soFar, 'failed');
      throw new UserError(`${soFar}: not within ${seconds} s.`, { exitCode: exitCodes.rolledBack, next });
    }
    await clock.sleep(pollMilliseconds(poll), signal);
  }
}
