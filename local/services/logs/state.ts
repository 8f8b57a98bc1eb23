import { AwsError } from '../../endpoint/service.ts';
import type { Collection } from '../../store.ts';
import type { Parts } from '../parts.ts';

/** Groups and streams; their events are kept apart. Times are milliseconds since 1970. */
export interface LogsState {
  readonly groups: Collection<StoredGroup>;
  /** By `group name` and `stream name`, see `streamKey`. */
  readonly streams: Collection<StoredStream>;
}

export interface StoredGroup {
  name: string;
  created: number;
  retentionInDays?: number;
  tags: Record<string, string>;
}

export interface StoredStream {
  group: string;
  name: string;
  created: number;
  firstEvent?: number;
  lastEvent?: number;
  lastIngestion?: number;
}

export function logsState({ store }: Parts): LogsState {
  return { groups: store.collection('logs.group'), streams: store.collection('logs.stream') };
}

/** Neither name can hold a colon. */
export const streamKey = (group: string, stream: string): string => `${group}:${stream}`;

export const notFound = (what: string) =>
  new AwsError('ResourceNotFoundException', `The specified ${what} does not exist.`);
export const exists = (what: string) =>
  new AwsError('ResourceAlreadyExistsException', `The specified ${what} already exists`);
export const invalid = (message: string) => new AwsError('InvalidParameterException', message);
export const invalidToken = () => invalid('The specified nextToken is invalid.');

/** A group by its name or ARN. */
export function findGroup({ groups }: LogsState, given: string | undefined): StoredGroup {
  const name = (given ?? '').replace(/^arn:aws:logs:[^:]*:\d*:log-group:/, '').replace(/:\*$/, '');
  const found = groups.get(name);
  if (!found) throw notFound('log group');
  return found;
}

export function findStream(
  { streams }: LogsState,
  group: StoredGroup,
  name: string | undefined,
): StoredStream {
  const found = streams.get(streamKey(group.name, name ?? ''));
  if (!found) throw notFound('log stream');
  return found;
}
