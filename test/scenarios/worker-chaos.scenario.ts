import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { awsOf, type Aws } from '../support/aws.ts';
import { until } from '../support/client.ts';
import { edit, must, startCloud, type TestCloud } from '../support/cloud.ts';
import { processesOn } from '../support/instance-processes.ts';
import { powerCut } from '../support/machines.ts';
import { writeJournalingApplication } from './worker-chaos/application.ts';
import { Dice } from './worker-chaos/dice.ts';
import {
  begunAfterwards,
  Journal,
  repeated,
  wasInFlight,
  type Job,
  type Kill,
  type Note,
} from './worker-chaos/journal.ts';
import { jobsFrom, sendAll, type JobBody } from './worker-chaos/producer.ts';

const messages = Number(process.env.CHAOS_MESSAGES ?? 20_000);
const seed = Number(process.env.CHAOS_SEED ?? 20_261);
/** How often each happens. The first four kill by force; the others are everyday life and may repeat nothing. */
const times = {
  'kill the agent': 5,
  'kill the application': 4,
  'kill the instance': 2,
  'kill the cloud': 2,
  'restart the agent': 2,
  'replace the instance': 1,
} as const;
type Happening = keyof typeof times;

/** What the command lines of those processes hold that it meets. */
const meets: Record<Happening, string> = {
  'kill the agent': 'agent.mjs run',
  'kill the application': 'server.js',
  'kill the instance': '',
  'kill the cloud': '',
  'restart the agent': 'agent.mjs run',
  'replace the instance': '',
};

