import { RDS } from '@aws-sdk/client-rds';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { expect } from 'chai';
import { createRds } from '../../../../local/services/rds/service.ts';
import { createSecretsManager } from '../../../../local/services/secretsmanager/service.ts';
import { addSubnets, failure, startRegion, type TestRegion } from '../../../support/region.ts';
import { FakePlane } from './plane.ts';

describe('RDS', () => {
  let region: TestRegion;
  let rds: RDS;
  let secrets: SecretsManager;
  let plane: FakePlane;
  const kept = new Set<string>();
  const keptSnapshots = new Set<string>();

  function open(): void {
    rds = new RDS(region.client);
    secrets = new SecretsManager(region.client);
  }
  beforeEach(async () => {
    kept.clear();
    keptSnapshots.clear();
    region = await startRegion({
      secretsmanager: createSecretsManager,
      rds: (parts) =>
        createRds(parts, (_, events) => {
          const made = new FakePlane(events);
          // What is on disk outlives the region.
          for (const hostId of kept) made.data.add(hostId);
          for (const name of keptSnapshots) made.snapshots.add(name);
          return (plane = made);
        }),
    });
    open();
    const SubnetIds = addSubnets(region, 'a', 'b');
    const DBSubnetGroupDescription = 'where databases are';
    await rds.createDBSubnetGroup({ DBSubnetGroupName: 'Shop', DBSubnetGroupDescription, SubnetIds });
  });
  afterEach(async () => {
    rds.destroy();
    secrets.destroy();
    await region.close();
  });

  const clusterInput = {
    DBClusterIdentifier: 'Shop',
    Engine: 'aurora-mysql',
    DBSubnetGroupName: 'shop',
    MasterUsername: 'admin',
    ManageMasterUserPassword: true,
    DatabaseName: 'shop',
    ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 4 },
  };
  const instanceInput = {
    DBInstanceIdentifier: 'blog',
    Engine: 'mysql',
    DBInstanceClass: 'db.t4g.micro',
    AllocatedStorage: 20,
    DBSubnetGroupName: 'shop',
    MasterUsername: 'admin',
    MasterUserPassword: 'correct-horse',
  };
  const settle = async () => {
    for (let round = 0; round < 12; round++) await region.settle();
  };
  const cluster = async (DBClusterIdentifier = 'shop') =>
    (await rds.describeDBClusters({ DBClusterIdentifier })).DBClusters?.[0];
  const instance = async (DBInstanceIdentifier = 'blog') =>
    (await rds.describeDBInstances({ DBInstanceIdentifier })).DBInstances?.[0];
  const roles = async () =>
    Object.fromEntries(
      (await cluster())?.DBClusterMembers?.map((one) => [one.DBInstanceIdentifier, one.IsClusterWriter]) ??
        [],
    ) as Record<string, boolean>;
  const resolve = (name: string | undefined) => region.parts.services.rds.resolve(name ?? '');
  const addMember = (name: string, input: object = {}) =>
    rds.createDBInstance({
      DBInstanceIdentifier: name,
      DBClusterIdentifier: 'shop',
      Engine: 'aurora-mysql',
      DBInstanceClass: 'db.serverless',
      ...input,
    });
  async function createCluster(members = 2): Promise<void> {
    await rds.createDBCluster(clusterInput);
    for (let number = 1; number <= members; number++) await addMember(`shop-${number}`);
    await settle();
    expect((await cluster())?.Status).to.equal('available');
  }

  it('measures what runs: clients, memory of the class or of the most units, and how far a reader is behind', async () => {
    await rds.createDBCluster(clusterInput);
    for (const DBInstanceIdentifier of ['shop-1', 'shop-2'])
      await rds.createDBInstance({
        DBInstanceIdentifier,
        DBClusterIdentifier: 'shop',
        Engine: 'aurora-mysql',
        DBInstanceClass: 'db.serverless',
      });
    await rds.createDBInstance(instanceInput);
    await settle();
    plane.cpuSeconds = 12;
    const measured = await region.parts.services.rds.measure();
    const of = (id: string) => measured.find((one) => one.instance === id);
    expect(of('blog')).to.deep.equal({
      instance: 'blog',
      cpuSeconds: 12,
      memoryBytes: 2 ** 29,
      totalMemoryBytes: 2 ** 30,
      connections: 7,
      freeStorageBytes: 19 * 2 ** 30,
    });
    const members = [of('shop-1'), of('shop-2')];
    expect(members.map((one) => one?.role)).to.have.members(['WRITER', 'READER']);
    const reader = members.find((one) => one?.role === 'READER');
    expect(reader).to.deep.include({
      cluster: 'shop',
      lagSeconds: 3,
      totalMemoryBytes: 8 * 2 ** 30,
      capacity: { minCapacity: 0.5, maxCapacity: 4 },
    });
    plane.crash([...plane.running.keys()][0] ?? '');
    expect((await region.parts.services.rds.measure()).length).to.be.below(3);
  });

  it('makes a cluster over zones with endpoints for writing and reading', async () => {
    await createCluster();
    const { Endpoint, ReaderEndpoint, DBClusterMembers, Port } = (await cluster()) ?? {};
    expect(Port).to.equal(3306);
    expect(DBClusterMembers).to.have.length(2);
    expect(Endpoint).to.match(/^shop\.cluster-[0-9a-z]{12}\.eu-central-1\.rds\.amazonaws\.com$/);
    expect(ReaderEndpoint).to.match(/^shop\.cluster-ro-/);
    const zones = await Promise.all(
      ['shop-1', 'shop-2'].map(async (id) => (await instance(id))?.AvailabilityZone),
    );
    expect(zones.sort()).to.deep.equal(['eu-central-1a', 'eu-central-1b']);
    expect(await roles()).to.deep.equal({ 'shop-1': true, 'shop-2': false });
    expect(resolve(Endpoint)).to.have.length(1);
    expect(resolve(ReaderEndpoint)).to.have.length(1);
    expect(resolve((await instance('shop-2'))?.Endpoint?.Address)).to.have.length(1);
    expect(resolve('other.cluster-x.eu-central-1.rds.amazonaws.com')).to.equal(undefined);
    expect(resolve('example.com')).to.equal(undefined);
  });

  it('promotes the reader that has most when the writer dies, and copies the dead one anew', async () => {
    await createCluster(3);
    const hosts = [...plane.running.keys()];
    plane.received.set(hosts[2] ?? '', 12);
    expect(region.parts.services.rds.crash('shop-1')).to.equal(true);
    await settle();
    expect(await roles()).to.deep.equal({ 'shop-1': false, 'shop-2': false, 'shop-3': true });
    expect(plane.running.size).to.equal(3);
    const { Events } = await rds.describeEvents({ SourceType: 'db-cluster' });
    expect(Events?.at(-1)?.Message).to.contain(
      'Completed failover from DB instance shop-1 to DB instance: shop-3',
    );
    expect(region.parts.services.rds.crash('no-such')).to.equal(false);
  });

  it('fails over to the reader that is asked for', async () => {
    await createCluster(3);
    await rds.failoverDBCluster({ DBClusterIdentifier: 'shop', TargetDBInstanceIdentifier: 'shop-3' });
    await settle();
    expect((await roles())['shop-3']).to.equal(true);
    const wrong = rds.failoverDBCluster({
      DBClusterIdentifier: 'shop',
      TargetDBInstanceIdentifier: 'shop-3',
    });
    expect((await failure(wrong)).name).to.contain('InvalidDBClusterState');
  });

  it('lets commits wait for a replica while there is one, and for none when there is not', async () => {
    await createCluster();
    const waits = () =>
      plane.statements.findLast(({ statement }) => statement.includes('rpl_semi_sync_master_enabled'))
        ?.statement;
    expect(waits()).to.match(/= 1$/);
    await rds.deleteDBInstance({ DBInstanceIdentifier: 'shop-2' });
    await settle();
    expect(waits()).to.match(/= 0$/);
  });

  it('keeps the password in a secret of its own and rotates it in both places', async () => {
    await createCluster(1);
    const SecretId = (await cluster())?.MasterUserSecret?.SecretArn;
    const read = async () => (await secrets.getSecretValue({ SecretId })).SecretString ?? '';
    const first = await read();
    expect(JSON.parse(first)).to.have.keys('username', 'password');
    await rds.modifyDBCluster({
      DBClusterIdentifier: 'shop',
      RotateMasterUserPassword: true,
      ApplyImmediately: true,
    });
    await settle();
    const second = await read();
    expect(second).to.not.equal(first);
    const { password } = JSON.parse(second) as { password: string };
    const set = plane.statements.findLast(({ statement }) => statement.startsWith("alter user ?@'%'"));
    expect(set?.values).to.deep.equal(['admin', password]);
    await rds.modifyDBCluster({
      DBClusterIdentifier: 'shop',
      ManageMasterUserPassword: false,
      MasterUserPassword: 'my-own-one',
    });
    expect((await failure(read())).name).to.equal('ResourceNotFoundException');
  });

  it('makes the final snapshot of a cluster, though it is deleted while its last instance goes', async () => {
    await createCluster(1);
    plane.meanwhile.set('discard', () =>
      rds.deleteDBCluster({ DBClusterIdentifier: 'shop', FinalDBSnapshotIdentifier: 'end' }),
    );
    await rds.deleteDBInstance({ DBInstanceIdentifier: 'shop-1' });
    await settle();
    expect((await failure(cluster())).name).to.equal('DBClusterNotFoundFault');
    expect([...plane.snapshots]).to.deep.equal(['end']);
  });

  it('makes the final snapshot of an instance, though it is deleted while another one is made', async () => {
    await rds.createDBInstance(instanceInput);
    await settle();
    plane.meanwhile.set('save', () =>
      rds.deleteDBInstance({ DBInstanceIdentifier: 'blog', FinalDBSnapshotIdentifier: 'end' }),
    );
    await rds.createDBSnapshot({ DBInstanceIdentifier: 'blog', DBSnapshotIdentifier: 'noon' });
    await settle();
    expect((await failure(instance())).name).to.equal('DBInstanceNotFoundFault');
    expect([...plane.snapshots]).to.deep.equal(['noon', 'end']);
  });

  it('keeps the data of a cluster without instances until the final snapshot', async () => {
    await createCluster(2);
    const early = rds.deleteDBCluster({ DBClusterIdentifier: 'shop', FinalDBSnapshotIdentifier: 'end' });
    expect((await failure(early)).name).to.contain('InvalidDBClusterState');
    for (const DBInstanceIdentifier of ['shop-1', 'shop-2'])
      await rds.deleteDBInstance({ DBInstanceIdentifier });
    await settle();
    expect(region.ec2.hosts.size).to.equal(0);
    await rds.modifyDBCluster({ DBClusterIdentifier: 'shop', DeletionProtection: true });
    await settle();
    const end = { DBClusterIdentifier: 'shop', FinalDBSnapshotIdentifier: 'end' };
    expect((await failure(rds.deleteDBCluster(end))).message).to.contain('disable deletion protection');
    await rds.modifyDBCluster({ DBClusterIdentifier: 'shop', DeletionProtection: false });
    await settle();
    expect((await failure(rds.deleteDBCluster({ DBClusterIdentifier: 'shop' }))).message).to.contain(
      'FinalDBSnapshotIdentifier',
    );
    await rds.deleteDBCluster(end);
    await settle();
    expect((await failure(cluster())).name).to.equal('DBClusterNotFoundFault');
    expect([...plane.snapshots]).to.deep.equal(['end']);
    expect((await secrets.listSecrets({})).SecretList).to.deep.equal([]);
    await rds.restoreDBClusterFromSnapshot({
      DBClusterIdentifier: 'again',
      SnapshotIdentifier: 'end',
      Engine: 'aurora-mysql',
      DBSubnetGroupName: 'shop',
    });
    await settle();
    expect(await cluster('again')).to.include({
      Status: 'available',
      MasterUsername: 'admin',
      DatabaseName: 'shop',
    });
  });

  it('makes empty snapshots of what has no data yet, and goes on', async () => {
    await rds.createDBCluster(clusterInput);
    await settle();
    const noon = { DBClusterIdentifier: 'shop', DBClusterSnapshotIdentifier: 'noon' };
    await rds.createDBClusterSnapshot(noon);
    await settle();
    await addMember('shop-1');
    await settle();
    expect((await instance('shop-1'))?.DBInstanceStatus).to.equal('available');
    await rds.createDBCluster({ ...clusterInput, DBClusterIdentifier: 'other' });
    await settle();
    await rds.deleteDBCluster({ DBClusterIdentifier: 'other', FinalDBSnapshotIdentifier: 'end' });
    await settle();
    expect((await failure(cluster('other'))).name).to.equal('DBClusterNotFoundFault');
    expect([...plane.empty]).to.deep.equal(['noon', 'end']);
  });

  it('makes the snapshot of a read replica when that has the data of its source', async () => {
    await rds.createDBInstance(instanceInput);
    await settle();
    await rds.createDBInstanceReadReplica({
      DBInstanceIdentifier: 'copy',
      SourceDBInstanceIdentifier: 'blog',
    });
    await rds.createDBSnapshot({ DBInstanceIdentifier: 'copy', DBSnapshotIdentifier: 'noon' });
    await settle();
    expect([...plane.snapshots]).to.deep.equal(['noon']);
    expect(plane.empty.size).to.equal(0);
  });

  it('stops a cluster also while a reader is added', async () => {
    await createCluster(1);
    plane.meanwhile.set('clone', () => rds.stopDBCluster({ DBClusterIdentifier: 'shop' }));
    await addMember('shop-2');
    await settle();
    expect((await cluster())?.Status).to.equal('stopped');
    expect(plane.running.size).to.equal(0);
  });

  it('keeps the data of a cluster when the power goes while its last instance leaves it', async () => {
    await createCluster(1);
    plane.meanwhile.set('keep', () => Promise.reject(new Error('the power went')));
    await rds.deleteDBInstance({ DBInstanceIdentifier: 'shop-1' });
    await settle();
    for (const name of plane.snapshots) keptSnapshots.add(name);
    region = await region.restart();
    open();
    await settle();
    await rds.deleteDBCluster({ DBClusterIdentifier: 'shop', FinalDBSnapshotIdentifier: 'end' });
    await settle();
    expect([...plane.snapshots]).to.deep.equal(['end']);
    expect(plane.empty.size).to.equal(0);
  });

  it('gives an instance a standby in another zone, which takes over', async () => {
    await rds.createDBInstance({ ...instanceInput, MultiAZ: true });
    await settle();
    const before = await instance();
    expect(before).to.include({ DBInstanceStatus: 'available', MultiAZ: true });
    expect(before?.SecondaryAvailabilityZone).to.not.equal(before?.AvailabilityZone);
    await rds.rebootDBInstance({ DBInstanceIdentifier: 'blog', ForceFailover: true });
    await settle();
    expect((await instance())?.AvailabilityZone).to.equal(before?.SecondaryAvailabilityZone);
    await rds.modifyDBInstance({ DBInstanceIdentifier: 'blog', MultiAZ: false, ApplyImmediately: true });
    await settle();
    expect(plane.running.size).to.equal(1);
  });

  it('makes read replicas that follow their source, and stops and starts', async () => {
    const managed = { MasterUserPassword: undefined, ManageMasterUserPassword: true };
    await rds.createDBInstance({ ...instanceInput, ...managed });
    await settle();
    const copy = { DBInstanceIdentifier: 'copy', SourceDBInstanceIdentifier: 'blog' };
    expect(await failure(rds.createDBInstanceReadReplica(copy))).to.include({
      name: 'InvalidParameterValue',
      message:
        'Creating read replicas for source instance with engine mysql where ManageMasterUserPassword is enabled is not supported.',
    });
    await rds.modifyDBInstance({
      DBInstanceIdentifier: 'blog',
      ManageMasterUserPassword: false,
      MasterUserPassword: 'a-password-of-our-own',
    });
    await settle();
    await rds.createDBInstanceReadReplica(copy);
    await settle();
    expect((await instance('copy'))?.DBInstanceStatus).to.equal('available');
    expect((await instance())?.ReadReplicaDBInstanceIdentifiers).to.deep.equal(['copy']);
    await rds.stopDBInstance({ DBInstanceIdentifier: 'copy' });
    await settle();
    expect(plane.running.size).to.equal(1);
    await rds.startDBInstance({ DBInstanceIdentifier: 'copy' });
    await settle();
    expect((await instance('copy'))?.DBInstanceStatus).to.equal('available');
  });

  it('comes back after a power cut with what is on its disks', async () => {
    await createCluster();
    const onDisk = [...plane.data];
    for (const hostId of [...onDisk, 'db-of-nobody']) kept.add(hostId);
    keptSnapshots.add('of-nobody');
    region = await region.restart();
    open();
    await settle();
    expect([...plane.data]).to.deep.equal(onDisk);
    expect(plane.snapshots.size).to.equal(0);
    expect(await roles()).to.deep.equal({ 'shop-1': true, 'shop-2': false });
    expect(plane.statements.some(({ statement }) => statement.startsWith('create user'))).to.equal(false);
  });

  it('keeps tags', async () => {
    await rds.createDBInstance({ ...instanceInput, Tags: [{ Key: 'team', Value: 'shop' }] });
    const ResourceName = (await instance())?.DBInstanceArn ?? '';
    await rds.addTagsToResource({ ResourceName, Tags: [{ Key: 'stage', Value: 'prod' }] });
    await rds.removeTagsFromResource({ ResourceName, TagKeys: ['team'] });
    const { TagList } = await rds.listTagsForResource({ ResourceName });
    expect(TagList).to.deep.equal([{ Key: 'stage', Value: 'prod' }]);
  });

  const bad: readonly (readonly [string, object, string])[] = [
    ['an unknown class', { DBInstanceClass: 'db.huge' }, 'InvalidParameterCombination'],
    ['another engine', { Engine: 'postgres' }, 'InvalidParameterValue'],
    ['too little storage', { AllocatedStorage: 19 }, 'InvalidParameterValue'],
    ['a short password', { MasterUserPassword: 'short' }, 'InvalidParameterValue'],
    ['two sources of the password', { ManageMasterUserPassword: true }, 'InvalidParameterCombination'],
    ['a reserved user', { MasterUsername: 'rdsadmin' }, 'InvalidParameterValue'],
    ['a public address', { PubliclyAccessible: true }, 'InvalidParameterCombination'],
    ['a field with nothing behind it', { EnablePerformanceInsights: true }, 'InvalidParameterCombination'],
    ['a zone without subnet', { AvailabilityZone: 'eu-central-1c' }, 'InvalidParameterCombination'],
    ['an unknown subnet group', { DBSubnetGroupName: 'no' }, 'DBSubnetGroupNotFoundFault'],
    ['a bad name', { DBInstanceIdentifier: '1-blog' }, 'InvalidParameterValue'],
    ['too long a retention', { BackupRetentionPeriod: 36 }, 'InvalidParameterValue'],
  ];
  for (const [what, input, name] of bad)
    it(`refuses ${what}`, async () => {
      expect((await failure(rds.createDBInstance({ ...instanceInput, ...input }))).name).to.equal(name);
      expect((await rds.describeDBInstances({})).DBInstances).to.deep.equal([]);
      expect((await secrets.listSecrets({})).SecretList).to.deep.equal([]);
    });
});
