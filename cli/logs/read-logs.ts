import {
  FilterLogEventsCommand,
  type CloudWatchLogsClient,
  type FilteredLogEvent,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Clock } from '../clock.ts';
import { UserError } from '../errors.ts';

export interface LogLine {
  readonly id: string;
  readonly group: string;
  readonly stream: string;
  readonly at: number;
  readonly message: string;
}

/** The lines of several log groups from a time on, in order of time. */
export async function readLogs(
  logs: CloudWatchLogsClient,
  groups: readonly string[],
  from: number,
): Promise<LogLine[]> {
  const lines = await Promise.all(groups.map((group) => readGroup(logs, group, from)));
  return lines.flat().sort((a, b) => a.at - b.at || a.id.localeCompare(b.id));
}

/** How far back each look goes: lines may arrive late, as agents ship them in batches. */
const lateMilliseconds = 10_000;
const pollMilliseconds = 1000;

/** Yields lines as they arrive, until the signal; each once, though every look goes back a little. */
export async function* followLogs(
  logs: CloudWatchLogsClient,
  groups: readonly string[],
  from: number,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  let seen = new Map<string, number>();
  while (!signal.aborted) {
    const newest = Math.max(from, ...seen.values());
    const start = Math.max(from, newest - lateMilliseconds);
    const fresh = (await readLogs(logs, groups, start)).filter(({ id }) => !seen.has(id));
    for (const line of fresh) seen.set(line.id, line.at);
    yield* fresh;
    seen = new Map([...seen].filter(([, at]) => at >= start));
    await clock.sleep(pollMilliseconds, signal).catch(() => undefined);
  }
}

async function readGroup(
  logs: CloudWatchLogsClient,
  logGroupName: string,
  startTime: number,
): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  let nextToken: string | undefined;
  do {
    const page = await logs
      .send(new FilterLogEventsCommand({ logGroupName, startTime, ...(nextToken && { nextToken }) }))
      .catch((error: unknown) => {
        throw withoutGroup(logGroupName, error);
      });
    lines.push(...(page.events ?? []).map((event) => toLine(logGroupName, event)));
    nextToken = page.nextToken;
  } while (nextToken);
  return lines;
}

const toLine = (
  group: string,
  { eventId = '', logStreamName = '', timestamp = 0, message = '' }: FilteredLogEvent,
): LogLine => ({
  id: `${group} ${eventId}`,
  group,
  stream: logStreamName,
  at: timestamp,
  message: message.trimEnd(),
});

function withoutGroup(group: string, error: unknown): unknown {
  if ((error as Error).name !== 'ResourceNotFoundException') return error;
  return new UserError(`The log group ${group} does not exist.`, {
    next: 'pulumi up   (makes it)',
    cause: error,
  });
}
