import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'chai';
import { awsOf, type Aws } from '../support/aws.ts';
import { ask, keepAsking, until } from '../support/client.ts';
import { edit, must, startCloud, type TestCloud } from '../support/cloud.ts';

/** prod: several instances behind a load balancer, and a worker. Each step builds on the one before. */
describe('prod, behind a load balancer', () => {
  let cloud: TestCloud;
  let aws: Aws;
  const host = 'www.mywordpress.example';
  const stacks = ['application', 'prod'];
  const group = async () => {
    const { AutoScalingGroups = [] } = await aws.autoscaling.describeAutoScalingGroups({
      Filters: [
        { Name: 'tag:beanpole:environment', Values: ['web'] },
        { Name: 'tag:beanpole:slot', Values: ['blue'] },
      ],
    });
    return AutoScalingGroups[0];
  };
  /** The lifecycle state of the web environment's instances, by id. */
  const instances = async (): Promise<ReadonlyMap<string, string>> =>
    new Map(
      (await group())?.Instances?.map(({ InstanceId = '', LifecycleState = '' }) => [
        InstanceId,
        LifecycleState,
      ]),
    );
  /** Who is in the load balancer, by id, with the health that it sees. */
  const targets = async (): Promise<ReadonlyMap<string, string>> => {
    const { TargetGroups = [] } = await aws.elb.describeTargetGroups({});
    const blue = TargetGroups.find(({ TargetGroupName }) => TargetGroupName?.includes('-blue-'));
    const { TargetHealthDescriptions = [] } = await aws.elb.describeTargetHealth({
      TargetGroupArn: blue?.TargetGroupArn,
    });
    return new Map(
      TargetHealthDescriptions.map(({ Target, TargetHealth }) => [
        Target?.Id ?? '',
        TargetHealth?.State ?? '',
      ]),
    );
  };
  const healthy = async (): Promise<string[]> =>
    [...(await targets())].filter(([, state]) => state === 'healthy').map(([id]) => id);
  const page = () => ask(cloud.frontDoorPort, host);
  const instanceOn = (body: string) => /id="instance">([^<]*)</.exec(body)?.[1];

  before(async () => {
    cloud = await startCloud();
    aws = awsOf(cloud);
    // Short times, so that a version that never gets healthy is given up soon.
    edit(join(cloud.project, 'Pulumi.prod.yaml'), (text) =>
      text.replace(
        'healthCheckPath: /health\n',
        `healthCheckPath: /health
      startTimeoutSeconds: 10
      drainTimeoutSeconds: 5
      healthCheckIntervalSeconds: 5
      healthCheckTimeoutSeconds: 2
      healthyThresholdCount: 2
      deregistrationDelaySeconds: 5
`,
      ),
    );
  });
  after(() => cloud.remove());

  it('comes up with the placeholder page on every instance', async () => {
    for (const stack of stacks) await cloud.up(stack);
    await until('two instances are healthy', 120, async () => (await healthy()).length === 2);
    const { status, version } = await page();
    expect({ status, version }).to.deep.equal({ status: 200, version: '' });
  });

  it('shows a version that was made and deployed, on every instance', async () => {
    await must(cloud.beanpole('version', 'create', 'v1'));
    await must(cloud.beanpole('deploy', 'prod', '--version', 'v1'));
    await until('both instances answered with v1', 30, async () => (await answering('v1', 10)).size === 2);
  });

  it('hands an entry of the form to the worker, which logs it', async () => {
    const text = 'An entry of the scenario';
    const { status } = await ask(cloud.frontDoorPort, host, '/entries', undefined, { author: 'Ada', text });
    expect(status).to.equal(303);
    await until('the worker has logged it', 60, async () =>
      (await must(cloud.beanpole('logs', 'prod/worker', '--kind', 'application'))).includes(text),
    );
  });

  it('replaces one version by the next without losing a request', async () => {
    await must(cloud.beanpole('version', 'create', 'v2'));
    const clients = keepAsking(cloud.frontDoorPort, host);
    await must(cloud.beanpole('deploy', 'prod', '--version', 'v2'));
    await until('both instances answered with v2', 30, async () => (await answering('v2', 10)).size === 2);
    expect(await clients.stop()).to.deep.equal(['v1', 'v2']);
  });

  it('boots what is added at the current version, and lets it in only then', async () => {
    const before = await instances();
    const clients = keepAsking(cloud.frontDoorPort, host);
    await aws.autoscaling.setDesiredCapacity({
      AutoScalingGroupName: (await group())?.AutoScalingGroupName,
      DesiredCapacity: 3,
    });
    const seen: string[] = [];
    await until('three instances are healthy', 120, async () => {
      // First the load balancer: whoever is in it already is past the launch hook.
      const inside = await targets();
      for (const [id, state] of await instances())
        if (!before.has(id)) seen.push(`${state}${inside.has(id) ? ' inside' : ''}`);
      return (await healthy()).length === 3;
    });
    expect(seen).to.include('Pending:Wait');
    expect(seen).not.to.include('Pending:Wait inside');
    await until('the new one answers, too', 30, async () => (await answering('v2', 12)).size === 3);
    expect(await clients.stop()).to.deep.equal(['v2']);
  });

  it('replaces an instance that was killed behind its back', async () => {
    const before = await instances();
    const [victim = ''] = before.keys();
    await aws.ec2.terminateInstances({ InstanceIds: [victim] });
    await until('another one has taken its place', 120, async () => {
      const now = await healthy();
      return now.length === 3 && !now.includes(victim) && now.some((id) => !before.has(id));
    });
    await until('all three answer', 30, async () => (await answering('v2', 12)).size === 3);
    expect((await page()).version).to.equal('v2');
  });

  it('goes back when a version never gets healthy, and the old one answers all the time', async () => {
    edit(join(cloud.project, 'app/server.js'), (text) =>
      text.replace("app.get('/health', (_request, reply) => {", (start) => `${start}\n  reply.code(500);`),
    );
    await must(cloud.beanpole('version', 'create', 'sick'));
    const clients = keepAsking(cloud.frontDoorPort, host);
    const { code, stderr } = await cloud.beanpole('deploy', 'prod/web', '--version', 'sick');
    expect(code).to.equal(3);
    expect(stderr).to.contain('/health did not pass within 10 s: it answered 500');
    expect(await clients.stop()).to.deep.equal(['v2']);
    expect(await must(cloud.beanpole('status', 'prod'))).to.match(/prod\/web +WebServer +v2/);
  });

  it('is interrupted by Ctrl-C in order, and the next command continues', async () => {
    const deploy = cloud.startBeanpole(['deploy', 'prod/web', '--version', 'v1']);
    let output = '';
    deploy.stderr.on('data', (text: Buffer) => (output += text.toString()));
    await until('the deployment has begun', 60, async () => output.includes('Send v1'));
    deploy.kill('SIGINT');
    const [code] = (await once(deploy, 'close')) as [number];
    expect(code, output).to.equal(130);
    await until('another deployment is let in', 60, async () => {
      const next = await cloud.beanpole('deploy', 'prod/web', '--version', 'v2');
      return next.code === 0;
    });
    await until('all three answer with v2', 30, async () => (await answering('v2', 12)).size === 3);
  });

  it('shows no change after all of this, in no stack', async () => {
    for (const stack of stacks) await cloud.atRest(stack);
  });

  /** The instances that answered some requests with this version; another version is an error. */
  async function answering(version: string, requests: number): Promise<ReadonlySet<string | undefined>> {
    const replies = await Promise.all(Array.from({ length: requests }, () => page()));
    expect(new Set(replies.map((reply) => reply.version))).to.deep.equal(new Set([version]));
    return new Set(replies.map(({ body }) => instanceOn(body)));
  }
});
