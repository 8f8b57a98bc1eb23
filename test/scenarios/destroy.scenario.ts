import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { awsOf, type Aws } from '../support/aws.ts';
import { until } from '../support/client.ts';
import { edit, must, startCloud, type TestCloud } from '../support/cloud.ts';
import { listEverything } from '../support/listing.ts';
import { resourcesOf } from '../support/stack-state.ts';

/** What a stack makes goes again without a rest, whatever happened on the way up. */
describe('failed ups and destroys', () => {
  let cloud: TestCloud;
  let aws: Aws;
  let untouched: Awaited<ReturnType<typeof listEverything>>;
  const file = (stack: string) => join(cloud.project, `Pulumi.${stack}.yaml`);
  const destroy = (stack: string) => cloud.pulumi('destroy', '--yes', '--skip-preview', '--stack', stack);
  const up = (stack: string) => cloud.pulumi('up', '--yes', '--skip-preview', '--stack', stack);

  before(async () => {
    cloud = await startCloud();
    aws = awsOf(cloud);
    untouched = await listEverything(aws);
    edit(file('application'), (text) =>
      text.replace(/( +)hostedZone: .*\n/, '$&$1emptyBucketOnDestroy: true\n'),
    );
    edit(file('prod'), (text) => text.replace('minSize: 2', 'minSize: 1'));
  });
  after(() => cloud.remove());

  it('says what AWS refused, keeps what it made, and the next up goes on from there', async () => {
    await cloud.up('application');
    edit(file('dev'), (text) => text.replace('t3.micro', 't3.gigantic'));
    await must(cloud.pulumi('stack', 'select', '--create', 'dev'));
    const { code, stdout } = await up('dev');
    expect(code).not.to.equal(0);
    expect(stdout).to.contain('t3.gigantic');
    const made = await resourcesOf(cloud, 'dev');
    expect(made.map(({ type }) => type)).to.include('aws:ec2/vpc:Vpc');

    edit(file('dev'), (text) => text.replace('t3.gigantic', 't3.micro'));
    await must(up('dev'));
    const ids = new Map((await resourcesOf(cloud, 'dev')).map(({ urn, id }) => [urn, id]));
    for (const { urn, id } of made) expect(ids.get(urn), urn).to.equal(id);
    await must(cloud.pulumi('up', '--yes', '--skip-preview', '--expect-no-changes', '--stack', 'dev'));
  });

  it('can be interrupted on its way up, and the next up goes on from there', async () => {
    await must(cloud.pulumi('stack', 'select', '--create', 'prod'));
    const pulumi = spawn(
      'pulumi',
      ['--non-interactive', 'up', '--yes', '--skip-preview', '--stack', 'prod'],
      { env: cloud.env, cwd: cloud.project, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    pulumi.stdout.on('data', (text: Buffer) => (output += text.toString()));
    await until('the VPC is made', 120, async () => /aws:ec2:Vpc \S+ created/.test(output));
    pulumi.kill('SIGINT');
    const [code] = (await once(pulumi, 'close')) as [number];
    expect(code, output).not.to.equal(0);
    expect(output).not.to.match(/aws:lb:Listener \S+ created/);

    await must(up('prod'));
    await must(cloud.pulumi('up', '--yes', '--skip-preview', '--expect-no-changes', '--stack', 'prod'));
  });

  /** Then it takes the protection off. */
  async function refusesToDestroyWhatIsProtected(): Promise<void> {
    const { code, stdout } = await destroy('prod');
    expect(code).not.to.equal(0);
    expect(stdout).to.match(/Cluster.*mywordpress-prod-database[^]*protected/);
    edit(file('prod'), (text) =>
      text
        .replace(/( +)engine: aurora-mysql\n/, '$&$1protection: false\n')
        .replace(/( +)mountPath: .*\n/, '$&$1protection: false\n'),
    );
  }

  it('leaves nothing behind but a final snapshot: neither versions, logs and names, nor what instances made', async () => {
    await must(cloud.beanpole('version', 'create', 'v1'));
    await must(cloud.beanpole('deploy', 'dev', '--version', 'v1'));
    const full = await listEverything(aws);
    for (const kind of Object.keys(full))
      expect(full[kind]?.length, `number of ${kind}`).to.be.greaterThan(untouched[kind]?.length ?? 0);

    await must(destroy('dev'));
    await refusesToDestroyWhatIsProtected();
    await must(up('prod'));
    for (const stack of ['prod', 'application']) await must(destroy(stack));
    expect(await listEverything(aws)).to.deep.equal(untouched);
    const { DBClusterSnapshots = [] } = await aws.rds.describeDBClusterSnapshots({});
    const names = DBClusterSnapshots.map((one) => one.DBClusterSnapshotIdentifier);
    expect(names).to.have.length(1);
    expect(names[0]).to.match(/^mywordpress-prod-database-[0-9a-f]{7}-[0-9a-f]{6}-final$/);
  });
});
