import { expect } from 'chai';
import { AuroraCluster } from '../../../infra/data/aurora-cluster.ts';
import { finalSnapshotName } from '../../../infra/data/database.ts';
import { DatabaseInstance } from '../../../infra/data/database-instance.ts';
import { databaseSection } from '../../../infra/data/database-section.ts';
import { recordResources } from '../../support/record-resources.ts';

const place = {
  vpcId: 'vpc-1',
  privateSubnetIds: ['subnet-a', 'subnet-b'],
  tags: { 'beanpole:stack': 'prod' },
};
const clusterType = 'aws:rds/cluster:Cluster';
const instanceType = 'aws:rds/instance:Instance';
const memberType = 'aws:rds/clusterInstance:ClusterInstance';

const aurora = (given: object = {}) =>
  recordResources(() => {
    const configuration = databaseSection.parse({ engine: 'aurora-mysql', ...given });
    const { host, readerHost, secretArn } = new AuroraCluster('db', { configuration, ...place });
    return { host, readerHost, secretArn };
  });
const mysql = (given: object = {}) =>
  recordResources(() => {
    const configuration = databaseSection.parse({ engine: 'mysql', ...given });
    const { host, readerHost, secretArn } = new DatabaseInstance('db', { configuration, ...place });
    return { host, readerHost, secretArn };
  });

const { tags } = place;
/** What makes a database private, encrypted, backed up and without a password in any state. */
const safe = {
  storageEncrypted: true,
  manageMasterUserPassword: true,
  vpcSecurityGroupIds: ['db-id'],
  dbSubnetGroupName: 'db',
  port: 3306,
  deletionProtection: true,
  skipFinalSnapshot: false,
  finalSnapshotIdentifier: finalSnapshotName('db', { name: 'ebdb' }),
  backupRetentionPeriod: 7,
  copyTagsToSnapshot: true,
  applyImmediately: true,
  tags,
};

describe('the final snapshot of a database', () => {
  const nameOf = finalSnapshotName;

  it('has another name each time that the stack is brought up, whose beginning is that of the stack', () => {
    const first = nameOf('shop-prod-database-3f2a1b9', { name: 'ebdb' });
    expect(first).to.match(/^shop-prod-database-3f2a1b9-[0-9a-f]{6}-final$/);
    expect(nameOf('shop-prod-database-0c4d2e1', { name: 'ebdb' })).not.to.equal(first);
  });

  it('has another name when the database is replaced, and the same one as long as it is not', () => {
    const names = [
      nameOf('db', { name: 'ebdb' }),
      nameOf('db', { name: 'orders' }),
      nameOf('db', { name: 'ebdb', restoreFromSnapshot: 'noon' }),
      nameOf('db', { name: 'ebdb', restoreFromSnapshot: 'midnight' }),
    ];
    expect(new Set(names).size).to.equal(4);
    expect(nameOf('db', { name: 'ebdb' })).to.equal(names[0]);
  });
});

describe('an Aurora cluster', () => {
  it('is encrypted, private, protected and backed up; RDS keeps its password', async () => {
    const recording = await aurora();
    const cluster = recording.only(clusterType);
    expect(cluster.inputs).to.deep.equal({
      ...safe,
      engine: 'aurora-mysql',
      engineMode: 'provisioned',
      databaseName: 'ebdb',
      masterUsername: 'beanpole',
      serverlessv2ScalingConfiguration: { minCapacity: 0.5, maxCapacity: 4 },
    });
    expect(cluster.protect).to.equal(true);
    expect(cluster.ignoreChanges).to.have.members([
      'engineVersion',
      'snapshotIdentifier',
      'availabilityZones',
    ]);
    expect(recording.only('aws:rds/subnetGroup:SubnetGroup').inputs.subnetIds).to.deep.equal([
      'subnet-a',
      'subnet-b',
    ]);
  });

  it('has a writer and readers that scale between its capacities, none of them public', async () => {
    const recording = await aurora({ instances: 3, minCapacity: 1, maxCapacity: 8 });
    expect(recording.only(clusterType).inputs.serverlessv2ScalingConfiguration).to.deep.equal({
      minCapacity: 1,
      maxCapacity: 8,
    });
    expect(recording.ofType(memberType).map(({ name }) => name)).to.deep.equal(['db-1', 'db-2', 'db-3']);
    for (const { inputs, ignoreChanges } of recording.ofType(memberType)) {
      expect(inputs).to.deep.equal({
        clusterIdentifier: 'db-id',
        engine: 'aurora-mysql',
        instanceClass: 'db.serverless',
        dbSubnetGroupName: 'db',
        publiclyAccessible: false,
        copyTagsToSnapshot: true,
        applyImmediately: true,
        tags,
      });
      expect(ignoreChanges).to.deep.equal(['engineVersion']);
    }
  });

  it('tells where to write, where to read and where the password is', async () => {
    expect((await aurora()).outputs).to.deep.equal({
      host: 'db.cluster.example',
      readerHost: 'db.cluster-ro.example',
      secretArn: 'arn:aws:mock:eu-central-1:123456789012:db-secret',
    });
    expect((await aurora({ instances: 1 })).outputs.readerHost).to.equal(undefined);
  });

  it('is provisioned with an instance class, and restored from a snapshot where wanted', async () => {
    const recording = await aurora({ instanceClass: 'db.r6g.large', restoreFromSnapshot: 'before' });
    const { inputs } = recording.only(clusterType);
    expect(inputs).to.include({ snapshotIdentifier: 'before' });
    expect(inputs).not.to.have.any.keys('serverlessv2ScalingConfiguration');
    expect(recording.ofType(memberType)[0]?.inputs.instanceClass).to.equal('db.r6g.large');
  });

  it('can be deleted, with its final snapshot, only when the protection is taken off', async () => {
    const cluster = (await aurora({ protection: false })).only(clusterType);
    expect(cluster.protect).to.equal(false);
    expect(cluster.inputs).to.include({ deletionProtection: false, skipFinalSnapshot: false });
  });
});

