import { join } from 'node:path';
import { expect } from 'chai';
import { awsOf, type Aws } from '../support/aws.ts';
import { ask, until } from '../support/client.ts';
import { edit, must, startCloud, type TestCloud } from '../support/cloud.ts';

/** A small database with a copy to read from, whose password RDS would not manage. */
describe('an RDS instance with a read replica', () => {
  let cloud: TestCloud;
  let aws: Aws;

  before(async () => {
    cloud = await startCloud();
    aws = awsOf(cloud);
    edit(join(cloud.project, 'Pulumi.dev.yaml'), (text) =>
      text.replace('engine: mysql\n', 'engine: mysql\n    readReplicas: 1\n'),
    );
    for (const stack of ['application', 'dev']) await cloud.up(stack);
  });
  after(() => cloud.remove());

  it('comes up, and a second up finds nothing to change', async () => {
    const { DBInstances = [] } = await aws.rds.describeDBInstances({});
    const shown = DBInstances.map((one) => ({
      status: one.DBInstanceStatus,
      isManaged: one.MasterUserSecret !== undefined,
      source: one.ReadReplicaSourceDBInstanceIdentifier,
    }));
    const source = DBInstances.find((one) => one.ReadReplicaDBInstanceIdentifiers?.length === 1);
    expect(shown).to.have.deep.members([
      { status: 'available', isManaged: false, source: undefined },
      { status: 'available', isManaged: false, source: source?.DBInstanceIdentifier },
    ]);
    await must(cloud.pulumi('up', '--yes', '--skip-preview', '--expect-no-changes', '--stack', 'dev'));
  });

  it('serves the application, which finds the password where the stack keeps it', async () => {
    await must(cloud.beanpole('version', 'create', 'v1'));
    await must(cloud.beanpole('deploy', 'dev/web', '--version', 'v1'));
    await until('the site is served from the database', 60, async () => {
      const { status, version } = await ask(cloud.frontDoorPort, 'dev.mywordpress.example');
      return status === 200 && version === 'v1';
    });
    const { body } = await ask(cloud.frontDoorPort, 'dev.mywordpress.example', '/status');
    const shown = body.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
    expect(shown).to.match(/Database, writer connected.* Database, reader connected/);
  });
});
