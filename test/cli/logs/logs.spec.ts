import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  type FilteredLogEvent,
} from '@aws-sdk/client-cloudwatch-logs';
import { mockClient } from 'aws-sdk-client-mock';
import { expect } from 'chai';
import { followLogs, readLogs } from '../../../cli/logs/read-logs.ts';
import { sinceTime } from '../../../cli/logs/since.ts';
import { leapingClock } from '../support/clocks.ts';

const line = (eventId: string, timestamp: number): FilteredLogEvent => ({
  eventId,
  timestamp,
  logStreamName: 'i-1',
  message: `${eventId}\n`,
});

function logs(groups: Record<string, FilteredLogEvent[]>) {
  const client = new CloudWatchLogsClient({ region: 'eu-central-1' });
  mockClient(client)
    .on(FilterLogEventsCommand)
    .callsFake(
      async ({
        logGroupName,
        startTime,
        nextToken,
      }: {
        logGroupName: string;
        startTime: number;
        nextToken?: string;
      }) => {
        const group = groups[logGroupName];
        if (!group) throw Object.assign(new Error('none'), { name: 'ResourceNotFoundException' });
        const found = group.filter(({ timestamp = 0 }) => timestamp >= startTime);
        const at = Number(nextToken ?? 0);
        return {
          events: found.slice(at, at + 1),
          ...(at + 1 < found.length && { nextToken: String(at + 1) }),
        };
      },
    );
  return client;
}

describe('readLogs', () => {
  it('merges groups by time, page by page', async () => {
    const client = logs({ a: [line('one', 1), line('three', 3)], b: [line('two', 2), line('four', 4)] });
    expect((await readLogs(client, ['a', 'b'], 0)).map(({ message }) => message)).to.deep.equal([
      'one',
      'two',
      'three',
      'four',
    ]);
  });

  it('says what makes a missing group', async () => {
    const error = await readLogs(logs({}), ['a'], 0).catch((caught: unknown) => caught as Error);
    expect((error as Error).message).to.equal('The log group a does not exist.');
  });
});

describe('followLogs', () => {
  it('yields every line once, late ones too', async () => {
    const group = [line('one', 20_000)];
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const { message } of followLogs(logs({ a: group }), ['a'], 0, leapingClock(), stop.signal)) {
      seen.push(message);
      if (message === 'one') group.push(line('late', 15_000), line('next', 21_000));
      if (message === 'next') stop.abort();
    }
    expect(seen).to.deep.equal(['one', 'late', 'next']);
  });
});

describe('sinceTime', () => {
  const now = Date.UTC(2026, 4, 1, 12);
  for (const [text, expected] of [
    ['30s', now - 30_000],
    ['10m', now - 600_000],
    ['1d', now - 86_400_000],
    ['2026-05-01T11:00:00Z', now - 3_600_000],
  ] as const)
    it(`reads ${text}`, () => {
      expect(sinceTime(text, now)).to.equal(expected);
    });

  for (const text of ['yesterday', '10', '-5m', ''])
    it(`refuses "${text}"`, () => {
      expect(() => sinceTime(text, now)).to.throw('not a time');
    });
});
