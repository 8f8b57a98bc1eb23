import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { expect } from 'chai';
import { WorkerDaemon } from '../../../agent/worker-daemon/daemon.ts';
import type { HandledMessages } from '../../../agent/worker-daemon/handled.ts';
import type { Posting, Reply } from '../../../agent/worker-daemon/target.ts';
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
  readonly posts: {
    posting: Posting;
    answer: (status: number, retryAfter?: string) => void;
    fail: (error: Error) => void;
  }[] = [];
  isRetired = false;
  constructor(port: number) {
    this.port = port;
  }
  post(posting: Posting): Promise<Reply> {
    return new Promise((resolve, fail) => {
      const answer = (status: number, retryAfter?: string) => {
        resolve({ status, retryAfter });
      };
      this.posts.push({ posting, answer, fail });
    });
  }
  cut(): void {
    for (const { fail } of this.posts) fail(new Error('socket hang up'));
  }
  retire(): void {
    this.isRetired = true;
  }
}

/** What is handled, without a disk. */
class Memory implements Pick<HandledMessages, 'add' | 'all' | 'forget' | 'has'> {
  all: { id: string; receiptHandle: string }[] = [];
  add(each: { id: string; receiptHandle: string }): void {
    this.all.push(each);
  }
  forget(id: string): void {
    this.all = this.all.filter((each) => each.id !== id);
  }
  has(id: string): boolean {
    return this.all.some((each) => each.id === id);
  }
}

describe('the worker daemon', () => {
  const client = new SQSClient({ region: 'eu-central-1' });
  const sqs = mockClient(client);
  let clock: ReturnType<typeof heldClock>;
  let waiting: { give: (messages: Message[]) => void; size: number; fail: (error: Error) => void }[];
  let applications: Application[];
  let problems: string[];
  let handled: Memory;
  let taskEnds: { name: string; recorded: () => void }[];
  let daemon: WorkerDaemon;

  beforeEach(() => {
    sqs.reset();
    clock = heldClock();
    waiting = [];
    applications = [];
    problems = [];
    handled = new Memory();
    taskEnds = [];
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
      handled,
      random: () => 0,
      targetFor: (port) => {
        const application = new Application(port);
        applications.push(application);
        return application;
      },
      onProblem: (_severity, text) => problems.push(text),
      onTaskEnd: ({ name }) => new Promise((recorded) => taskEnds.push({ name, recorded })),
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

  it('gives back at once what a poll still brings when there is nobody to handle messages any more', async () => {
    daemon.aimAt(5101);
    await settle();
    daemon.pause();
    waiting[0]?.give([message('a')]);
    await settle();
    await pass(50);
    expect([delayed(), applications[0]?.posts]).to.deep.equal([[['handle-a', 0]], []]);
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
    // One for the free connection, two to be ready when the application answers so fast.
    expect(waiting.map(({ size }) => size)).to.deep.equal([2, 3]);
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
    void daemon.stop(30_000).then(() => (isStopped = true));
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

  it('moves a message to the dead-letter queue after its last delivery, with the reason', async () => {
    sqs.on(SendMessageCommand).resolves({});
    daemon.aimAt(5101);
    await settle();
    waiting[0]?.give([{ ...message('a'), Attributes: { ApproximateReceiveCount: '10' } }]);
    await settle();
    applications[0]?.posts[0]?.answer(500);
    await settle();
    await pass(50);
    const [letter] = sqs.commandCalls(SendMessageCommand);
    expect(letter?.args[0].input.MessageAttributes?.['beanpole.reason']?.StringValue).to.equal(
      'the application answered 500',
    );
    expect([deleted(), daemon.takeCounts()]).to.deep.equal([
      ['handle-a'],
      { handled: 0, failures: 1, deadLetters: 1, oldestSeconds: 0, inFlight: 0 },
    ]);
  });

  it('leaves the last message to SQS when it cannot move it itself', async () => {
    sqs.on(SendMessageCommand).rejects(new Error('no'));
    daemon.aimAt(5101);
    await settle();
    waiting[0]?.give([{ ...message('a'), Attributes: { ApproximateReceiveCount: '10' } }]);
    await settle();
    applications[0]?.posts[0]?.answer(500);
    await settle();
    await pass(50);
    expect([delayed(), deleted()]).to.deep.equal([[['handle-a', 0]], []]);
  });

  it('does not hand out again what was handled before the agent was killed', async () => {
    handled.add({ id: 'a', receiptHandle: 'handle-old' });
    daemon.aimAt(5101);
    await settle();
    waiting[0]?.give([message('a'), message('b')]);
    await settle();
    await pass(50);
    expect(applications[0]?.posts.map(({ posting }) => posting.body)).to.deep.equal(['b']);
    expect(deleted()).to.deep.equal(['handle-a']);
  });

  it('gives back at once what has not ended when the grace period is over', async () => {
    daemon.aimAt(5101);
    await settle();
    waiting[0]?.give([message('a')]);
    await settle();
    const stopped = daemon.stop(30_000);
    waiting.at(-1)?.give([]);
    await settle();
    expect(delayed()).to.deep.equal([]);
    await pass(30_000);
    await pass(50);
    await stopped;
    expect([delayed().at(-1), deleted()]).to.deep.equal([['handle-a', 0], []]);
  });

  it('gives a message back at once when its process was ended by a deployment', async () => {
    daemon.aimAt(5101);
    await settle();
    waiting[0]?.give([message('a')]);
    await settle();
    daemon.aimAt(5102);
    applications[0]?.posts[0]?.fail(new Error('socket hang up'));
    await settle();
    await pass(50);
    expect(delayed()).to.deep.equal([['handle-a', 0]]);
  });

  it('records the end of a periodic task before its message is forgotten', async () => {
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    daemon.aimAt(5101);
    await settle();
    waiting[0]?.give([
      {
        ...message('a'),
        MessageAttributes: {
          'beanstalk.sqsd.path': text('/tasks/clean'),
          'beanstalk.sqsd.task_name': text('clean'),
          'beanstalk.sqsd.scheduled_time': text('2026-01-01T00:00:00Z'),
        },
      },
    ]);
    await settle();
    applications[0]?.posts[0]?.answer(200);
    await settle();
    await pass(50);
    expect([taskEnds.map(({ name }) => name), handled.all, deleted()]).to.deep.equal([['clean'], [], []]);
    taskEnds[0]?.recorded();
    await settle();
    await pass(50);
    expect(deleted()).to.deep.equal(['handle-a']);
  });

  it('posts a periodic task to its own path, without a body', async () => {
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    daemon.aimAt(5101);
    await settle();
    waiting[0]?.give([
      {
        ...message('a'),
        MessageAttributes: {
          'beanstalk.sqsd.path': text('/tasks/clean'),
          'beanstalk.sqsd.task_name': text('clean'),
          'beanstalk.sqsd.scheduled_time': text('2026-01-01T00:00:00Z'),
        },
      },
    ]);
    await settle();
    const posting = applications[0]?.posts[0]?.posting;
    expect(posting).to.include({ path: '/tasks/clean', body: '' });
    expect(posting?.headers).to.include({
      'X-Aws-Sqsd-Taskname': 'clean',
      'X-Aws-Sqsd-Scheduled-At': '2026-01-01T00:00:00Z',
      'Content-Length': '0',
    });
  });
});