/** A worker environment of two instances; whatever happens to it happens at random moments, by a seed. */
describe(`a worker environment in chaos (CHAOS_SEED=${seed})`, () => {
  let cloud: TestCloud;
  let aws: Aws;
  let journal: Journal;
  let queueUrl: string;
  let deadLetterQueueUrl: string;
  const dice = new Dice(seed);
  const kills: Kill[] = [];
  /** Messages that a killed agent had noted as handled: where, and when that was seen. */
  const handled = new Map<string, Note>();

  const inService = async (): Promise<string[]> => {
    const { AutoScalingGroups = [] } = await aws.autoscaling.describeAutoScalingGroups({
      Filters: [{ Name: 'tag:beanpole:slot', Values: ['blue'] }],
    });
    return (AutoScalingGroups[0]?.Instances ?? [])
      .filter(({ LifecycleState }) => LifecycleState === 'InService')
      .map(({ InstanceId = '' }) => InstanceId)
      .toSorted();
  };
  const depth = async (QueueUrl: string): Promise<number> => {
    const { Attributes = {} } = await aws.sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['All'] });
    return (
      Number(Attributes.ApproximateNumberOfMessages) +
      Number(Attributes.ApproximateNumberOfMessagesNotVisible) +
      Number(Attributes.ApproximateNumberOfMessagesDelayed)
    );
  };

  before(async () => {
    cloud = await startCloud();
    aws = awsOf(cloud);
    journal = new Journal(join(cloud.folder, 'region/files'));
    edit(join(cloud.project, 'Pulumi.prod.yaml'), () => stackFile);
    writeJournalingApplication(join(cloud.project, 'worker'));
    for (const stack of ['application', 'prod']) await cloud.up(stack);
    await must(cloud.beanpole('scale', 'prod/worker', '--instances', '2'));
    await must(cloud.beanpole('version', 'create', 'v1'));
    await until('two instances are in service', 90, async () => (await inService()).length === 2);
    await must(cloud.beanpole('deploy', 'prod/worker', '--version', 'v1'));
    const { QueueUrls = [] } = await aws.sqs.listQueues({});
    deadLetterQueueUrl = QueueUrls.find((url) => url.includes('dead-letter')) ?? '';
    queueUrl = QueueUrls.find((url) => url !== deadLetterQueueUrl) ?? '';
  });
  after(() => cloud.remove());

  const happenings: Record<Happening, (instance: string) => Promise<void>> = {
    'kill the agent': async (instance) => {
      await kill(instance, () => signal(instance, meets['kill the agent'], 'SIGKILL'));
      const at = Date.now();
      for (const id of notedAsHandled(instance)) handled.set(id, { instance, at });
    },
    'kill the application': (instance) =>
      kill(instance, () => signal(instance, meets['kill the application'], 'SIGKILL')),
    'kill the instance': async (instance) => {
      await kill(instance, () => signal(instance, meets['kill the instance'], 'SIGKILL'));
      // Its disk goes, too, and with it what it knew of handled messages whose deletion was under way.
      for (const [id, note] of handled) if (note.instance === instance) handled.delete(id);
    },
    'kill the cloud': async () => {
      await kill(undefined, () => powerCut(cloud));
      // The first agent to come back may receive what another one has noted and cannot delete yet.
      handled.clear();
    },
    'restart the agent': (instance) => signal(instance, meets['restart the agent'], 'SIGTERM'),
    'replace the instance': async (InstanceId) => {
      const ShouldDecrementDesiredCapacity = false;
      await aws.autoscaling.terminateInstanceInAutoScalingGroup({
        InstanceId,
        ShouldDecrementDesiredCapacity,
      });
    },
  };

  async function kill(instance: string | undefined, work: () => Promise<void>): Promise<void> {
    const from = Date.now();
    await work();
    kills.push({ instance, from, until: Date.now() });
  }

  /** Processes of an instance by what their command line holds; all of them, its init among them, for ''. */
  function signal(instance: string, command: string, name: NodeJS.Signals): Promise<void> {
    for (const pid of processesOn(cloud.folder, instance, command))
      try {
        process.kill(pid, name);
      } catch {
        // It has ended with another one.
      }
    return Promise.resolve();
  }

  const notedAsHandled = (instance: string): string[] =>
    readFileSync(join(cloud.folder, 'region/disks', instance, 'var/lib/beanpole/handled-messages'), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(' ')[0] ?? '');

  it(`handles each of ${messages} messages, and again only what was in flight on what was killed`, async () => {
    const order = dice.shuffled(
      Object.entries(times).flatMap(([what, count]) => Array<Happening>(count).fill(what as Happening)),
    );
    // By progress, not by time: in the middle of work on any machine. Each job has two lines.
    const moments = order.map(() => dice.number(messages * 1.8)).toSorted((left, right) => left - right);
    const begunAt = Date.now();
    const seconds = () => ((Date.now() - begunAt) / 1000).toFixed(1);
    const sending = sendAll(aws, queueUrl, jobsFrom(dice, messages));
    for (const [index, what] of order.entries()) {
      await until('work has come so far', 120, async () => journal.lines >= (moments[index] ?? 0));
      let victims: string[] = [];
      await until(`there is somebody to ${what}`, 90, async () => {
        const there = (id: string) => processesOn(cloud.folder, id, meets[what]).length > 0;
        victims = (await inService()).filter(there);
        return victims.length > 0;
      });
      const victim = dice.pick(victims) ?? '';
      console.log(`      ${seconds()} s: ${what} ${what === 'kill the cloud' ? '' : victim}`);
      await happenings[what](victim);
    }
    await sending;
    await until('the queue is empty', 120, async () => (await depth(queueUrl)) === 0);

    const { jobs } = journal;
    const again = repeated(jobs);
    const ended = new Set(jobs.filter(({ endedAt }) => endedAt).map(({ number }) => number));
    console.log(`      ${ended.size} messages handled in ${seconds()} s; ${again.length} begun again`);
    const lost = Array.from({ length: messages }, (_, number) => number).filter((each) => !ended.has(each));
    expect(lost, 'never handled').to.deep.equal([]);
    expect(await depth(deadLetterQueueUrl), 'dead letters').to.equal(0);
    const withoutNeed = again.filter((job) => !kills.some((each) => wasInFlight(job, each)));
    const story = withoutNeed.map(({ messageId }) => jobs.filter((job) => job.messageId === messageId));
    // The kills are part of what a failure shows: they alone explain how far off it was.
    expect(story, `in flight on nothing that was killed: ${JSON.stringify(kills)}`).to.deep.equal([]);
    expect(begunAfterwards(jobs, handled), 'noted as handled').to.deep.equal([]);
  });

  it('cuts and repeats no job when instances are taken away, and goes when the last has ended', async () => {
    await bothWork();
    const long = Array.from({ length: 90 }, (_, index) => ({ number: messages + index, milliseconds: 6000 }));
    const own = () =>
      journal.jobs.filter(({ number }) => number >= messages && number < messages + long.length);
    await sendAll(aws, queueUrl, long);
    await until('both instances have jobs under way', 20, async () => instancesOf(own()).length === 2);
    await must(cloud.beanpole('scale', 'prod/worker', '--instances', '1'));
    await until('one instance is left', 60, async () => (await instances()).length === 1);
    await until('the queue is empty', 30, async () => (await depth(queueUrl)) === 0);
    expect(own()).to.have.length(long.length);
    expect(own().filter(({ endedAt }) => endedAt === undefined)).to.deep.equal([]);
  });

  const instancesOf = (jobs: readonly Job[]) => [...new Set(jobs.map(({ instance }) => instance))].toSorted();

  /** After all that has happened to them. */
  async function bothWork(): Promise<void> {
    const since = Date.now();
    await until('two instances work', 90, async () => {
      await sendAll(aws, queueUrl, Array<JobBody>(20).fill({ number: messages * 2, milliseconds: 100 }));
      const working = instancesOf(journal.jobs.filter(({ begunAt }) => begunAt > since));
      return working.length === 2 && working.join() === (await inService()).join();
    });
  }

  const instances = async (): Promise<string[]> => {
    const Filters = [{ Name: 'instance-state-name', Values: ['running', 'shutting-down'] }];
    const { Reservations = [] } = await aws.ec2.describeInstances({ Filters });
    return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId = '' }) => InstanceId));
  };
});

const stackFile = `config:
  aws:region: eu-central-1
  beanpole:application: mywordpress
  beanpole:network: { cidr: 10.20.0.0/16, availabilityZones: 2, natGateways: Single }
  beanpole:files: { mountPath: /mnt/journal, backups: false, protection: false }
  beanpole:environments:
    worker:
      tier: Worker
      type: LoadBalanced
      instanceTypes: [t3.small]
      minSize: 1
      maxSize: 3
      startTimeoutSeconds: 20
      drainTimeoutSeconds: 2
      httpPath: /jobs
      # Shorter than some jobs: it is prolonged while they run.
      visibilityTimeoutSeconds: 10
      inactivityTimeoutSeconds: 20
      errorVisibilityTimeoutSeconds: 1
`;
