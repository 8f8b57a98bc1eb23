export interface PollFacts {
  /** Connections that may be busy at once. */
  readonly connections: number;
  /** Messages being handled. */
  readonly busy: number;
  /** Messages received that wait for a connection. */
  readonly waiting: number;
  /** How many may wait. */
  readonly ahead: number;
  /** What each receive under way may bring. */
  readonly reserved: readonly number[];
  /** The last receive brought nothing: one poll is enough until something comes. */
  readonly isIdle: boolean;
  readonly mostPerReceive: number;
}

/** SQS hands out ten messages at most in one call. */
export const mostPerReceive = 10;
/** A message may wait here so long, as an average, for its connection. */
const waitMilliseconds = 250;
const mostPolls = 10;

/** Sizes of the receives to start now. */
export function pollsToStart(facts: PollFacts): number[] {
  const { connections, busy, waiting, ahead, reserved, isIdle, mostPerReceive: most } = facts;
  const taken = busy + waiting + reserved.reduce((sum, each) => sum + each, 0);
  let room = connections + ahead - taken;
  // As long as no connection would be idle a full receive is worth waiting for.
  const least = taken < connections ? 1 : Math.min(most, ahead);
  const polls: number[] = [];
  while (room >= Math.max(1, least) && polls.length < (isIdle ? 1 : mostPolls) - reserved.length) {
    polls.push(Math.min(most, room));
    room -= most;
  }
  return polls;
}

/**
 * How many messages to hold ready, so that a connection that becomes free has its next one at once: none where
 * jobs are long, since messages that wait here could be handled by another instance.
 */
export const messagesAhead = (connections: number, averageMilliseconds: number | undefined): number =>
  averageMilliseconds === undefined
    ? 0
    : Math.min(connections, Math.floor((connections * waitMilliseconds) / Math.max(1, averageMilliseconds)));
