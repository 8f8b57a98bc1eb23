import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AutoScalingClient, TerminateInstanceInAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import { ask, keepAsking, until } from '../support/client.ts';
import { edit, must, startCloud, type TestCloud } from '../support/cloud.ts';
import { greyPicture } from '../support/picture.ts';
import { createVisitor, fieldOf } from './mywordpress/visitor.ts';

/** A developer's way with a single instance, in one go: each step builds on the one before. */
describe('dev, a single instance', () => {
  let cloud: TestCloud;
  const host = 'dev.mywordpress.example';
  const answers = (version: string) =>
    until(
      `${host} answers with ${version}`,
      60,
      async () => (await ask(cloud.frontDoorPort, host)).version === version,
    );
  const status = async () => must(cloud.beanpole('status', 'dev'));

  before(async () => {
    cloud = await startCloud();
  });
  after(() => cloud.remove());

  it('says which stack is missing, and how to make it', async () => {
    await must(cloud.pulumi('stack', 'select', '--create', 'dev'));
    const { code, stdout } = await cloud.pulumi('up', '--yes', '--skip-preview', '--stack', 'dev');
    expect(code).not.to.equal(0);
    expect(stdout).to.contain('pulumi up -s application');
    const listed = await cloud.beanpole('status');
    expect(listed.stdout + listed.stderr).not.to.contain('dev/web');
  });

  it('reports every problem of a stack file at once, and makes nothing', async () => {
    const file = join(cloud.project, 'Pulumi.dev.yaml');
    let before = '';
    edit(file, (text) => {
      before = text;
      return text.replace('maxSize: 1', 'maxSize: 0').replace('healthCheckPath:', 'healthCheckPfad:');
    });
    const { code, stdout } = await cloud.pulumi('up', '--yes', '--skip-preview', '--stack', 'dev');
    writeFileSync(file, before);
    expect(code).not.to.equal(0);
    expect(stdout).to.contain('healthCheckPfad');
    expect(stdout).to.contain('healthCheckPath');
    expect(stdout).not.to.contain('aws:ec2');
  });

  it('comes up with the placeholder page, and a second up changes nothing', async () => {
    await cloud.up('application');
    await cloud.up('dev');
    await until(
      'the placeholder page shows',
      60,
      async () => (await ask(cloud.frontDoorPort, host)).status === 200,
    );
    await must(cloud.pulumi('up', '--yes', '--skip-preview', '--expect-no-changes', '--stack', 'dev'));
  });

  it('refuses bundles that nothing can start, before anything is uploaded', async () => {
    const { code, stderr } = await cloud.beanpole(
      'version',
      'create',
      'v0',
      '--web',
      'worker/node_modules_missing',
    );
    expect(code).to.equal(2);
    expect(stderr).to.contain('worker/node_modules_missing');
    expect(await must(cloud.beanpole('version', 'list', '--json'))).not.to.contain('v0');
  });

  it('shows a version that was made and deployed', async () => {
    await must(cloud.beanpole('version', 'create', 'v1'));
    await must(cloud.beanpole('deploy', 'dev', '--version', 'v1'));
    await answers('v1');
    expect(await status()).to.match(/dev\/web +WebServer +v1/);
  });

  it('shows the small pictures of a post as soon as the worker has made them', async () => {
    await must(
      cloud.beanpole('config', 'set', 'dev/web', '--secret', 'ADMIN_PASSWORD=long-enough-for-a-test'),
    );
    const author = createVisitor(() => `http://127.0.0.1:${cloud.frontDoorPort}`, `${host}.localhost`);
    await author.post('/admin/sign-in', { password: 'long-enough-for-a-test' });
    const form = new FormData();
    const text = { title: 'Harbour', body: 'Some **words**.', status: 'published', formKey: randomUUID() };
    const formToken = fieldOf(await author.get('/admin/posts/new'), 'formToken');
    for (const [name, value] of Object.entries({ ...text, formToken })) form.set(name, value);
    form.set('picture', new Blob([greyPicture(1000, 700)]), 'picture.png');
    const { location } = await author.post('/admin/posts', form);
    expect(location).to.match(/\/posts\/harbour$/);
    const small = /(\/uploads\/\w+\/480\.webp) 480w/;
    await until('the page shows a small one', 60, async () =>
      small.test((await author.get('/posts/harbour')).body),
    );
    const [, address = ''] = small.exec((await author.get('/posts/harbour')).body) ?? [];
    const { status, body } = await author.get(address);
    expect([status, body.slice(8, 12)]).to.deep.equal([200, 'WEBP']);
    await until('the log has come to CloudWatch Logs', 30, async () =>
      (await must(cloud.beanpole('logs', 'dev/worker', '--kind', 'application'))).includes('thumbnails made'),
    );
  });

  it('takes a label only once', async () => {
    const { code, stderr } = await cloud.beanpole('version', 'create', 'v1');
    expect(code).to.equal(2);
    expect(stderr).to.contain('v1');
  });

  it('goes back when a version exits at once, with its last words, and nobody notices', async () => {
    edit(
      join(cloud.project, 'app/server.js'),
      (text) => `console.error('DATABASE_URL is not set');\nprocess.exit(1);\n${text}`,
    );
    await must(cloud.beanpole('version', 'create', 'broken'));
    const clients = keepAsking(cloud.frontDoorPort, host);
    const { code, stderr } = await cloud.beanpole('deploy', 'dev/web', '--version', 'broken');
    expect(code).to.equal(3);
    expect(stderr).to.contain('DATABASE_URL is not set');
    expect(await clients.stop()).to.deep.equal(['v1']);
  });

  it('replaces one version by the next without losing a request', async () => {
    edit(join(cloud.project, 'app/server.js'), (text) => text.split('\n').slice(2).join('\n'));
    await must(cloud.beanpole('version', 'create', 'v2'));
    const clients = keepAsking(cloud.frontDoorPort, host);
    await must(cloud.beanpole('deploy', 'dev', '--version', 'v2'));
    await answers('v2');
    expect(await clients.stop()).to.deep.equal(['v1', 'v2']);
  });

  it('explains a deployment whose command was killed, and the next one continues', async () => {
    const deploy = cloud.startBeanpole(['deploy', 'dev/web', '--version', 'v1']);
    let output = '';
    deploy.stderr.on('data', (text: Buffer) => (output += text.toString()));
    await until('the deployment has begun', 30, async () => output.includes('Send v1'));
    deploy.kill('SIGKILL');
    await once(deploy, 'close');
    await until('status explains it', 40, async () => /interrupted|continues/.test(await status()));
    await until('another deployment is let in', 40, async () => {
      const { code } = await cloud.beanpole('deploy', 'dev/web', '--version', 'v1');
      return code === 0;
    });
    await answers('v1');
  });

  it('changes nothing in a third up, nor finds anything changed', async () => {
    await cloud.atRest('dev');
  });

  it('boots a replacement of the instance at the current version', async () => {
    const ec2 = new EC2Client(clientOf(cloud));
    const instance = await instanceOf(ec2, 'web');
    const group = new AutoScalingClient(clientOf(cloud));
    await group.send(
      new TerminateInstanceInAutoScalingGroupCommand({
        InstanceId: instance,
        ShouldDecrementDesiredCapacity: false,
      }),
    );
    await until('another instance has taken over', 90, async () => {
      const now = await instanceOf(ec2, 'web');
      return now !== undefined && now !== instance && (await ask(cloud.frontDoorPort, host)).version === 'v1';
    });
    await cloud.atRest('dev');
  });

  it('comes back after the daemon was killed', async () => {
    const { pid } = JSON.parse(await must(cloud.beanpole('local', 'status', '--json'))) as { pid: number };
    process.kill(pid, 'SIGKILL');
    const port = new URL(cloud.env.AWS_ENDPOINT_URL ?? '').port;
    await until('the cloud has started again', 30, async () => {
      const { code } = await cloud.beanpole(
        'local',
        'start',
        '--port',
        port,
        '--front-door',
        String(cloud.frontDoorPort),
      );
      return code === 0;
    });
    await answers('v1');
  });

  it('leaves nothing behind when it is destroyed', async () => {
    await must(cloud.pulumi('destroy', '--yes', '--skip-preview', '--stack', 'dev'));
    const { Reservations = [] } = await new EC2Client(clientOf(cloud)).send(new DescribeInstancesCommand());
    const states = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ State }) => State?.Name));
    expect(new Set(states)).to.deep.equal(new Set(['terminated']));
    rmSync(join(cloud.project, 'app'), { recursive: true });
  });
});

const clientOf = ({ env }: TestCloud) => ({
  endpoint: env.AWS_ENDPOINT_URL ?? '',
  region: env.AWS_REGION ?? '',
  credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID ?? '', secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '' },
});

/** The running instance of an environment. */
async function instanceOf(ec2: EC2Client, environment: string): Promise<string | undefined> {
  const Filters = [
    { Name: 'tag:beanpole:environment', Values: [environment] },
    { Name: 'instance-state-name', Values: ['running'] },
  ];
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }));
  return Reservations[0]?.Instances?.[0]?.InstanceId;
}
