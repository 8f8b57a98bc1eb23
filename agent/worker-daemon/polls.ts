export interface PollFacts {
  /** Connections that may be busy at once. */
  readonly connections: number;
  /** Messages being handled. */
  readonly busy: number;
  /** What each receive under way may bring. */
  readonly reserved: readonly number[];
  /** The last receive brought nothing: one poll is enough until something comes. */
  readonly isIdle: boolean;
}

/** SQS hands out ten messages at most in one call. */
export const mostPerReceive = 10;
const mostPolls = 5;

/** Sizes of the receives to start now, so that no message waits here while its visibility runs out. */
export function pollsToStart({ connections, busy, reserved, isIdle }: PollFacts): number[] {
  let free = connections - busy - reserved.reduce((sum, each) => sum + each, 0);
  const room = (isIdle ? 1 : mostPolls) - reserved.length;
  const polls: number[] = [];
  while (free > 0 && polls.length < room) {
    polls.push(Math.min(mostPerReceive, free));
    free -= mostPerReceive;
  }
  return polls;
}
