import { join } from 'node:path';
import { paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import type { PeekedMessage } from '../../cli/queue/peek.ts';
import type { CronRun, CronSchedule } from '../../model/schemas.ts';
import { awsOf, type Aws } from '../support/aws.ts';
import { until } from '../support/client.ts';
import { edit, must, startCloud, type TestCloud } from '../support/cloud.ts';
import { processesOn } from '../support/instance-processes.ts';
import { writeMoodyApplication, type Posted } from './worker/application.ts';

/** Two workers, one with a standard and one with a FIFO queue, and an application that is not always good. */
describe('a worker environment', () => {
  let cloud: TestCloud;
  let aws: Aws;
  let queues: Record<'jobs' | 'orders', string>;

  before(async () => {
    cloud = await startCloud();
    aws = awsOf(cloud);
    edit(join(cloud.project, 'Pulumi.dev.yaml'), () => stackFile);
    writeMoodyApplication(join(cloud.project, 'worker'), cronYaml);
    for (const stack of ['application', 'dev']) await cloud.up(stack);
    await must(cloud.beanpole('version', 'create', 'v1'));
    await must(cloud.beanpole('deploy', 'dev', '--version', 'v1'));
    const { QueueUrls = [] } = await aws.sqs.listQueues({});
    const own = QueueUrls.filter((url) => !url.includes('dead-letter'));
    queues = {
      jobs: own.find((url) => !url.endsWith('.fifo')) ?? '',
      orders: own.find((url) => url.endsWith('.fifo')) ?? '',
    };
  });
  after(() => cloud.remove());

  const json = async <T>(...args: string[]): Promise<T> =>
    JSON.parse(await must(cloud.beanpole(...args, '--json'))) as T;
  /** What the application of an environment has been posted, as it has logged it. */
  const posted = async (environment: 'jobs' | 'orders' = 'jobs'): Promise<Posted[]> => {
    const logGroupName = `/beanpole/mywordpress/dev/${environment}/application`;
    const pages = paginateFilterLogEvents({ client: aws.logs }, { logGroupName, filterPattern: '"path"' });
    const all: Posted[] = [];
    for await (const { events = [] } of pages)
      all.push(...events.map(({ message = '' }) => JSON.parse(message) as Posted));
    return all.toSorted((left, right) => left.at - right.at);
  };
  const send = (body: object) =>
    aws.sqs.sendMessage({ QueueUrl: queues.jobs, MessageBody: JSON.stringify(body) });
  const deadLetters = () => json<PeekedMessage[]>('queue', 'peek', 'dev/jobs');

  it('posts a message with all of its headers, whatever attributes it has', async () => {
    await aws.sqs.sendMessage({
      QueueUrl: queues.jobs,
      MessageBody: '{"text":"Grüße"}',
      MessageAttributes: {
        colour: { DataType: 'String', StringValue: 'grün' },
        'order.number': { DataType: 'Number.int', StringValue: '7' },
        bytes: { DataType: 'Binary.png', BinaryValue: Buffer.from([0, 255]) },
        lines: { DataType: 'String', StringValue: 'one\ntwo' },
      },
    });
    await until('it is posted', 20, async () => (await posted()).length > 0);
    const [{ path, body, headers } = { path: '', body: '', headers: {} }] = await posted();
    expect([path, body]).to.deep.equal(['/jobs', '{"text":"Grüße"}']);
    expect(headers).to.include({
      'content-type': 'application/json',
      'x-aws-sqsd-queue': queues.jobs.split('/').at(-1),
      'x-aws-sqsd-receive-count': '1',
      'x-aws-sqsd-attr-colour': Buffer.from('grün').toString('latin1'),
      'x-aws-sqsd-attr-order.number': '7',
    });
    expect(Object.keys(headers)).to.include.members([
      'x-aws-sqsd-msgid',
      'x-aws-sqsd-sent-at',
      'x-aws-sqsd-first-received-at',
      'x-aws-sqsd-sender-id',
    ]);
    expect(Object.keys(headers)).not.to.include.members(['x-aws-sqsd-attr-bytes', 'x-aws-sqsd-attr-lines']);
  });

  it('moves what cannot be done to the dead letters, with the reason, while the rest is done', async () => {
    const moods = ['fails', 'hangs', 'closes', 'talks on', 'is busy'];
    for (const mood of moods) await send({ mood });
    for (let number = 1; number < 20; number++) await send({ number });
    await must(cloud.beanpole('queue', 'send', 'dev/jobs', '--body', '{"number":20}'));
    await until('the good ones are done', 20, async () => {
      const done = (await posted()).filter(({ body }) => body.includes('number'));
      return new Set(done.map(({ body }) => body)).size === 20;
    });
    await until('three are dead letters', 60, async () => (await deadLetters()).length === 3);
    const letters = (await deadLetters()).map(({ body, reason, receives }) => [body, reason, receives]);
    expect(letters).to.have.deep.members([
      ['{"mood":"fails"}', 'the application answered 500', 2],
      ['{"mood":"closes"}', 'the application did not take it: socket hang up', 2],
      ['{"mood":"hangs"}', 'the application did not take it: The application did not answer within 2 s.', 2],
    ]);
    const status = await json<Record<string, number>>('queue', 'status', 'dev/jobs');
    expect(status).to.include({ waiting: 0, inFlight: 0, deadLetters: 3 });
  });

  it('brings a message back when the application wants it, not before', async () => {
    const [first, second, ...more] = (await posted()).filter(({ body }) => body === '{"mood":"is busy"}');
    expect(more).to.deep.equal([]);
    expect((second?.at ?? 0) - (first?.at ?? 0)).to.be.at.least(4000);
    expect(second?.headers['x-aws-sqsd-receive-count']).to.equal('2');
  });

  it('gives dead letters to the workers again, and forgets them when it is told so', async () => {
    const before = (await posted()).length;
    expect(await json('queue', 'redrive', 'dev/jobs')).to.deep.equal({ moved: 3 });
    await until('they are posted again', 20, async () => (await posted()).length >= before + 3);
    await until('they are dead letters again', 60, async () => (await deadLetters()).length === 3);
    const refused = await cloud.beanpole('queue', 'purge', 'dev/jobs', '--dead-letters');
    expect([refused.code, refused.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && text.includes('--confirm dev/jobs'),
    );
    await must(cloud.beanpole('queue', 'purge', 'dev/jobs', '--dead-letters', '--confirm', 'dev/jobs'));
    expect(await deadLetters()).to.deep.equal([]);
  });

  it('keeps the order of each group of a FIFO queue, also when one fails, and no group waits for another', async () => {
    const order = (group: string, number: number, mood = 'good') =>
      aws.sqs.sendMessage({
        QueueUrl: queues.orders,
        MessageBody: JSON.stringify({ group, number, mood }),
        MessageGroupId: group,
      });
    await order('a', 1, 'fails once');
    for (let number = 2; number <= 4; number++) await order('a', number);
    for (let number = 1; number <= 4; number++) await order('b', number);
    const done = async (group: string) =>
      (await posted('orders'))
        .filter(({ path }) => path === '/orders')
        .map(({ body }) => JSON.parse(body) as { group: string; number: number })
        .filter((each) => each.group === group)
        .map(({ number }) => number);
    await until('all are done', 30, async () => (await done('a')).length === 5);
    expect([await done('a'), await done('b')]).to.deep.equal([
      [1, 1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
  });

  it('runs a periodic task when it is due and when it is told to, and knows how that ended', async () => {
    await must(cloud.beanpole('cron', 'run', 'dev/jobs', '--task', 'every minute'));
    const runs = () => json<CronRun[]>('cron', 'history', 'dev/jobs', '--task', 'every minute');
    await until('a run on time and one by hand have ended', 90, async () => {
      const ended = (await runs()).filter(({ state }) => state === 'Succeeded');
      return ['Schedule', 'Manual'].every((trigger) => ended.some((run) => run.trigger === trigger));
    });
    const ticks = (await posted()).filter(({ path }) => path === '/tick');
    expect(ticks.every(({ body }) => body === '')).to.equal(true);
    const posts = ticks.map(({ headers }) => Date.parse(headers['x-aws-sqsd-scheduled-at'] ?? ''));
    const all = await runs();
    const onTime = all.filter(({ trigger }) => trigger !== 'Manual').map(({ dueAt }) => dueAt);
    expect(new Set(onTime).size, 'one run for each due time').to.equal(onTime.length);
    const due = all.map(({ dueAt }) => Date.parse(dueAt));
    // A run by hand may be due in the same second as one on time.
    for (const time of posts)
      expect(times(posts, time), 'one message for each run').to.be.at.most(times(due, time));
    expect(new Set(ticks.map(({ headers }) => headers['x-aws-sqsd-taskname']))).to.deep.equal(
      new Set(['every minute']),
    );
  });

  it('publishes what it does each minute', async () => {
    await until('status tells of it', 90, async () => {
      const { handledPerMinute, failuresPerMinute } = await json<Record<string, number | null>>(
        'queue',
        'status',
        'dev/jobs',
      );
      return (handledPerMinute ?? 0) > 0 && failuresPerMinute !== null;
    });
  });

  it('goes on scheduling within 15 s when the instance that does it is gone', async () => {
    const schedule = async () => {
      const { Body } = await aws.s3.getObject({
        Bucket: bucket,
        Key: 'environments/dev/jobs/cron/schedule.json',
      });
      return JSON.parse((await Body?.transformToString()) ?? '') as CronSchedule;
    };
    const { Buckets = [] } = await aws.s3.listBuckets({});
    const bucket = Buckets.map(({ Name = '' }) => Name).find((name) => name.includes('mywordpress')) ?? '';
    const holder = (await schedule()).holder ?? '';
    expect(holder).to.match(/^i-/);
    for (const pid of processesOn(cloud.folder, holder, ''))
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended with another one.
      }
    await until('another one has the lease', 15, async () => {
      const { holder: now } = await schedule();
      return now !== null && now !== holder;
    });
  });

  it('refuses a version with a malformed cron.yaml, with line and reason, and goes on with its own tasks', async () => {
    const broken = cronYaml
      .replace("'* * * * *'", "'* * * *'")
      .replace('name: nightly', 'name: every minute');
    writeMoodyApplication(join(cloud.project, 'worker'), broken);
    await must(cloud.beanpole('version', 'create', 'v2'));
    const { code, stderr } = await cloud.beanpole('deploy', 'dev/jobs', '--version', 'v2');
    expect(code).to.equal(3);
    expect(stderr).to.include('cron.yaml cannot be used: line 5: "schedule"');
    expect(stderr).to.include('line 6: there are two tasks named "every minute"');
    const [environment] = await json<{ version: string }[]>('status', 'dev/jobs');
    expect(environment?.version).to.equal('v1');
    const tasks = await json<{ name: string }[]>('cron', 'list', 'dev/jobs');
    expect(tasks.map(({ name }) => name)).to.deep.equal(['every minute', 'nightly']);
  });
});

const times = (all: readonly number[], one: number): number => all.filter((each) => each === one).length;

const cronYaml = `version: 1
cron:
  - name: every minute
    url: /tick
    schedule: '* * * * *'
  - name: nightly
    url: /nightly
    schedule: '30 3 * * *'
    timezone: Europe/Berlin
    catch_up: none
`;

const stackFile = `config:
  aws:region: eu-central-1
  beanpole:application: mywordpress
  beanpole:network: { cidr: 10.10.0.0/16, availabilityZones: 2, natGateways: Single }
  beanpole:environments:
    jobs:
      tier: Worker
      type: LoadBalanced
      instanceTypes: [t3.micro]
      minSize: 2
      maxSize: 2
      startTimeoutSeconds: 20
      httpPath: /jobs
      inactivityTimeoutSeconds: 2
      errorVisibilityTimeoutSeconds: 1
      maxRetries: 2
    orders:
      tier: Worker
      type: SingleInstance
      instanceTypes: [t3.micro]
      startTimeoutSeconds: 20
      queueType: Fifo
      httpPath: /orders
      errorVisibilityTimeoutSeconds: 1
`;
