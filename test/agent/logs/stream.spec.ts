import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { mockClient } from 'aws-sdk-client-mock';
import { expect } from 'chai';
import { batchSize, LogStream } from '../../../agent/logs/stream.ts';
import { testClock } from '../support/test-clock.ts';

const event = (timestamp: number, message = 'x') => ({ timestamp, message });

describe('a log batch', () => {
  it('ends before 10,000 events, 1 MiB or 24 hours are exceeded', () => {
    expect(batchSize(Array.from({ length: 12_000 }, () => event(0)))).to.equal(10_000);
    expect(batchSize(Array.from({ length: 100 }, () => event(0, 'x'.repeat(32_742))))).to.equal(32);
    expect(batchSize([event(0), event(86_399_999), event(86_400_000)])).to.equal(2);
    expect(batchSize([event(5), event(6)])).to.equal(2);
  });
});

describe('a log stream', () => {
  const client = new CloudWatchLogsClient({ region: 'r' });
  const logs = mockClient(client);
  let clock: ReturnType<typeof testClock>;
  let stream: LogStream;
  beforeEach(() => {
    logs.reset();
    clock = testClock();
    stream = new LogStream({ logs: client, clock, group: '/g', stream: 'i-1' });
  });
  const sent = () =>
    logs
      .commandCalls(PutLogEventsCommand)
      .map(({ args }) => args[0].input.logEvents?.map(({ message }) => message));

  it('sends what was written, in order of time, and nothing twice', async () => {
    logs.on(PutLogEventsCommand).resolves({});
    stream.write('a', 10);
    stream.write('b', 5);
    stream.write('  ');
    await stream.flush();
    await stream.flush();
    expect(sent()).to.deep.equal([['a', 'b']]);
    expect(
      logs.commandCalls(PutLogEventsCommand)[0]?.args[0].input.logEvents?.map(({ timestamp }) => timestamp),
    ).to.deep.equal([10, 10]);
  });

  it('makes its stream when there is none', async () => {
    logs
      .on(PutLogEventsCommand)
      .rejectsOnce(Object.assign(new Error('none'), { name: 'ResourceNotFoundException' }))
      .resolves({});
    logs.on(CreateLogStreamCommand).resolves({});
    stream.write('a');
    expect(await stream.flush()).to.equal(undefined);
    expect(logs.commandCalls(CreateLogStreamCommand)[0]?.args[0].input).to.deep.equal({
      logGroupName: '/g',
      logStreamName: 'i-1',
    });
    expect(stream.isEmpty).to.equal(true);
  });

  it('keeps what could not be sent, with longer and longer pauses', async () => {
    logs.on(PutLogEventsCommand).rejects(new Error('unreachable'));
    stream.write('a');
    expect(await stream.flush()).to.equal('unreachable');
    await stream.flush();
    expect(sent()).to.have.length(1);
    clock.advance(500);
    await stream.flush();
    clock.advance(500);
    await stream.flush();
    expect(sent()).to.have.length(2);
    logs.reset();
    logs.on(PutLogEventsCommand).resolves({});
    clock.advance(1000);
    expect(await stream.flush()).to.equal(undefined);
    expect(sent()).to.deep.equal([['a']]);
  });

  it('is bounded: the oldest lines go, and the log says how many', async () => {
    logs.on(PutLogEventsCommand).resolves({});
    for (let index = 0; index < 2005; index++) stream.write(`line ${index}`);
    expect(stream.isFull).to.equal(true);
    await stream.flush();
    expect(sent()[0]?.slice(0, 2)).to.deep.equal([
      '(5 lines were dropped: CloudWatch Logs could not be reached)',
      'line 5',
    ]);
  });
});
