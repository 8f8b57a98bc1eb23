import type {
  CreateLogStreamCommandInput,
  DeleteLogStreamCommandInput,
  DescribeLogStreamsCommandInput,
  DescribeLogStreamsCommandOutput,
  LogStream,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import type { EventStore } from './events.ts';
import { groupArn } from './groups.ts';
import {
  exists,
  findGroup,
  findStream,
  invalid,
  invalidToken,
  streamKey,
  type LogsState,
  type StoredStream,
} from './state.ts';

/** Log streams. */
export function streamOperations(parts: Parts, state: LogsState, events: EventStore) {
  return {
    async CreateLogStream(input: CreateLogStreamCommandInput): Promise<Record<string, never>> {
      const group = findGroup(state, input.logGroupName);
      const name = input.logStreamName ?? '';
      if (!/^[^:*]{1,512}$/.test(name)) {
        throw invalid(
          `1 validation error detected: Value '${name}' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*`,
        );
      }
      const key = streamKey(group.name, name);
      if (state.streams.has(key)) throw exists('log stream');
      state.streams.set(key, { group: group.name, name, created: parts.clock.now() });
      return {};
    },

    async DescribeLogStreams(
      input: DescribeLogStreamsCommandInput,
    ): Promise<Answer<DescribeLogStreamsCommandOutput>> {
      const group = findGroup(state, input.logGroupIdentifier ?? input.logGroupName);
      const byTime = input.orderBy === 'LastEventTime';
      if (byTime && input.logStreamNamePrefix !== undefined)
        throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
      const all = [...state.streams.values()]
        .filter(
          (stream) => stream.group === group.name && stream.name.startsWith(input.logStreamNamePrefix ?? ''),
        )
        .sort((a, b) => (byTime ? (a.lastEvent ?? 0) - (b.lastEvent ?? 0) : a.name < b.name ? -1 : 1));
      if (input.descending) all.reverse();
      const { items, nextToken } = page(all, input.limit ?? 50, input.nextToken, invalidToken);
      return { logStreams: items.map(view), ...(nextToken && { nextToken }) };
    },

    async DeleteLogStream(input: DeleteLogStreamCommandInput): Promise<Record<string, never>> {
      const stream = findStream(state, findGroup(state, input.logGroupName), input.logStreamName);
      state.streams.delete(streamKey(stream.group, stream.name));
      events.deleteStream(stream.group, stream.name);
      return {};
    },
  };

  function view(stream: StoredStream): LogStream {
    return {
      logStreamName: stream.name,
      creationTime: stream.created,
      ...(stream.firstEvent !== undefined && { firstEventTimestamp: stream.firstEvent }),
      ...(stream.lastEvent !== undefined && { lastEventTimestamp: stream.lastEvent }),
      ...(stream.lastIngestion !== undefined && { lastIngestionTime: stream.lastIngestion }),
      arn: `${groupArn(parts, stream.group)}:log-stream:${stream.name}`,
    };
  }
}
