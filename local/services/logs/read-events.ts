import type {
  FilterLogEventsCommandInput,
  FilterLogEventsCommandOutput,
  GetLogEventsCommandInput,
  GetLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Answer } from '../../endpoint/service.ts';
import type { EventStore, LogEvent, Position } from './events.ts';
import { parsePattern } from './filter-pattern.ts';
import { findGroup, findStream, invalid, invalidToken, type LogsState } from './state.ts';

const eventsPerCall = 10_000;
const bytesPerCall = 1_048_576;
/** How many events one FilterLogEvents call looks at before it answers with a token. */
const scannedPerCall = 50_000;

/** GetLogEvents and FilterLogEvents. */
export function readOperations(state: LogsState, events: EventStore) {
  return {
    async GetLogEvents(input: GetLogEventsCommandInput): Promise<Answer<GetLogEventsCommandOutput>> {
      const group = findGroup(state, input.logGroupIdentifier ?? input.logGroupName);
      const stream = findStream(state, group, input.logStreamName);
      const token = input.nextToken === undefined ? undefined : readToken(input.nextToken);
      const forward = token ? token.forward : (input.startFromHead ?? false);
      const found = events.read({
        group: group.name,
        streams: [stream.name],
        start: input.startTime,
        end: input.endTime,
        ...(token && (forward ? { after: token.position } : { before: token.position })),
        newestFirst: !forward,
        limit: checkLimit(input.limit),
      });
      const page = fitting(found);
      if (!forward) page.reverse();
      const fallback = token?.position ?? { timestamp: input.startTime ?? 0, id: 0 };
      return {
        events: page.map(({ timestamp, message, ingested }) => ({
          timestamp,
          message,
          ingestionTime: ingested,
        })),
        nextForwardToken: writeToken('f', page.at(-1) ?? fallback),
        nextBackwardToken: writeToken('b', page[0] ?? fallback),
      };
    },

    async FilterLogEvents(input: FilterLogEventsCommandInput): Promise<Answer<FilterLogEventsCommandOutput>> {
      const group = findGroup(state, input.logGroupIdentifier ?? input.logGroupName);
      const streams = chosenStreams(state, group.name, input);
      const matches = parsePattern(input.filterPattern ?? '');
      const limit = checkLimit(input.limit);
      const token = input.nextToken === undefined ? undefined : readToken(input.nextToken).position;
      const scanned = events.read({
        group: group.name,
        ...(streams && { streams }),
        start: input.startTime,
        end: input.endTime === undefined ? undefined : input.endTime + 1,
        ...(token && { after: token }),
        limit: scannedPerCall,
      });
      const found = fitting(scanned.filter(({ message }) => matches(message)).slice(0, limit));
      const isFull =
        found.length === limit || found.length < scanned.filter(({ message }) => matches(message)).length;
      const last = isFull ? found.at(-1) : scanned.length === scannedPerCall ? scanned.at(-1) : undefined;
      return {
        events: found.map((event) => ({
          logStreamName: event.stream,
          timestamp: event.timestamp,
          message: event.message,
          ingestionTime: event.ingested,
          eventId: String(event.id).padStart(56, '0'),
        })),
        searchedLogStreams: [],
        ...(last && last !== scanned.at(-1) && { nextToken: writeToken('f', last) }),
        ...(last &&
          last === scanned.at(-1) &&
          scanned.length === scannedPerCall && { nextToken: writeToken('f', last) }),
      };
    },
  };
}

function chosenStreams(
  state: LogsState,
  group: string,
  input: FilterLogEventsCommandInput,
): string[] | undefined {
  const { logStreamNames: names, logStreamNamePrefix: prefix } = input;
  if (names !== undefined && prefix !== undefined)
    throw invalid('Only one of logStreamNames and logStreamNamePrefix can be given.');
  if (names !== undefined || prefix === undefined) return names;
  return [...state.streams.values()]
    .filter((stream) => stream.group === group && stream.name.startsWith(prefix))
    .map(({ name }) => name);
}

/** As many events as one answer may hold. */
function fitting(events: readonly LogEvent[]): LogEvent[] {
  let bytes = 0;
  const end = events.findIndex(({ message }) => (bytes += message.length + 26) > bytesPerCall);
  return events.slice(0, end < 0 ? events.length : Math.max(1, end));
}

function checkLimit(limit: number | undefined): number {
  if (limit === undefined) return eventsPerCall;
  if (limit >= 1 && limit <= eventsPerCall) return limit;
  throw invalid(
    `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value between 1 and ${eventsPerCall}`,
  );
}

const writeToken = (direction: 'f' | 'b', { timestamp, id }: Position): string =>
  `${direction}/${timestamp}/${id}`;

function readToken(token: string): { forward: boolean; position: Position } {
  const [, direction, timestamp, id] = /^([fb])\/(\d+)\/(\d+)$/.exec(token) ?? [];
  if (direction === undefined) throw invalidToken();
  return { forward: direction === 'f', position: { timestamp: Number(timestamp), id: Number(id) } };
}
