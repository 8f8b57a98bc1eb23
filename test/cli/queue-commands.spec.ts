import {
  CloudWatchClient,
  GetMetricStatisticsCommand,
  type GetMetricStatisticsCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { SQS } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { expect } from 'chai';
import { deadLetter } from '../../agent/worker-daemon/dead-letter.ts';
import { createSqs } from '../../local/services/sqs/service.ts';
import { startEndpoint, type TestCloud } from '../support/endpoint.ts';
import type { Account } from './support/account.ts';
import { errorOf, run, shop } from './support/commands.ts';
import { environment } from './support/fixtures.ts';

/** Typed commands on real queues. */
describe('beanpole queue', () => {
  let cloud: TestCloud;
  let sqs: SQS;
  let queueUrl: string;
  let deadLetterQueueUrl: string;
  let self: Account;

  beforeEach(async () => {
    cloud = await startEndpoint({ sqs: createSqs });
    sqs = new SQS(cloud.client);
    self = shop();
    Object.assign(self.context.clients, { sqs });
    [queueUrl, deadLetterQueueUrl] = await addWorker('worker', {});
  });
  afterEach(async () => {
    sqs.destroy();
    await cloud.stop();
  });

  /** A worker environment with its two queues. */
  async function addWorker(name: string, attributes: Record<string, string>): Promise<[string, string]> {
    const suffix = attributes.FifoQueue === 'true' ? '.fifo' : '';
    const { QueueUrl: dead = '' } = await sqs.createQueue({
      QueueName: `${name}-dead${suffix}`,
      Attributes: attributes,
    });
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl: dead, AttributeNames: ['QueueArn'] });
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: Attributes?.QueueArn,
      maxReceiveCount: 3,
    });
    const { QueueUrl: own = '' } = await sqs.createQueue({
      QueueName: `${name}${suffix}`,
      Attributes: { ...attributes, RedrivePolicy },
    });
    const descriptor = {
      environment: name,
      tier: 'Worker',
      queueUrl: own,
      deadLetterQueueUrl: dead,
    } as const;
    self.add(environment(descriptor));
    return [own, dead];
  }

  /** A message that the worker daemon has moved, for a reason. */
  const bury = (body: string, reason: string, url = deadLetterQueueUrl) =>
    sqs.sendMessage(
      deadLetter(
        url,
        {
          MessageId: `id-of-${body}`,
          Body: body,
          Attributes: { ApproximateReceiveCount: '3' },
          MessageAttributes: { colour: { DataType: 'String', StringValue: 'red' } },
        },
        reason,
      ),
    );
  const waiting = async (QueueUrl: string) => {
    const { Messages = [] } = await sqs.receiveMessage({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
      VisibilityTimeout: 0,
    });
    return Messages.map(({ Body }) => Body);
  };
  const said = () => self.output.data.join('\n');

  it('refuses an environment without a queue, and tells where to look', async () => {
    const error = await errorOf(self, 'queue status dev/web');
    expect([error.message, error.exitCode]).to.deep.equal(['dev/web has no queue: dev/web is no worker.', 2]);
    expect(error.next).to.include('beanpole status');
  });

  it('finds the only worker of a stack by itself, and asks which where there are several', async () => {
    await run(self, 'queue send dev --body {}');
    expect(await waiting(queueUrl)).to.deep.equal(['{}']);
    await addWorker('mailer', {});
    expect((await errorOf(self, 'queue send dev --body {}')).message).to.equal(
      'dev has several worker environments.',
    );
  });

  describe('status', () => {
    it('counts what waits, is in flight, is delayed and is dead, and what daemons have done', async () => {
      const work: Record<string, number> = { MessagesHandled: 30, MessageFailures: 2, OldestMessageAge: 4 };
      const cloudwatch = new CloudWatchClient({ region: 'eu-central-1' });
      mockClient(cloudwatch)
        .on(GetMetricStatisticsCommand)
        .callsFake(
          ({ MetricName = '', Statistics: [statistic = 'Sum'] = [] }: GetMetricStatisticsCommandInput) => ({
            Datapoints: [{ [statistic]: work[MetricName] }, { [statistic]: work[MetricName] }],
          }),
        );
      Object.assign(self.context.clients, { cloudwatch });
      for (const body of ['a', 'b', 'c']) await sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: body });
      await sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: 'd', DelaySeconds: 60 });
      await sqs.receiveMessage({ QueueUrl: queueUrl });
      await bury('x', 'no');
      await run(self, 'queue status dev/worker --json');
      expect(self.output.json).to.deep.equal([
        {
          environment: 'dev/worker',
          waiting: 2,
          inFlight: 1,
          delayed: 1,
          deadLetters: 1,
          handledPerMinute: 30,
          failuresPerMinute: 2,
          oldestSeconds: 4,
        },
      ]);
      await run(self, 'queue status dev/worker');
      expect(said()).to.match(/2 +1 +1 +1 +30\/min +2\/min +4 s/);
      expect(self.output.notes).to.include('Next: beanpole queue peek dev/worker');
    });
  });

  describe('send', () => {
    it('gives the worker a message, later if so wanted, and says which', async () => {
      await run(self, 'queue send dev/worker --body {"picture":7} --json');
      expect(await waiting(queueUrl)).to.deep.equal(['{"picture":7}']);
      expect(self.output.json)
        .to.have.nested.property('[0].messageId')
        .that.matches(/^[0-9a-f-]{36}$/);
      await run(self, 'queue send dev/worker --body later --delay 900');
      expect(said()).to.include('Sent to dev/worker: message ');
    });

    it('keeps the order of a group on a FIFO queue, and takes the same body twice', async () => {
      const [fifo] = await addWorker('mailer', { FifoQueue: 'true' });
      for (const body of ['1', '2', '2'])
        await run(self, `queue send dev/mailer --body ${body} --group-id g`);
      const { Messages = [] } = await sqs.receiveMessage({
        QueueUrl: fifo,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['All'],
      });
      expect(Messages.map(({ Body, Attributes }) => [Body, Attributes?.MessageGroupId])).to.deep.equal([
        ['1', 'g'],
        ['2', 'g'],
        ['2', 'g'],
      ]);
    });

    for (const [line, message] of [
      ['queue send dev/worker', 'A message needs a body; SQS takes no empty ones.'],
      [
        'queue send dev/worker --body a --delay soon',
        '--delay is soon; it must be a whole number of seconds from 0 to 900.',
      ],
      [
        'queue send dev/worker --body a --delay 901',
        '--delay is 901; it must be a whole number of seconds from 0 to 900.',
      ],
      [
        'queue send dev/worker --body a --group-id g',
        'dev/worker has a standard queue, which knows no groups.',
      ],
    ] as const)
      it(`refuses "${line}"`, async () => {
        const error = await errorOf(self, line);
        expect([error.message, error.exitCode]).to.deep.equal([message, 2]);
        expect(await waiting(queueUrl)).to.deep.equal([]);
      });

    it('refuses a delay on a FIFO queue, which has one for all messages only', async () => {
      await addWorker('mailer', { FifoQueue: 'true' });
      const error = await errorOf(self, 'queue send dev/mailer --body a --delay 5');
      expect(error.message).to.equal('dev/mailer has a FIFO queue, which delays no single message.');
    });
  });

  describe('peek', () => {
    it('shows dead letters with the reason, under the id that the application saw, and leaves them there', async () => {
      await bury('x', 'the application answered 500');
      await run(self, 'queue peek dev/worker --count 1 --json');
      const [[letter]] = self.output.json as [Record<string, unknown>[]];
      expect(letter).to.deep.include({
        id: 'id-of-x',
        receives: 3,
        reason: 'the application answered 500',
        attributes: { colour: 'red' },
        body: 'x',
      });
      expect(await waiting(deadLetterQueueUrl)).to.deep.equal(['x']);
      await run(self, 'queue peek dev/worker --count 1');
      expect(said()).to.include('the application answered 500');
      expect(self.output.notes).to.include('Next: beanpole queue redrive dev/worker');
    });

    it('shows what waits when it is told to, no more than asked for, each once', async () => {
      for (const body of ['a', 'b', 'c']) await sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: body });
      await run(self, 'queue peek dev/worker --waiting --count 2 --json');
      const [messages] = self.output.json as [{ body: string }[]];
      expect(messages.map(({ body }) => body)).to.deep.equal(['a', 'b']);
      expect((await waiting(queueUrl)).toSorted()).to.deep.equal(['a', 'b', 'c']);
    });

    for (const count of ['0', '101', 'all'])
      it(`refuses --count ${count}`, async () => {
        expect((await errorOf(self, `queue peek dev/worker --count ${count}`)).message).to.equal(
          `--count is ${count}; it must be a whole number from 1 to 100.`,
        );
      });
  });

  describe('redrive', () => {
    it('moves dead letters back, whoever moved them there, with all their deliveries', async () => {
      await bury('moved by the daemon', 'no');
      await sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: 'moved by SQS' });
      for (let receives = 0; receives < 4; receives++) await waiting(queueUrl);
      await run(self, 'queue redrive dev/worker --json');
      expect(self.output.json).to.deep.equal([{ moved: 2 }]);
      const { Messages = [] } = await sqs.receiveMessage({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['All'],
      });
      expect(
        Messages.map(({ Body, Attributes }) => [Body, Attributes?.ApproximateReceiveCount]).toSorted(),
      ).to.deep.equal([
        ['moved by SQS', '1'],
        ['moved by the daemon', '1'],
      ]);
    });

    it('goes on with a move that is under way', async () => {
      for (let index = 0; index < 3; index++) await bury(String(index), 'no');
      const arn = async (QueueUrl: string) =>
        (await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['QueueArn'] })).Attributes?.QueueArn;
      await sqs.startMessageMoveTask({
        SourceArn: await arn(deadLetterQueueUrl),
        DestinationArn: await arn(queueUrl),
        MaxNumberOfMessagesPerSecond: 1,
      });
      const { clock } = self.context;
      const sleep: typeof clock.sleep = (milliseconds, signal) => {
        cloud.clock.advance(1000);
        return clock.sleep(milliseconds, signal);
      };
      Object.assign(self.context, { clock: { ...clock, sleep } });
      await run(self, 'queue redrive dev/worker --json');
      expect(self.output.json).to.deep.equal([{ moved: 3 }]);
    });

    it('says so when there is nothing to move', async () => {
      await run(self, 'queue redrive dev/worker');
      expect(said()).to.equal('0 dead letters of dev/worker are in its queue again.');
    });
  });

  describe('purge', () => {
    it('deletes nothing without the name again, and says what it would', async () => {
      await sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: 'a' });
      const error = await errorOf(self, 'queue purge dev/worker');
      expect(error.message).to.equal('This would delete about 1 messages of dev/worker for good.');
      expect(error.next).to.equal('beanpole queue purge dev/worker --confirm dev/worker');
      expect(await waiting(queueUrl)).to.deep.equal(['a']);
    });

    it('deletes what waits, or the dead letters, and nothing of the other', async () => {
      await sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: 'a' });
      await bury('x', 'no');
      await run(self, 'queue purge dev/worker --dead-letters --confirm dev/worker');
      expect([await waiting(queueUrl), await waiting(deadLetterQueueUrl)]).to.deep.equal([['a'], []]);
      await run(self, 'queue purge dev/worker --confirm dev/worker');
      expect(await waiting(queueUrl)).to.deep.equal([]);
    });

    it('ends the runs of periodic tasks whose messages it deletes', async () => {
      const key = 'environments/dev/worker/cron/schedule.json';
      const cronRun = (state: string) => ({
        task: 'tidy',
        dueAt: '2026-05-01T01:30:00.000Z',
        trigger: 'Schedule',
        by: 'i-1',
        state,
      });
      const own = { holder: 'i-1', expiresAt: '2026-05-01T12:00:10.000Z', considered: {}, tasks: [] };
      self.bucket.put(key, { ...own, runs: [cronRun('Succeeded'), cronRun('Sent')] });
      await run(self, 'queue purge dev/worker --confirm dev/worker');
      const missed = { endedAt: '2026-05-01T12:00:00.000Z', reason: 'its message was purged' };
      expect(self.bucket.json(key)).to.deep.equal({
        ...own,
        runs: [cronRun('Succeeded'), { ...cronRun('Missed'), ...missed }],
      });
    });

    it('explains that SQS purges a queue once a minute', async () => {
      await run(self, 'queue purge dev/worker --confirm dev/worker');
      const error = await errorOf(self, 'queue purge dev/worker --confirm dev/worker');
      expect(error.message).to.equal(
        'dev/worker was purged less than a minute ago; SQS allows one purge a minute.',
      );
      expect(error.exitCode).to.equal(5);
    });
  });
});
