import { join } from 'node:path';
import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { expect } from 'chai';
import { keepAsking } from '../../tools/demo/client.ts';
import { awsOf, type Aws } from '../support/aws.ts';
import { ask, until } from '../support/client.ts';
import { edit, must, startCloud, type TestCloud } from '../support/cloud.ts';
import { writeCountingApps } from '../support/counting-apps.ts';

const host = 'www.mywordpress.example';
const jobs = Array.from({ length: 120 }, (_, index) => `job-${index}`);
const jobMilliseconds = 1000;
/** A CloudWatch minute takes five seconds: three of them scale out, fifteen scale in. */
const timeLapse = '12';

/** Load comes and goes, and so do instances, on demand and spot. Each step builds on the one before. */
describe('scaling', () => {
  let cloud: TestCloud;
  let aws: Aws;
  const group = async (environment: string): Promise<AutoScalingGroup | undefined> => {
    const { AutoScalingGroups = [] } = await aws.autoscaling.describeAutoScalingGroups({
      Filters: [
        { Name: 'tag:beanpole:environment', Values: [environment] },
        { Name: 'tag:beanpole:slot', Values: ['blue'] },
      ],
    });
    return AutoScalingGroups[0];
  };
  const desired = async (environment: string) => (await group(environment))?.DesiredCapacity;
  const inService = async (environment: string): Promise<string[]> =>
    ((await group(environment))?.Instances ?? [])
      .filter(({ LifecycleState }) => LifecycleState === 'InService')
      .map(({ InstanceId = '' }) => InstanceId);
  const lifecycles = async (ids: readonly string[]): Promise<string[]> => {
    const { Reservations = [] } = await aws.ec2.describeInstances({ InstanceIds: [...ids] });
    return Reservations.flatMap(({ Instances = [] }) => Instances)
      .map(({ InstanceLifecycle: lifecycle = 'on-demand' }) => lifecycle)
      .sort();
  };
  const notes = async (): Promise<string[]> => {
    const { status, body } = await ask(cloud.frontDoorPort, host, '/notes');
    expect(status).to.equal(200);
    return body.split('\n').filter((note) => note.startsWith('job-'));
  };

  before(async () => {
    cloud = await startCloud({ start: ['--time-lapse', timeLapse] });
    aws = awsOf(cloud);
    edit(join(cloud.project, 'Pulumi.prod.yaml'), () => stackFile);
    writeCountingApps(cloud.project, jobMilliseconds);
    for (const stack of ['application', 'prod']) await cloud.up(stack);
    await must(cloud.beanpole('version', 'create', 'v1'));
    await until('everybody is there', 120, async () => (await inService('web')).length === 2);
    await must(cloud.beanpole('deploy', 'prod', '--version', 'v1'));
  });
  after(() => cloud.remove());

  it('begins with the base on demand, and spot above it', async () => {
    expect(await lifecycles(await inService('web'))).to.deep.equal(['on-demand', 'spot']);
    expect([await desired('web'), await desired('worker')]).to.deep.equal([2, 1]);
  });

  it('adds instances under load, and takes them away when it has gone, without losing a request or a job', async () => {
    await sendJobs();
    const load = keepAsking(cloud.frontDoorPort, host);
    await until(
      'the web environment is at its maximum',
      180,
      async () => (await inService('web')).length === 4,
    );
    await until('the worker is at its maximum', 180, async () => (await inService('worker')).length === 3);
    expect(await lifecycles(await inService('web'))).to.deep.equal(['on-demand', 'spot', 'spot', 'spot']);
    const heavy = await load.stop();
    expect(heavy.failures).to.deep.equal([]);
    expect([...heavy.versions.keys()]).to.deep.equal(['v1']);

    const calm = askNowAndThen();
    await until('the web environment is at its minimum', 240, async () => (await desired('web')) === 2);
    await until('the worker is at its minimum', 240, async () => (await desired('worker')) === 1);
    await until('those that went are gone', 120, async () => {
      const [web, worker] = await Promise.all([group('web'), group('worker')]);
      return web?.Instances?.length === 2 && worker?.Instances?.length === 1;
    });
    expect(await calm.stop()).to.deep.equal([]);
    expect(await lifecycles(await inService('web'))).to.deep.equal(['on-demand', 'spot']);

    await until('all jobs are done', 120, async () => doneIn(await notes()).length === jobs.length);
    const all = await notes();
    expect(doneIn(all)).to.have.members(jobs);
    // A job that was begun and not ended would have been cut.
    expect(all.filter((note) => note.includes('.begun.'))).to.have.length(jobs.length);
    const deadLetters = await must(cloud.beanpole('queue', 'status', 'prod', '--json'));
    expect(deadLetters).not.to.match(/"deadLetters?": *[1-9]/);
  });

  it('replaces a spot instance that EC2 takes back without losing a request', async () => {
    const before = await inService('web');
    // Few enough that nothing is scaled out.
    const drill = await must(
      cloud.beanpole(
        'local',
        'drill',
        'spot',
        '--stack',
        'prod',
        '--rate',
        '5',
        '--timeout',
        '300',
        '--json',
      ),
    );
    const { requests, failures, secondsUntilWhole } = JSON.parse(drill) as Drill;
    expect(failures).to.deep.equal({});
    expect(requests).to.be.above(10);
    expect(secondsUntilWhole).to.be.above(1);
    const after = await inService('web');
    expect(after.filter((id) => before.includes(id))).to.have.length(1);
    expect(await lifecycles(after)).to.deep.equal(['on-demand', 'spot']);
    // Nobody but the instance itself has asked for it before EC2 ended it.
    const events = await must(cloud.beanpole('events', 'prod/web'));
    expect(events).to.contain('EC2 takes this spot instance back');
    const { Activities = [] } = await aws.autoscaling.describeScalingActivities({
      AutoScalingGroupName: (await group('web'))?.AutoScalingGroupName,
    });
    expect(Activities.map(({ Cause }) => Cause).join('\n')).to.contain('in response to a user request');
  });

  it('rolls out by a deployment what `up` changed in a mixed environment', async () => {
    edit(join(cloud.project, 'Pulumi.prod.yaml'), (text) => text.replace('t3.small, t3a', 't3.medium, t3a'));
    await cloud.up('prod');
    const pending = async () =>
      (
        JSON.parse(await must(cloud.beanpole('status', 'prod/web', '--json'))) as {
          infrastructureChangePending: boolean;
        }[]
      )[0]?.infrastructureChangePending;
    expect(await pending()).to.equal(true);
    await must(cloud.beanpole('deploy', 'prod/web', '--version', 'v1', '--policy', 'Immutable'));
    expect(await pending()).to.equal(false);
  });

  it('leaves nothing for Pulumi to do', async () => {
    await cloud.atRest('prod');
  });

  async function sendJobs(): Promise<void> {
    const { QueueUrls = [] } = await aws.sqs.listQueues({});
    const QueueUrl = QueueUrls.find((url) => url.includes('worker-queue') && !url.includes('dead'));
    for (let start = 0; start < jobs.length; start += 10)
      await aws.sqs.sendMessageBatch({
        QueueUrl,
        Entries: jobs
          .slice(start, start + 10)
          .map((MessageBody, index) => ({ Id: String(index), MessageBody })),
      });
  }

  /** A request now and then: what nobody asks has no metrics, and what has no metrics is not scaled in. */
  function askNowAndThen() {
    const failures: string[] = [];
    const timer = setInterval(() => {
      ask(cloud.frontDoorPort, host).then(
        ({ status }) => status === 200 || failures.push(`status ${status}`),
        (error: unknown) => failures.push(String(error)),
      );
    }, 500);
    return {
      async stop(): Promise<string[]> {
        clearInterval(timer);
        return failures;
      },
    };
  }
});

