import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { expect } from 'chai';
import { WorkerDaemon } from '../../../agent/worker-daemon/daemon.ts';
import type { Posting } from '../../../agent/worker-daemon/target.ts';
import { workerDaemon } from '../../../model/schemas.ts';
import { heldClock } from '../support/test-clock.ts';

const settings = workerDaemon.parse({
  queueUrl: 'http://sqs/1/jobs',
  deadLetterQueueUrl: '',
  httpPath: '/jobs',
  httpConnections: 2,
  visibilityTimeoutSeconds: 60,
});
const message = (id: string): Message => ({ MessageId: id, ReceiptHandle: `handle-${id}`, Body: id });

/** An application whose answers the test gives. */
class Application {
  readonly port: number;
  readonly posts: { posting: Posting; answer: (status: number) => void; fail: (error: Error) => void }[] = [];
  isRetired = false;
  constructor(port: number) {
    this.port = port;
  }
  post(posting: Posting): Promise<number> {
    return new Promise((answer, fail) => this.posts.push({ posting, answer, fail }));
  }
  retire(): void {
    this.isRetired = true;
  }
}

describe('the worker daemon', () => {
  const client = new SQSClient({ region: 'eu-central-1' });
  const sqs = mockClient(client);
  let clock: ReturnType<typeof heldClock>;
  let waiting: { give: (messages: Message[]) => void; size: number; fail: (error: Error) => void }[];
  let applications: Application[];
  let problems: string[];
  let daemon: WorkerDaemon;

  beforeEach(() => {
    sqs.reset();
    clock = heldClock();
    waiting = [];
    applications = [];
    problems = [];
    sqs.on(ReceiveMessageCommand).callsFake(
      ({ MaxNumberOfMessages }: { MaxNumberOfMessages: number }) =>
        new Promise((resolve, reject) => {
          const give = (messages: Message[]) => {
            resolve({ Messages: messages });
          };
          waiting.push({ give, size: MaxNumberOfMessages, fail: reject });
        }),
    );
    sqs.on(DeleteMessageBatchCommand).resolves({ Failed: [] });
    sqs.on(ChangeMessageVisibilityBatchCommand).resolves({ Failed: [] });
    daemon = new WorkerDaemon({
      sqs: client,
      clock,
      settings,
      targetFor: (port) => {
        const application = new Application(port);
        applications.push(application);
        return application;
      },
      onProblem: (_severity, text) => problems.push(text),
    });
  });

  /** Lets everything happen that can happen without time passing. */
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  const pass = async (milliseconds: number) => {
    clock.advance(milliseconds);
    await settle();
  };
  const deleted = () =>
    sqs
      .commandCalls(DeleteMessageBatchCommand)
      .flatMap(({ args }) => args[0].input.Entries?.map(({ ReceiptHandle }) => ReceiptHandle) ?? []);
  const delayed = () =>
    sqs
      .commandCalls(ChangeMessageVisibilityBatchCommand)
      .flatMap(
        ({ args }) =>
          args[0].input.Entries?.map(({ ReceiptHandle, VisibilityTimeout }) => [
            ReceiptHandle,
            VisibilityTimeout,
          ]) ?? [],
      );

  it('polls only when there is somebody to handle messages', async () => {
    await settle();
    expect(waiting).to.have.length(0);
    daemon.aimAt(5101);
    await settle();
    expect(waiting.map(({ size }) => size)).to.deep.equal([2]);
    expect(sqs.commandCalls(ReceiveMessageCommand)[0]?.args[0].input).to.include({
      WaitTimeSeconds: 20,
      VisibilityTimeout: 60,
    });
  });

  it('takes the next message as soon as one is done, and deletes those answered with any 2xx', async () => {
    daemon.aimAt(5101);
    await settle();
    waiting[0]?.give([message('a'), message('b')]);
    await settle();
    expect(waiting).to.have.length(1);
    applications[0]?.posts[0]?.answer(204);
    await settle();
    await pass(50);
    expect(deleted()).to.deep.equal(['handle-a']);
    expect(waiting.map(({ size }) => size)).to.deep.equal([2, 1]);
    expect(applications[0]?.posts[1]?.posting).to.include({ path: '/jobs', body: 'b' });
  });

  for (const { title, end } of [
    { title: 'a refusal', end: (application: Application) => application.posts[0]?.answer(500) },
    { title: 'a redirect', end: (application: Application) => application.posts[0]?.answer(302) },
    {
      title: 'no answer',
      end: (application: Application) => application.posts[0]?.fail(new Error('ECONNREFUSED')),
    },
  ])
    it(`gives a message back after ${title}, for the error visibility timeout`, async () => {
      daemon.aimAt(5101);
      await settle();
      waiting[0]?.give([message('a')]);
      await settle();
      end(applications[0]!);
      await settle();
      await pass(50);
      expect([delayed(), deleted()]).to.deep.equal([[['handle-a', 2]], []]);
      expect(problems[0]).to.include('Message a');
    });

  it('keeps a message invisible while it is being handled', async () => {
    daemon.aimAt(5101);
    await settle();
    waiting[0]?.give([message('a')]);
    await settle();
    await pass(30_000);
    await pass(50);
    expect(delayed()).to.deep.equal([['handle-a', 60]]);
    applications[0]?.posts[0]?.answer(200);
    await settle();
    await pass(50);
    expect(deleted()).to.deep.equal(['handle-a']);
  });

  it('gives new messages to the new process while the old one finishes its own', async () => {
    daemon.aimAt(5101);
    await settle();
    waiting[0]?.give([message('a')]);
    await settle();
    daemon.aimAt(5102);
    await settle();
    waiting.at(-1)?.give([message('b')]);
    await settle();
    expect(
      applications.map(({ port, posts, isRetired }) => [
        port,
        posts.map(({ posting }) => posting.body),
        isRetired,
      ]),
    ).to.deep.equal([
      [5101, ['a'], true],
      [5102, ['b'], false],
    ]);
    applications[0]?.posts[0]?.answer(200);
    await settle();
    await pass(50);
    expect(deleted()).to.deep.equal(['handle-a']);
  });

  it('stops polling at once and ends when the last message is handled', async () => {
    daemon.aimAt(5101);
    await settle();
    waiting[0]?.give([message('a')]);
    await settle();
    let isStopped = false;
    void daemon.stop().then(() => (isStopped = true));
    await settle();
    expect(isStopped).to.equal(false);
    waiting.at(-1)?.give([message('already taken')]);
    await settle();
    await pass(1000);
    applications[0]?.posts[1]?.answer(200);
    await settle();
    const polls = waiting.length;
    applications[0]?.posts[0]?.answer(200);
    await settle();
    await pass(50);
    expect([isStopped, deleted(), waiting.length]).to.deep.equal([
      true,
      ['handle-already taken', 'handle-a'],
      polls,
    ]);
  });

  it('goes on with a pause when the queue cannot be polled', async () => {
    daemon.aimAt(5101);
    await settle();
    waiting[0]?.fail(new Error('service unavailable'));
    await settle();
    expect(daemon.problem).to.include('cannot be polled: service unavailable');
    expect(waiting).to.have.length(1);
    await pass(500);
    expect(waiting).to.have.length(2);
    waiting[1]?.give([]);
    await settle();
    expect(daemon.problem).to.equal(undefined);
  });

  it('throws a message away that is older than the retention period', async () => {
    daemon.aimAt(5101);
    await settle();
    const first = clock.now() - 345_600_001;
    waiting[0]?.give([
      { ...message('old'), Attributes: { ApproximateFirstReceiveTimestamp: String(first) } },
    ]);
    await settle();
    await pass(50);
    expect([deleted(), applications[0]?.posts.length]).to.deep.equal([['handle-old'], 0]);
  });
});
