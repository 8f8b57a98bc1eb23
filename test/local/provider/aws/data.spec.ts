import { expect } from 'chai';
import { lives, openAccount, replacing, type Account, type Resource } from './account.ts';

describe('resources of caches and shared files', () => {
  let account: Account;
  let subnets: Resource[];
  let group: Resource;

  before(async () => {
    account = await openAccount();
    const vpc = await account.make('aws:ec2/vpc:Vpc', { cidrBlock: '10.0.0.0/16' });
    subnets = await Promise.all(
      ['a', 'b'].map((zone, index) =>
        account.make('aws:ec2/subnet:Subnet', {
          vpcId: vpc.id,
          cidrBlock: `10.0.${index}.0/24`,
          availabilityZone: `${account.region}${zone}`,
        }),
      ),
    );
    group = await account.make('aws:ec2/securityGroup:SecurityGroup', { vpcId: vpc.id });
  });
  after(() => account.stop());

  const subnetIds = () => subnets.map(({ id }) => id);

  it('elasticache SubnetGroup', async () => {
    const cache = await account.clients.elasticache();
    await lives(account, {
      type: 'aws:elasticache/subnetGroup:SubnetGroup',
      inputs: { subnetIds: subnetIds(), tags: { a: '1' } },
      changed: { subnetIds: subnetIds().slice(0, 1), description: 'caches', tags: { b: '2' } },
      drift: ({ id }) =>
        cache.modifyCacheSubnetGroup({ CacheSubnetGroupName: id, CacheSubnetGroupDescription: 'ours' }),
      shows: ['description'],
    });
  });

  it('elasticache ReplicationGroup', async () => {
    const cache = await account.clients.elasticache();
    const type = 'aws:elasticache/replicationGroup:ReplicationGroup';
    const subnetGroup = await account.make('aws:elasticache/subnetGroup:SubnetGroup', {
      subnetIds: subnetIds(),
    });
    const inputs = {
      description: 'sessions',
      engine: 'valkey',
      nodeType: 'cache.t4g.micro',
      subnetGroupName: subnetGroup.id,
      securityGroupIds: [group.id],
      applyImmediately: true,
    };
    const several = {
      ...inputs,
      numCacheClusters: 2,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      tags: { a: '1' },
    };
    await lives(account, {
      type,
      inputs: { ...inputs, numCacheClusters: 1 },
      changed: several,
      drift: ({ id }) =>
        cache.modifyReplicationGroup({
          ReplicationGroupId: id,
          MultiAZEnabled: false,
          AutomaticFailoverEnabled: false,
          ApplyImmediately: true,
        }),
      shows: ['automaticFailoverEnabled', 'multiAzEnabled'],
    });
    const made = await account.make(type, { ...several, transitEncryptionEnabled: true });
    expect(made.state.primaryEndpointAddress).to.match(/^master\./);
    expect(made.state.readerEndpointAddress).to.match(/^replica\./);
    const encrypted = { ...several, transitEncryptionEnabled: true };
    expect(
      await replacing(made, encrypted, [
        { transitEncryptionEnabled: false },
        { atRestEncryptionEnabled: false },
        { port: 6380 },
        { engineVersion: '8.0' },
        { engineVersion: '9.0' },
        { engine: 'redis', engineVersion: '7.1' },
      ]),
    ).to.deep.equal(['atRestEncryptionEnabled', 'port', 'engineVersion', 'engine', 'engineVersion']);
    await made.remove();
    const old = { ...inputs, engine: 'redis', engineVersion: '7.0', numCacheClusters: 1 };
    const redis = await account.make(type, old);
    expect(
      await replacing(redis, old, [
        { transitEncryptionEnabled: true },
        { engineVersion: '7.1' },
        { engine: 'valkey', engineVersion: '7.2' },
      ]),
    ).to.deep.equal(['transitEncryptionEnabled']);
    await redis.remove();
    await subnetGroup.remove();
  });

  it('efs FileSystem, and BackupPolicy', async () => {
    const efs = await account.clients.efs();
    const type = 'aws:efs/fileSystem:FileSystem';
    await lives(account, {
      type,
      inputs: { encrypted: true, tags: { a: '1' } },
      changed: {
        encrypted: true,
        throughputMode: 'elastic',
        lifecyclePolicies: [{ transitionToIa: 'AFTER_30_DAYS' }],
      },
      drift: ({ id }) => efs.putLifecycleConfiguration({ FileSystemId: id, LifecyclePolicies: [] }),
      shows: ['lifecyclePolicies'],
    });
    const made = await account.make(type, { encrypted: true });
    expect(await replacing(made, { encrypted: true }, [{ encrypted: false }])).to.deep.equal(['encrypted']);
    const backup = await account.make('aws:efs/backupPolicy:BackupPolicy', {
      fileSystemId: made.id,
      backupPolicy: { status: 'ENABLED' },
    });
    await efs.putBackupPolicy({ FileSystemId: made.id, BackupPolicy: { Status: 'DISABLED' } });
    await backup.refresh();
    expect(backup.state.backupPolicy).to.deep.equal({ status: 'DISABLED' });
    await backup.remove();
    await made.remove();
  });

  it('efs MountTarget, and AccessPoint', async () => {
    const efs = await account.clients.efs();
    const fileSystem = await account.make('aws:efs/fileSystem:FileSystem', {});
    const fileSystemId = fileSystem.id;
    const [subnetId = ''] = subnetIds();
    await lives(account, {
      type: 'aws:efs/mountTarget:MountTarget',
      inputs: { fileSystemId, subnetId },
      changed: { fileSystemId, subnetId, securityGroups: [group.id] },
      drift: async ({ id }) => {
        await efs.deleteMountTarget({ MountTargetId: id });
      },
      shows: 'gone',
    });
    const rootDirectory = {
      path: '/uploads',
      creationInfo: { ownerUid: 900, ownerGid: 900, permissions: '0750' },
    };
    const inputs = { fileSystemId, posixUser: { uid: 900, gid: 900 }, rootDirectory };
    await lives(account, {
      type: 'aws:efs/accessPoint:AccessPoint',
      inputs,
      changed: { ...inputs, tags: { a: '1' } },
      drift: ({ id }) => efs.tagResource({ ResourceId: id, Tags: [{ Key: 'owner', Value: 'somebody' }] }),
      shows: ['tags'],
    });
    await fileSystem.remove();
  });
});