const doneIn = (notes: readonly string[]): string[] =>
  notes.filter((note) => note.includes('.done.')).map((note) => note.split('.')[0] ?? '');

interface Drill {
  readonly requests: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly secondsUntilWhole: number;
}

const stackFile = `config:
  aws:region: eu-central-1
  beanpole:application: mywordpress
  beanpole:network: { availabilityZones: 2, natGateways: Single }
  beanpole:domain: { name: mywordpress.example }
  beanpole:files: {}
  beanpole:environments:
    web:
      tier: WebServer
      type: LoadBalanced
      record: www
      instanceTypes: [t3.small, t3a.small]
      enableSpot: true
      spotFleetOnDemandBase: 1
      spotFleetOnDemandAboveBasePercentage: 0
      enableCapacityRebalancing: false
      minSize: 2
      maxSize: 4
      scaling: { requestsPerTarget: 40, warmupSeconds: 60 }
      healthCheckIntervalSeconds: 5
      healthCheckTimeoutSeconds: 2
      healthyThresholdCount: 2
      deregistrationDelaySeconds: 5
    worker:
      tier: Worker
      type: LoadBalanced
      instanceTypes: [t3.small, t3a.small]
      minSize: 1
      maxSize: 3
      scaling: { backlogPerInstance: 10, warmupSeconds: 60 }
      httpConnections: 1
      visibilityTimeoutSeconds: 30
`;
