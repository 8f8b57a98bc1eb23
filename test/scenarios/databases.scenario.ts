import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { expect } from 'chai';
import { awsOf, type Aws } from '../support/aws.ts';
import { newest } from '../support/metrics.ts';
import { until } from '../support/client.ts';
import { startCloud, type TestCloud } from '../support/cloud.ts';
import { launchMachine, makeVpc, powerCut, processesIn, type Machine } from '../support/machines.ts';

/** An Aurora cluster of two real servers, an instance restored from its snapshot, and a client that reconnects. */
describe('a database', function () {
  this.timeout(60_000);
  let cloud: TestCloud;
  let aws: Aws;
  let client: Machine;
  let facts: { SubnetGroup: string; securityGroups: string[] };

  before(async () => {
    // A CloudWatch minute takes five seconds.
    cloud = await startCloud({ start: ['--time-lapse', '12'] });
    aws = awsOf(cloud);
    const vpc = await makeVpc(aws, ['a', 'b']);
    const clients = await vpc.group('clients');
    facts = {
      SubnetGroup: 'shop',
      securityGroups: [await vpc.group('databases', { port: 3306, from: clients })],
    };
    await aws.rds.createDBSubnetGroup({
      DBSubnetGroupName: 'shop',
      DBSubnetGroupDescription: 'databases',
      SubnetIds: [...vpc.subnets],
    });
    await aws.rds.createDBCluster({
      DBClusterIdentifier: 'shop',
      Engine: 'aurora-mysql',
      DBSubnetGroupName: 'shop',
      VpcSecurityGroupIds: facts.securityGroups,
      DatabaseName: 'shop',
      MasterUsername: 'admin',
      ManageMasterUserPassword: true,
      ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 2 },
    });
    for (const name of ['shop-1', 'shop-2']) await addMember(name, 'shop');
    client = await launchMachine(cloud, aws, { subnet: vpc.subnets[0] ?? '', groups: [clients] });
    await available();
    await client.install('opt/client.js', join(import.meta.dirname, 'databases/client.ts'));
  });
  after(() => cloud.remove());

  const addMember = (DBInstanceIdentifier: string, DBClusterIdentifier: string) =>
    aws.rds.createDBInstance({
      DBInstanceIdentifier,
      DBClusterIdentifier,
      Engine: 'aurora-mysql',
      DBInstanceClass: DBClusterIdentifier === 'shop' ? 'db.serverless' : 'db.t4g.medium',
    });
  const cluster = async (DBClusterIdentifier = 'shop') =>
    (await aws.rds.describeDBClusters({ DBClusterIdentifier })).DBClusters?.[0];
  const available = (id = 'shop', count = 2) =>
    until(`${id} is available`, 40, async () => {
      const { DBInstances = [] } = await aws.rds.describeDBInstances({
        Filters: [{ Name: 'db-cluster-id', Values: [id] }],
      });
      const states = DBInstances.map(({ DBInstanceStatus }) => DBInstanceStatus);
      return (
        (await cluster(id))?.Status === 'available' &&
        states.length === count &&
        states.every((state) => state === 'available')
      );
    });
  const writer = async () =>
    (await cluster())?.DBClusterMembers?.find(({ IsClusterWriter }) => IsClusterWriter)?.DBInstanceIdentifier;

  async function password(): Promise<string> {
    const SecretId = (await cluster())?.MasterUserSecret?.SecretArn;
    const { SecretString = '{}' } = await aws.secretsmanager.getSecretValue({ SecretId });
    return (JSON.parse(SecretString) as { password: string }).password;
  }
  const run = async (mode: string, host: string | undefined, argument: string, secret?: string) =>
    client.run(
      `node /opt/client.js ${mode} ${host} shop admin '${secret ?? (await password())}' "${argument}"`,
    );
  const sql = async (statement: string, host?: string) =>
    run('once', host ?? (await cluster())?.Endpoint, statement);

  /** Kills the server of an instance, which runs in the folder of its host's data. */
  function killServer(instance: string): void {
    const database = new DatabaseSync(join(cloud.folder, 'region/state.sqlite'), { readOnly: true });
    const rows = database.prepare("select value from item where collection = 'rds.server'").all();
    database.close();
    const servers = rows.map(
      ({ value }) => JSON.parse(String(value)) as { instance: string; hostId: string },
    );
    const { hostId = '' } = servers.find((server) => server.instance === instance) ?? {};
    for (const pid of processesIn(join(cloud.folder, 'region/databases', hostId)))
      process.kill(pid, 'SIGKILL');
  }

  it('writes through the cluster endpoint and reads, but does not write, through the reader endpoint', async () => {
    await sql('create table post (title varchar(50) primary key)');
    expect(await sql("insert into post values ('before')")).to.contain('"affectedRows":1');
    const reader = (await cluster())?.ReaderEndpoint;
    await until('the reader has it', 5, async () =>
      (await sql('select * from post', reader)).includes('before'),
    );
    expect(await sql("insert into post values ('x')", reader)).to.contain('read-only');
    expect(await client.run(`getent hosts ${reader}`)).to.not.equal(
      await client.run(`getent hosts ${(await cluster())?.Endpoint}`),
    );
  });

  for (const way of ['FailoverDBCluster', 'the death of its writer'] as const)
    it(`is written to again within five seconds of ${way}, and has every committed row`, async () => {
      const before = await writer();
      await client.run('rm -f /tmp/watching');
      const watching = run('watch', (await cluster())?.Endpoint, '5000');
      await until('it writes', 10, async () => (await client.run('cat /tmp/watching')) === 'yes');
      if (way === 'FailoverDBCluster') await aws.rds.failoverDBCluster({ DBClusterIdentifier: 'shop' });
      else killServer(before ?? '');
      const text = await watching;
      const seen = JSON.parse(text) as { gapMilliseconds: number; written: number; lost: number };
      console.log(
        `      ${way}: ${seen.gapMilliseconds} ms without a commit, ${seen.lost} of ${seen.written} lost`,
      );
      expect(seen.lost).to.equal(0);
      expect(seen.gapMilliseconds).to.be.greaterThan(0).and.to.be.below(5000);
      await available();
      expect(await writer()).to.not.equal(before);
    });

  it('is measured: how busy its servers are, who is connected, how far the reader is behind', async () => {
    const reader = (await writer()) === 'shop-1' ? 'shop-2' : 'shop-1';
    await until('CloudWatch has measured it', 60, async () => {
      expect(await newest(aws, 'AWS/RDS', 'CPUUtilization', 'DBInstanceIdentifier', reader)).to.be.within(
        0,
        100,
      );
      expect(await newest(aws, 'AWS/RDS', 'AuroraReplicaLag', 'DBInstanceIdentifier', reader)).to.be.below(
        60_000,
      );
      expect(
        await newest(aws, 'AWS/RDS', 'DatabaseConnections', 'DBInstanceIdentifier', reader),
      ).to.be.within(0, 20);
      // A server takes about fifty megabytes of the four gibibytes that two units have.
      const free = await newest(aws, 'AWS/RDS', 'FreeableMemory', 'DBInstanceIdentifier', reader);
      expect(free).to.be.within(3.5 * 2 ** 30, 4 * 2 ** 30);
      expect(await newest(aws, 'AWS/RDS', 'ACUUtilization', 'DBInstanceIdentifier', reader)).to.be.within(
        25,
        100,
      );
      return true;
    });
  });

  it('is restored from a snapshot with the row from before and not the one after', async () => {
    const snapshot = { DBClusterSnapshotIdentifier: 'noon' };
    await aws.rds.createDBClusterSnapshot({ DBClusterIdentifier: 'shop', ...snapshot });
    await until('the snapshot is made', 30, async () => {
      const { DBClusterSnapshots } = await aws.rds.describeDBClusterSnapshots(snapshot);
      return DBClusterSnapshots?.[0]?.Status === 'available';
    });
    await sql("insert into post values ('after')");
    await aws.rds.restoreDBClusterFromSnapshot({
      DBClusterIdentifier: 'restored',
      SnapshotIdentifier: 'noon',
      Engine: 'aurora-mysql',
      DBSubnetGroupName: facts.SubnetGroup,
      VpcSecurityGroupIds: facts.securityGroups,
    });
    await aws.rds
      .modifyDBCluster({ DBClusterIdentifier: 'restored', MasterUserPassword: 'of-the-restored' })
      .catch(async () => {
        await available('restored', 0);
        await aws.rds.modifyDBCluster({
          DBClusterIdentifier: 'restored',
          MasterUserPassword: 'of-the-restored',
        });
      });
    await addMember('restored-1', 'restored');
    await available('restored', 1);
    const { Endpoint } = (await cluster('restored')) ?? {};
    expect(await run('once', Endpoint, 'select title from post', 'of-the-restored')).to.equal(
      '[{"title":"before"}]',
    );
  });

  it('changes the password in the secret and on the server together', async () => {
    const old = await password();
    await aws.secretsmanager.rotateSecret({ SecretId: (await cluster())?.MasterUserSecret?.SecretArn });
    expect(await password()).to.not.equal(old);
    expect(await sql('select count(*) as posts from post')).to.equal('[{"posts":2}]');
    const { Endpoint } = (await cluster()) ?? {};
    expect(await run('once', Endpoint, 'select 1', old)).to.contain('Access denied');
  });

  it('has its rows after a power cut', async () => {
    await sql("insert into post values ('last')");
    await powerCut(cloud);
    await available();
    await until(
      'the machine is back',
      20,
      async () => (await client.run('echo here').catch(() => '')) === 'here',
    );
    expect(await sql('select count(*) as posts from post')).to.equal('[{"posts":3}]');
  });

  it('leaves the final snapshot when it is deleted', async () => {
    for (const DBInstanceIdentifier of ['shop-1', 'shop-2'])
      await aws.rds.deleteDBInstance({ DBInstanceIdentifier });
    await aws.rds.deleteDBCluster({ DBClusterIdentifier: 'shop', FinalDBSnapshotIdentifier: 'the-end' });
    await until('it is gone', 30, async () => (await cluster().catch(() => undefined)) === undefined);
    const { DBClusterSnapshots = [] } = await aws.rds.describeDBClusterSnapshots({
      DBClusterIdentifier: 'shop',
    });
    expect(
      DBClusterSnapshots.map(({ DBClusterSnapshotIdentifier, Status }) => [
        DBClusterSnapshotIdentifier,
        Status,
      ]),
    ).to.deep.equal([
      ['noon', 'available'],
      ['the-end', 'available'],
    ]);
    expect((await aws.secretsmanager.listSecrets({})).SecretList).to.deep.equal([]);
  });
});
