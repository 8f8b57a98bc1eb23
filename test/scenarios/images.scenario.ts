import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { keepAsking } from '../../tools/demo/client.ts';
import { awsOf, type Aws } from '../support/aws.ts';
import { until } from '../support/client.ts';
import { edit, must, startCloud, type TestCloud } from '../support/cloud.ts';
import { writeTinyApp } from '../support/tiny-app.ts';

const host = 'www.mywordpress.example';
const secret = 'correct-horse-battery-staple';

/** A golden image is made, rolled out under load, and gone again with a new agent. Each step builds on the one before. */
describe('golden images and platform updates', () => {
  let cloud: TestCloud;
  let aws: Aws;
  let image = '';
  /** Digest of the agent before a new one was made. */
  let oldAgent: string | undefined;

  const stackFile = () => join(cloud.project, 'Pulumi.prod.yaml');
  const disk = (id: string, ...path: string[]) => join(cloud.folder, 'region/disks', id, ...path);
  const platform = async () =>
    (JSON.parse(await must(cloud.beanpole('platform', 'show', 'prod/web', '--json'))) as PlatformStatus[])[0];
  const fleet = async (): Promise<string[]> => (await platform())?.instances.map(({ id }) => id).sort() ?? [];
  const builders = async () => {
    const { Reservations = [] } = await aws.ec2.describeInstances({
      Filters: [
        { Name: 'tag-key', Values: ['beanpole:image'] },
        { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] },
      ],
    });
    return Reservations.flatMap(({ Instances = [] }) => Instances);
  };

  async function underLoad(...command: string[]): Promise<string> {
    const clients = keepAsking(cloud.frontDoorPort, host);
    const done = await cloud.beanpole(...command).finally(() => clients.stop());
    const { failures, requests } = await clients.stop();
    expect(done.code, done.stderr).to.equal(0);
    expect(failures).to.deep.equal([]);
    expect(requests).to.be.above(50);
    return done.stderr;
  }

  /** Every instance reports: the agent writes its first report a moment after it serves. */
  const allReport = (agent: string) =>
    until('every instance reports its agent', 60, async () => {
      const { instances = [] } = (await platform()) ?? {};
      return instances.length === 2 && instances.every((each) => each.agent === agent);
    });

  before(async function () {
    this.timeout(600_000);
    cloud = await startCloud();
    aws = awsOf(cloud);
    edit(stackFile(), () => stack);
    for (const name of ['application', 'prod']) await cloud.up(name);
    writeTinyApp(join(cloud.project, 'app'));
    await must(cloud.beanpole('version', 'create', 'v1'));
    await until('two instances are up', 180, async () => (await fleet()).length === 2);
    await must(cloud.beanpole('config', 'set', 'prod/web', `SECRET=${secret}`, '--secret'));
    await must(cloud.beanpole('deploy', 'prod', '--version', 'v1'));
  });
  after(() => cloud.remove());

  it('makes an image, continued after its command was killed, and leaves the instances alone', async () => {
    const instances = await fleet();
    const killed = cloud.startBeanpole(['image', 'create', 'prod/web', '--name', 'golden']);
    const ended = once(killed, 'close');
    killed.stderr.on('data', (text: Buffer) => {
      if (text.toString().includes('is launched')) killed.kill('SIGKILL');
    });
    await ended;
    const left = await builders();
    expect(left).to.have.length(1);

    const { code, stdout, stderr } = await cloud.beanpole('image', 'create', 'prod/web');
    expect(code, stderr).to.equal(0);
    image = stdout.trim();
    expect(image).to.match(/^ami-/);
    expect(stderr).to.contain(
      `Going on with golden, which an earlier run began on ${left[0]?.InstanceId ?? ''}`,
    );
    expect(stderr).to.contain(`give web in Pulumi.prod.yaml: imageId: ${image}`);
    expect(stderr).to.contain('Next: pulumi up -s prod');
    expect(await builders()).to.deep.equal([]);
    expect(await fleet()).to.deep.equal(instances);
    const again = await cloud.beanpole('image', 'create', 'prod/web', '--name', 'golden');
    expect(again.code).to.equal(2);
    expect(again.stderr).to.contain(`There is an image golden already: ${image}`);
  });

  it('has everything that an instance needs in it, and nothing that is secret or somebody’s own', async () => {
    const { Images } = await aws.ec2.describeImages({ ImageIds: [image] });
    const { Ebs } = Images?.[0]?.BlockDeviceMappings?.[0] ?? {};
    expect(Ebs).to.include({ Encrypted: true });
    const snapshot = Ebs?.SnapshotId ?? '';
    expect(existsSync(disk(snapshot, 'opt/beanpole/agent.mjs'))).to.equal(true);
    expect(readFileSync(disk(snapshot, 'etc/machine-id'), 'utf8')).to.equal('');
    for (const own of [
      'etc/beanpole',
      'var/app',
      'var/lib/beanpole',
      'var/lib/cloud/instance',
      'etc/hostname',
    ])
      expect(existsSync(disk(snapshot, own)), own).to.equal(false);
    const machines = (await aws.ec2.describeInstances({})).Reservations?.flatMap(
      ({ Instances = [] }) => Instances,
    );
    const ids = machines?.map(({ InstanceId = '' }) => InstanceId) ?? [];
    expect(ids).to.have.length.of.at.least(3);
    const found = filesOf(disk(snapshot)).filter((file) => {
      const text = readFileSync(file, 'latin1');
      return [secret, 'ASIA', ...ids].some((word) => text.includes(word)) && !file.endsWith('agent.mjs');
    });
    expect(found).to.deep.equal([]);
  });

  it('is rolled out by the commands that image create names, and no request is lost', async () => {
    edit(stackFile(), (text) => text.replace('record: www\n', `record: www\n      imageId: ${image}\n`));
    await cloud.up('prod');
    expect((await platform())?.updatePending).to.equal(true);
    const plan = await must(cloud.beanpole('platform', 'update', 'prod/web', '--dry-run'));
    expect(plan).to.contain('Launch 2 instances');
    await underLoad('platform', 'update', 'prod/web');
    const now = await platform();
    expect(now?.updatePending).to.equal(false);
    expect(now?.instances.map((instance) => instance.image)).to.deep.equal([image, image]);
    await allReport(now?.agent ?? '');
    const machineIds = (await fleet()).map((id) => readFileSync(disk(id, 'etc/machine-id'), 'utf8'));
    expect(new Set(machineIds).size).to.equal(2);
    expect(machineIds.every((id) => /^[0-9a-f]{32}\n$/.test(id))).to.equal(true);
  });

  it('is kept while something uses it', async () => {
    const [listed] = JSON.parse(await must(cloud.beanpole('image', 'list', '--json'))) as {
      usedBy: string[];
    }[];
    expect(listed?.usedBy).to.include('prod/web (launch template, slot blue)');
    const { code, stderr } = await cloud.beanpole('image', 'delete', image);
    expect(code).to.equal(2);
    expect(stderr).to.contain(`${image} is in use`);
  });

  it('leaves nothing for Pulumi to do, and nothing to update', async () => {
    await cloud.atRest('prod');
    const { code, stderr } = await cloud.beanpole('platform', 'update', 'prod/web');
    expect(code).to.equal(0);
    expect(stderr).to.contain('prod/web: nothing to update');
  });

  it('a new agent waits for pulumi up, and the command says so', async () => {
    oldAgent = (await platform())?.agent;
    // From here on the program, and with it the agent, is the scenario's own copy.
    edit(join(cloud.folder, 'bin/pulumi'), (text) =>
      text.replace(/^repository=.*$/m, `repository='${cloud.project}'`),
    );
    edit(join(cloud.project, 'agent/arguments.ts'), (text) => text.replace('Usage:', 'How to use it:'));
    await cloud.up('application');
    const early = await cloud.beanpole('platform', 'update', 'prod/web');
    expect(early.code).to.equal(2);
    expect(early.stderr).to.contain('pulumi up -s prod');
  });

  it('gives way to a new agent and another image in one update, and no request is lost', async () => {
    const { Images } = await aws.ec2.describeImages({ Owners: ['amazon'] });
    const amazon = Images?.[0]?.ImageId ?? '';
    edit(stackFile(), (text) => text.replace(image, amazon));
    await cloud.up('prod');
    await underLoad('platform', 'update', 'prod/web', '--policy', 'BlueGreen');
    const now = await platform();
    expect(now?.agent).not.to.equal(oldAgent);
    expect(now?.instances.map((instance) => instance.image)).to.deep.equal([amazon, amazon]);
    expect(now?.notes).to.deep.equal([]);
    await allReport(now?.agent ?? '');
  });

  it('is deleted with its snapshot when nothing uses it any more', async () => {
    await must(cloud.beanpole('image', 'delete', image));
    expect((await aws.ec2.describeSnapshots({ OwnerIds: ['self'] })).Snapshots).to.deep.equal([]);
    await until('its disk is gone', 30, async () =>
      Promise.resolve(readdirSync(disk('')).every((name) => !name.startsWith('snap-'))),
    );
    await cloud.atRest('prod');
  });
});

/** All plain files below a folder; links lead out of a disk. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesOf(path) : entry.isFile() ? [path] : [];
  });
}

interface PlatformStatus {
  readonly agent: string;
  readonly updatePending: boolean;
  readonly notes: readonly string[];
  readonly instances: readonly {
    readonly id: string;
    readonly image: string;
    readonly agent: string | null;
  }[];
}

const stack = `config:
  aws:region: eu-central-1
  beanpole:application: mywordpress
  beanpole:network: { cidr: 10.20.0.0/16, availabilityZones: 2, natGateways: Single }
  beanpole:domain: { name: mywordpress.example }
  beanpole:environments:
    web:
      tier: WebServer
      type: LoadBalanced
      record: www
      instanceTypes: [t3.small]
      minSize: 2
      maxSize: 4
      startTimeoutSeconds: 60
      drainTimeoutSeconds: 5
      healthCheckIntervalSeconds: 5
      healthCheckTimeoutSeconds: 4
      healthyThresholdCount: 2
      unhealthyThresholdCount: 10
      deregistrationDelaySeconds: 5
      keepWarmSeconds: 2
`;
