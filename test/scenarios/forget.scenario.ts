import { join } from 'node:path';
import { expect } from 'chai';
import { awsOf, type Aws } from '../support/aws.ts';
import { edit, must, startCloud, type TestCloud } from '../support/cloud.ts';
import { listEverything } from '../support/listing.ts';
import { writeTinyApp } from '../support/tiny-app.ts';

/** What `pulumi destroy` leaves, since Pulumi has not made it, `environment forget` removes. */
describe('an environment that is destroyed and forgotten', () => {
  let cloud: TestCloud;
  let aws: Aws;
  let untouched: Awaited<ReturnType<typeof listEverything>>;
  const destroy = (stack: string) =>
    must(cloud.pulumi('destroy', '--yes', '--skip-preview', '--stack', stack));
  const forget = (...options: string[]) => cloud.beanpole('environment', 'forget', 'dev', ...options);
  const snapshots = async () =>
    ((await aws.rds.describeDBSnapshots({ SnapshotType: 'manual' })).DBSnapshots ?? []).map((one) =>
      one.DBSnapshotIdentifier?.replace(/[0-9a-f]{7}-[0-9a-f]{6}/, '<random>'),
    );
  const objects = async () => {
    const { Buckets: [bucket] = [] } = await aws.s3.listBuckets({});
    const { Contents = [] } = await aws.s3.listObjectsV2({ Bucket: bucket?.Name });
    return Contents.map(({ Key = '' }) => Key.replace(/[0-9a-f]{64}/, '<digest>')).sort();
  };

  before(async () => {
    cloud = await startCloud();
    aws = awsOf(cloud);
    untouched = await listEverything(aws);
    edit(join(cloud.project, 'Pulumi.application.yaml'), (text) =>
      text.replace(/( +)hostedZone: .*\n/, '$&$1emptyBucketOnDestroy: true\n'),
    );
    edit(join(cloud.project, 'Pulumi.dev.yaml'), () => stack);
    for (const name of ['application', 'dev']) await cloud.up(name);
    writeTinyApp(join(cloud.project, 'app'));
    await must(cloud.beanpole('version', 'create', 'v1', '--web', join(cloud.project, 'app')));
    await must(cloud.beanpole('deploy', 'dev/web', '--version', 'v1'));
    await must(cloud.beanpole('config', 'set', 'dev/web', 'GREETING=hello', '--no-deploy'));
  });
  after(() => cloud.remove());

  it('cannot be forgotten while it exists', async () => {
    const { code, stderr } = await forget('--yes');
    expect(code).to.equal(2);
    expect(stderr).to.contain('The stack dev still exists').and.contain('Next: pulumi destroy -s dev');
  });

  it('is listed first, and what is forgotten is gone', async () => {
    await destroy('dev');
    const asked = await forget();
    expect(asked.code).to.equal(2);
    expect(asked.stderr).to.contain('Nothing was removed.');
    expect(asked.stdout)
      .to.contain('environments/dev/web/current.json')
      .and.contain('environments/dev/web/lock.json')
      .and.contain('environments/dev/web/deployments/1.json')
      .and.contain('environments/dev/web/health/')
      .and.contain('/beanpole/mywordpress/dev/web/properties/GREETING')
      .and.match(/Stays: snapshots of the database of dev \(1\):\n {2}mywordpress-dev-database-\S+-final\n/);
    await must(forget('--yes'));
  });

  it('leaves exactly the final snapshot and the artefacts of the application', async () => {
    expect(await snapshots()).to.deep.equal(['mywordpress-dev-database-<random>-final']);
    const artefacts = [
      'agent/<digest>.mjs',
      'bundles/<digest>.zip',
      'bundles/<digest>.zip',
      'versions/v1.json',
    ];
    expect(await objects()).to.deep.equal(artefacts);
    const left = await listEverything(aws);
    const beyond = Object.entries(left).flatMap(([kind, names]) =>
      names.filter((name) => !untouched[kind]?.includes(name)).map((name) => `${kind}: ${name}`),
    );
    const named = beyond.map((each) =>
      each.replace(/-[0-9a-f]{7}$/, '').replace(/arn:aws:sns:[^:]+:\d+:/, ''),
    );
    expect(named).to.have.members([
      'buckets: mywordpress-application-versions',
      'documents: beanpole-mywordpress-deploy',
      'hosted zones: mywordpress.example.',
      'parameters: /beanpole/mywordpress',
      'topics: mywordpress-application-alarms',
    ]);
    await destroy('application');
    expect(await listEverything(aws)).to.deep.equal(untouched);
    expect(await snapshots()).to.deep.equal(['mywordpress-dev-database-<random>-final']);
  });
});

const stack = `config:
  aws:region: eu-central-1
  beanpole:application: mywordpress
  beanpole:network: { cidr: 10.10.0.0/16, availabilityZones: 2, natGateways: None }
  beanpole:domain: { name: mywordpress.example }
  beanpole:database: { engine: mysql, backupRetentionDays: 1, protection: false }
  beanpole:environments:
    web:
      tier: WebServer
      type: SingleInstance
      record: dev
      startTimeoutSeconds: 60
      drainTimeoutSeconds: 2
`;
