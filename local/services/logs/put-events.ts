import type {
  InputLogEvent,
  PutLogEventsCommandInput,
  PutLogEventsCommandOutput,
  RejectedLogEventsInfo,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Answer } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import type { EventStore } from './events.ts';
import { findGroup, findStream, invalid, streamKey, type LogsState, type StoredGroup } from './state.ts';

const day = 24 * 3600 * 1000;
const eventsPerCall = 10_000;
const bytesPerCall = 1_048_576;
const overhead = 26;

/** PutLogEvents. */
export function putOperations(parts: Parts, state: LogsState, events: EventStore) {
  return {
    async PutLogEvents(input: PutLogEventsCommandInput): Promise<Answer<PutLogEventsCommandOutput>> {
      const group = findGroup(state, input.logGroupName);
      const stream = findStream(state, group, input.logStreamName);
      const given = (input.logEvents ?? []).map(({ timestamp = 0, message = '' }) => ({
        timestamp,
        message,
      }));
      checkBatch(given);
      const now = parts.clock.now();
      const { first, last, rejected } = window(given, group, now);
      const taken = given.slice(first, last);
      if (taken.length > 0) {
        events.append(group.name, stream.name, now, taken);
        state.streams.set(streamKey(group.name, stream.name), {
          ...stream,
          firstEvent: Math.min(stream.firstEvent ?? Infinity, taken[0]?.timestamp ?? Infinity),
          lastEvent: Math.max(stream.lastEvent ?? 0, taken.at(-1)?.timestamp ?? 0),
          lastIngestion: now,
        });
      }
      return rejected ? { rejectedLogEventsInfo: rejected } : {};
    },
  };
}

type Given = Required<{ [K in keyof InputLogEvent]: NonNullable<InputLogEvent[K]> }>;

function checkBatch(events: readonly Given[]): void {
  if (events.length === 0 || events.length > eventsPerCall) {
    throw invalid(
      `1 validation error detected: Value at 'logEvents' failed to satisfy constraint: Member must have length between 1 and ${eventsPerCall}`,
    );
  }
  if (events.some(({ message }) => message === '')) throw invalid('Log event messages must not be empty.');
  if (events.some(({ timestamp }, index) => timestamp < (events[index - 1]?.timestamp ?? 0))) {
    throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
  }
  if ((events.at(-1)?.timestamp ?? 0) - (events[0]?.timestamp ?? 0) > day) {
    throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  }
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + overhead, 0);
  if (bytes > bytesPerCall)
    throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${bytesPerCall}`);
}

/** Which events are neither too old nor too new; they are in order of time. */
function window(
  events: readonly Given[],
  group: StoredGroup,
  now: number,
): { first: number; last: number; rejected?: RejectedLogEventsInfo } {
  const expired = events.filter(
    ({ timestamp }) => timestamp < now - (group.retentionInDays ?? Infinity) * day,
  ).length;
  const old = events.filter(({ timestamp }) => timestamp < now - 14 * day).length;
  const fresh = events.filter(({ timestamp }) => timestamp <= now + day / 12).length;
  const rejected = {
    ...(expired > 0 && { expiredLogEventEndIndex: expired }),
    ...(old > 0 && { tooOldLogEventEndIndex: old }),
    ...(fresh < events.length && { tooNewLogEventStartIndex: fresh }),
  };
  const range = { first: Math.max(expired, old), last: fresh };
  return Object.keys(rejected).length > 0 ? { ...range, rejected } : range;
}
