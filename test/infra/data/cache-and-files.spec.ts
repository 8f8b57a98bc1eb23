import { expect } from 'chai';
import { CacheCluster } from '../../../infra/data/cache-cluster.ts';
import { cacheSection } from '../../../infra/data/cache-section.ts';
import { filesSection } from '../../../infra/data/files-section.ts';
import { SharedFileSystem } from '../../../infra/data/shared-file-system.ts';
import { recordResources } from '../../support/record-resources.ts';

const place = {
  vpcId: 'vpc-1',
  privateSubnetIds: ['subnet-a', 'subnet-b'],
  tags: { 'beanpole:stack': 'prod' },
};

describe('a cache', () => {
  const record = (given: object = {}) =>
    recordResources(() => {
      const cache = new CacheCluster('cache', { configuration: cacheSection.parse(given), ...place });
      return { host: cache.host, readerHost: cache.readerHost };
    });
  const groupType = 'aws:elasticache/replicationGroup:ReplicationGroup';

  it('is private, and encrypted in transit and at rest', async () => {
    const recording = await record();
    const { inputs, ignoreChanges } = recording.only(groupType);
    expect(inputs).to.deep.equal({
      description: 'Cache of a Beanpole stack',
      engine: 'valkey',
      nodeType: 'cache.t4g.micro',
      port: 6379,
      transitEncryptionEnabled: true,
      atRestEncryptionEnabled: true,
      securityGroupIds: ['cache-id'],
      subnetGroupName: 'cache',
      numCacheClusters: 1,
      automaticFailoverEnabled: false,
      multiAzEnabled: false,
      applyImmediately: true,
      tags: place.tags,
    });
    expect(ignoreChanges).to.deep.equal(['engineVersion']);
    expect(recording.only('aws:elasticache/subnetGroup:SubnetGroup').inputs).to.deep.include({
      subnetIds: place.privateSubnetIds,
      tags: place.tags,
    });
    expect(recording.outputs.readerHost).to.equal(undefined);
  });

  it('fails over to a replica in another zone, and has a name to read from', async () => {
    const recording = await record({ replicas: 2 });
    expect(recording.only(groupType).inputs).to.include({
      numCacheClusters: 3,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
    });
    expect(recording.outputs).to.deep.equal({
      host: 'master.cache.cache.example',
      readerHost: 'replica.cache.cache.example',
    });
  });
});

describe('a shared file system', () => {
  const record = (given: object = {}) =>
    recordResources(() => {
      const configuration = filesSection.parse(given);
      const files = new SharedFileSystem('files', { configuration, ...place, availabilityZones: 2 });
      return { needs: files.needs.length };
    });

  it('is encrypted, protected and backed up', async () => {
    const recording = await record();
    const fileSystem = recording.only('aws:efs/fileSystem:FileSystem');
    expect(fileSystem.inputs).to.include({ encrypted: true });
    expect(fileSystem.protect).to.equal(true);
    expect(recording.only('aws:efs/backupPolicy:BackupPolicy').inputs.backupPolicy).to.deep.equal({
      status: 'ENABLED',
    });
  });

  it('has a mount target in each zone, behind a group that admits nobody by itself', async () => {
    const recording = await record();
    const targets = recording.ofType('aws:efs/mountTarget:MountTarget').map(({ inputs }) => inputs);
    expect(targets).to.deep.equal([
      { fileSystemId: 'files-id', subnetId: 'subnet-a', securityGroups: ['files-id'] },
      { fileSystemId: 'files-id', subnetId: 'subnet-b', securityGroups: ['files-id'] },
    ]);
    expect(recording.outputs.needs).to.equal(2);
    expect(recording.ofType('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule')).to.deep.equal([]);
  });

  it('shows instances one folder, which belongs to nobody`s root', async () => {
    const { inputs } = (await record()).only('aws:efs/accessPoint:AccessPoint');
    expect(inputs.posixUser).to.deep.equal({ uid: 1000, gid: 1000 });
    expect(inputs.rootDirectory).to.deep.equal({
      path: '/files',
      creationInfo: { ownerUid: 1000, ownerGid: 1000, permissions: '0755' },
    });
  });

  it('can be deleted when the protection is taken off', async () => {
    expect((await record({ protection: false })).only('aws:efs/fileSystem:FileSystem').protect).to.equal(
      false,
    );
  });
});