describe('an RDS instance', () => {
  it('is encrypted, private, protected and backed up; RDS keeps its password', async () => {
    const recording = await mysql();
    const instance = recording.only(instanceType);
    expect(instance.inputs).to.deep.equal({
      ...safe,
      engine: 'mysql',
      dbName: 'ebdb',
      username: 'beanpole',
      instanceClass: 'db.t4g.micro',
      storageType: 'gp3',
      allocatedStorage: 20,
      multiAz: false,
      publiclyAccessible: false,
    });
    expect(instance.protect).to.equal(true);
    expect(instance.ignoreChanges).to.deep.equal(['engineVersion', 'snapshotIdentifier']);
    expect(recording.outputs).to.include({ host: 'db.rds.example', readerHost: undefined });
  });

  it('has replicas to read from, as private and encrypted as itself', async () => {
    const recording = await mysql({ readReplicas: 2, multiAz: true });
    const replicas = recording.ofType(instanceType).filter(({ name }) => name !== 'db');
    expect(replicas.map(({ name }) => name)).to.deep.equal(['db-replica-1', 'db-replica-2']);
    for (const { inputs, ignoreChanges } of replicas) {
      expect(inputs).to.deep.equal({
        replicateSourceDb: 'db',
        instanceClass: 'db.t4g.micro',
        storageType: 'gp3',
        storageEncrypted: true,
        publiclyAccessible: false,
        vpcSecurityGroupIds: ['db-id'],
        copyTagsToSnapshot: true,
        // What it holds is in the snapshot of its source.
        skipFinalSnapshot: true,
        applyImmediately: true,
        tags,
      });
      expect(ignoreChanges).to.deep.equal(['engineVersion']);
    }
    expect(recording.outputs.readerHost).to.equal('db-replica-1.rds.example');
  });

  it('with replicas has a password of its own, which RDS would not manage, chosen once', async () => {
    const recording = await mysql({ readReplicas: 1 });
    const primary = recording.only(instanceType, 'db').inputs;
    expect(primary).not.to.have.any.keys('manageMasterUserPassword');
    const { tags } = recording.only('aws:secretsmanager/secret:Secret').inputs;
    expect(tags).to.deep.equal(primary.tags);
    const version = recording.only('aws:secretsmanager/secretVersion:SecretVersion');
    expect(version.ignoreChanges).to.deep.equal(['secretString']);
    const told = (input: unknown) => (input as { value: string }).value;
    const secret = JSON.parse(told(version.inputs.secretString)) as Record<string, string>;
    expect(secret).to.have.keys('username', 'password');
    expect(secret).to.include({ username: primary.username, password: told(primary.password) });
    expect(secret.password).to.match(/^[\w-]{32}$/);
    expect(recording.outputs.secretArn).to.match(/db-master/);
    expect((await mysql()).ofType(version.type)).to.deep.equal([]);
  });

  it('leaves nothing behind where no final snapshot is wanted', async () => {
    const { inputs } = (await mysql({ finalSnapshot: false, protection: false })).only(instanceType);
    expect(inputs).to.include({ skipFinalSnapshot: true });
    expect(inputs).not.to.have.any.keys('finalSnapshotIdentifier');
  });
});
