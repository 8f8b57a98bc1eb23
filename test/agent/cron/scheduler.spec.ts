import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { expect } from 'chai';
import { dueTimes } from '../../../agent/cron/due-times.ts';
import { emptySchedule, type Stored } from '../../../agent/cron/schedule-file.ts';
import { leaseMilliseconds, Scheduler } from '../../../agent/cron/scheduler.ts';
import type { ErrandInput } from '../../../agent/errands/contract.ts';
import type { CronSchedule, CronTask } from '../../../model/schemas.ts';
import { testClock } from '../support/test-clock.ts';

const minute = 60_000;
const everyMinute: CronTask = {
  name: 'tick',
  url: '/tick',
  schedule: '* * * * *',
  timezone: 'UTC',
  catchUp: 'latest',
  overlap: true,
};

/** The file in the bucket, with its conditional writes. */
class MemoryFile {
  stored: Stored | undefined;
  #version = 0;
  read(now: number): Promise<Stored> {
    return Promise.resolve(this.stored ?? { schedule: emptySchedule(now), etag: undefined });
  }
  write(schedule: CronSchedule, etag: string | undefined): Promise<Stored | undefined> {
    if (etag !== this.stored?.etag) return Promise.resolve(undefined);
    this.stored = { schedule, etag: String(++this.#version) };
    return Promise.resolve(this.stored);
  }
}

describe('the scheduler of periodic tasks', () => {
  const client = new SQSClient({ region: 'eu-central-1' });
  const sqs = mockClient(client);
  let clock: ReturnType<typeof testClock>;
  let file: MemoryFile;
  let task: CronTask;

  beforeEach(() => {
    sqs.reset();
    sqs.on(SendMessageCommand).resolves({});
    clock = testClock();
    file = new MemoryFile();
    task = everyMinute;
  });

  const scheduler = (me: string, queueUrl = 'https://sqs/1/jobs', signal = new AbortController().signal) =>
    new Scheduler({
      clock,
      signal,
      sqs: client,
      queueUrl,
      retentionPeriodSeconds: 3600,
      file,
      tasks: () => [task],
      errand: (_: string, input: unknown) => Promise.resolve(dueTimes(input as ErrandInput<'due'>)),
      me,
      onProblem: (message) => {
        throw new Error(message);
      },
    });
  const sent = () =>
    sqs
      .commandCalls(SendMessageCommand)
      .map(({ args }) => args[0].input.MessageAttributes?.['beanstalk.sqsd.scheduled_time']?.StringValue);
  const runs = () =>
    file.stored?.schedule.runs.map(({ dueAt, trigger, state }) => [dueAt.slice(14, 16), trigger, state]);
  const at = (minutes: number) => `2026-01-01T00:0${minutes}:00Z`;

  it("sends Elastic Beanstalk's message for each due time, once", async () => {
    const one = scheduler('one');
    await one.turn();
    expect(sent()).to.deep.equal([]);
    clock.advance(minute);
    await one.turn();
    await one.turn();
    clock.advance(minute);
    await one.turn();
    expect(sent()).to.deep.equal([at(1), at(2)]);
    expect(sqs.commandCalls(SendMessageCommand)[0]?.args[0].input).to.deep.include({
      QueueUrl: 'https://sqs/1/jobs',
      MessageBody: 'elasticbeanstalk scheduled job',
    });
  });

  it('leaves the work to the holder of the lease, and takes over when that is gone', async () => {
    const [one, two] = [scheduler('one'), scheduler('two')];
    await one.turn();
    await two.turn();
    expect(file.stored?.schedule.holder).to.equal('one');
    clock.advance(leaseMilliseconds);
    await two.turn();
    expect(file.stored?.schedule.holder).to.equal('two');
    clock.advance(minute - leaseMilliseconds);
    await two.turn();
    await one.turn();
    expect(sent()).to.deep.equal([at(1)]);
  });

  it('looks again at the moment when the lease of another one runs out', async () => {
    await scheduler('one').turn();
    const standby = new AbortController();
    const slept: number[] = [];
    const sleep = clock.sleep.bind(clock);
    clock.sleep = (milliseconds, signal) => {
      slept.push(milliseconds);
      return sleep(milliseconds, signal);
    };
    const two = scheduler('two', undefined, standby.signal).run();
    while (file.stored?.schedule.holder !== 'two') await new Promise((resolve) => setImmediate(resolve));
    standby.abort(new Error('enough'));
    await two.catch(() => undefined);
    expect(slept.slice(0, 4)).to.deep.equal([3000, 3000, 3000, 1000]);
  });

  it('keeps its lease while it sends many runs, and leaves the rest to whoever has taken it', async () => {
    task = { ...everyMinute, catchUp: 'all' };
    const [one, two] = [scheduler('one'), scheduler('two')];
    await one.turn();
    clock.advance(20 * minute);
    let sends = 0;
    sqs.on(SendMessageCommand).callsFake(async () => {
      if (++sends > 10) return {};
      // The other one looks while each of the first is sent; the tenth takes too long.
      clock.advance(sends === 10 ? leaseMilliseconds : leaseMilliseconds / 2);
      await two.turn();
      return {};
    });
    await one.turn();
    // Of the tenth nobody can know whether it was sent.
    expect([new Set(sent()).size, sends]).to.deep.equal([20, 21]);
  });

  it('gives the lease back when it stops', async () => {
    const [one, two] = [scheduler('one'), scheduler('two')];
    await one.turn();
    await one.stop();
    await two.turn();
    expect(file.stored?.schedule.holder).to.equal('two');
  });

  it('sends one message though two believe that it is their turn', async () => {
    const [one, two] = [scheduler('one'), scheduler('two')];
    await one.turn();
    clock.advance(minute);
    await Promise.all([one.turn(), two.turn()]);
    expect(sent()).to.deep.equal([at(1)]);
  });

  for (const { catchUp, expected } of [
    { catchUp: 'none', expected: [] },
    { catchUp: 'latest', expected: [at(3)] },
    { catchUp: 'all', expected: [at(1), at(2), at(3)] },
  ] as const)
    it(`catches up with ${catchUp} of the runs that nobody scheduled`, async () => {
      task = { ...everyMinute, catchUp };
      await scheduler('one').turn();
      clock.advance(3 * minute + 45_000);
      await scheduler('two').turn();
      expect(sent()).to.deep.equal(expected);
    });

  for (const { catchUp, attempts, state } of [
    { catchUp: 'none', attempts: [at(1)], state: 'Missed' },
    { catchUp: 'latest', attempts: [at(1), at(1)], state: 'Sent' },
  ] as const)
    it(`lets the policy ${catchUp} decide on a run whose scheduler was killed before it was surely sent`, async () => {
      task = { ...everyMinute, catchUp };
      await scheduler('one').turn();
      clock.advance(minute);
      sqs.on(SendMessageCommand).rejectsOnce(new Error('killed')).resolves({});
      await scheduler('one')
        .turn()
        .catch(() => undefined);
      clock.advance(leaseMilliseconds);
      await scheduler('two').turn();
      expect([sent(), runs()]).to.deep.equal([attempts, [['01', 'Schedule', state]]]);
    });

  it('does not start a run while the one before goes on, if the task says so', async () => {
    task = { ...everyMinute, overlap: false };
    const one = scheduler('one');
    await one.turn();
    clock.advance(minute);
    await one.turn();
    clock.advance(minute);
    await one.turn();
    await scheduler('two').ended({ name: 'tick', path: '/tick', scheduledAt: at(1) }, undefined);
    clock.advance(minute);
    await one.turn();
    expect(runs()).to.deep.equal([
      ['01', 'Schedule', 'Succeeded'],
      ['02', 'Schedule', 'Skipped'],
      ['03', 'Schedule', 'Sent'],
    ]);
  });

  it('runs what somebody asks for, and remembers how it ended', async () => {
    const one = scheduler('one');
    await one.turn();
    const { schedule, etag } = await file.read(0);
    const run = { task: 'tick', dueAt: at(0), trigger: 'Manual', state: 'Requested', by: 'ann' } as const;
    await file.write({ ...schedule, runs: [run] }, etag);
    clock.advance(leaseMilliseconds);
    await one.turn();
    await one.ended({ name: 'tick', path: '/tick', scheduledAt: at(0) }, 'the application answered 500');
    expect(sent()).to.deep.equal([at(0)]);
    expect(file.stored?.schedule.runs[0]).to.include({
      state: 'Failed',
      reason: 'the application answered 500',
      by: 'ann',
    });
  });

  it('names the run on a FIFO queue, so that SQS takes it once', async () => {
    const one = scheduler('one', 'https://sqs/1/jobs.fifo');
    await one.turn();
    clock.advance(minute);
    await one.turn();
    expect(sqs.commandCalls(SendMessageCommand)[0]?.args[0].input).to.include({
      MessageGroupId: 'tick',
      MessageDeduplicationId: `tick/${Date.parse(at(1))}`,
    });
  });
});
