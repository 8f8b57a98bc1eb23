import { EFS } from '@aws-sdk/client-efs';
import { expect } from 'chai';
import { createEfs } from '../../../../local/services/efs/service.ts';
import { addSubnets, failure, startRegion, type TestRegion } from '../../../support/region.ts';

describe('EFS', () => {
  let region: TestRegion;
  let efs: EFS;
  let subnets: string[];
  let FileSystemId: string;
  const served = new Set<string>();

  beforeEach(async () => {
    served.clear();
    region = await startRegion({
      elasticfilesystem: (parts) =>
        createEfs(parts, async (_, hostId) => {
          served.add(hostId);
          return { close: () => served.delete(hostId) };
        }),
    });
    efs = new EFS(region.client);
    subnets = addSubnets(region, 'a', 'b');
    ({ FileSystemId = '' } = await efs.createFileSystem({ CreationToken: 'uploads', Encrypted: true }));
  });
  afterEach(async () => {
    efs.destroy();
    await region.close();
  });

  const target = async (SubnetId = subnets[0] ?? '') => {
    const { MountTargetId } = await efs.createMountTarget({ FileSystemId, SubnetId });
    await region.settle();
    return MountTargetId;
  };
  const resolve = (name: string) => region.parts.services.elasticfilesystem.resolve(name);

  it('makes file systems once per creation token', async () => {
    const again = await failure(efs.createFileSystem({ CreationToken: 'uploads' }));
    expect(again).to.include({ name: 'FileSystemAlreadyExists', FileSystemId });
    const { FileSystems } = await efs.describeFileSystems({ CreationToken: 'uploads' });
    expect(FileSystems?.[0]).to.deep.include({
      FileSystemId,
      Encrypted: true,
      LifeCycleState: 'available',
      NumberOfMountTargets: 0,
      ThroughputMode: 'bursting',
    });
    expect((await failure(efs.describeFileSystems({ FileSystemId: 'fs-0' }))).name).to.equal(
      'FileSystemNotFound',
    );
  });

  it('has one mount target per zone, which its names lead to', async () => {
    const MountTargetId = await target();
    const { MountTargets } = await efs.describeMountTargets({ FileSystemId });
    expect(MountTargets?.[0]).to.deep.include({
      MountTargetId,
      LifeCycleState: 'available',
      IpAddress: '127.0.0.10',
      AvailabilityZoneName: 'eu-central-1a',
    });
    expect(served.size).to.equal(1);
    expect((await failure(target())).name).to.equal('MountTargetConflict');
    const name = `${FileSystemId}.efs.eu-central-1.amazonaws.com`;
    expect(resolve(name)).to.deep.equal(['127.0.0.10']);
    expect(resolve(`eu-central-1a.${name}`)).to.deep.equal(['127.0.0.10']);
    expect(resolve(`eu-central-1b.${name}`)).to.equal(undefined);
    await target(subnets[1]);
    expect(resolve(`eu-central-1b.${name}`)).to.have.length(1);
  });

  it('changes a mount target`s security groups', async () => {
    const MountTargetId = await target();
    region.ec2.securityGroups.push({ GroupId: 'sg-2', VpcId: 'vpc-1' });
    await efs.modifyMountTargetSecurityGroups({ MountTargetId, SecurityGroups: ['sg-2'] });
    const { SecurityGroups } = await efs.describeMountTargetSecurityGroups({ MountTargetId });
    expect(SecurityGroups).to.deep.equal(['sg-2']);
    const unknown = efs.modifyMountTargetSecurityGroups({ MountTargetId, SecurityGroups: ['sg-9'] });
    expect((await failure(unknown)).name).to.equal('SecurityGroupNotFound');
  });

  it('is deleted after its mount targets, and comes back before', async () => {
    const MountTargetId = await target();
    expect((await failure(efs.deleteFileSystem({ FileSystemId }))).name).to.equal('FileSystemInUse');
    region = await region.restart();
    efs = new EFS(region.client);
    await region.settle();
    expect(served.size).to.equal(1);
    await efs.deleteMountTarget({ MountTargetId });
    await region.settle();
    expect(served.size + region.ec2.hosts.size).to.equal(0);
    await efs.deleteFileSystem({ FileSystemId });
    expect((await efs.describeFileSystems({})).FileSystems).to.deep.equal([]);
  });

  it('keeps access points, and refuses roots and users that there cannot be', async () => {
    const make = (more: object) => efs.createAccessPoint({ FileSystemId, ...more });
    const RootDirectory = {
      Path: '/uploads',
      CreationInfo: { OwnerUid: 9, OwnerGid: 9, Permissions: '0750' },
    };
    const { AccessPointId } = await make({ PosixUser: { Uid: 9, Gid: 9 }, RootDirectory });
    const { AccessPoints } = await efs.describeAccessPoints({ AccessPointId });
    expect(AccessPoints?.[0]).to.deep.include({ FileSystemId, PosixUser: { Uid: 9, Gid: 9 }, RootDirectory });
    for (const Path of ['uploads', '/a/../b', '/a/b/c/d/e', '/a//b'])
      expect((await failure(make({ RootDirectory: { Path } }))).name).to.equal('BadRequest');
    expect((await failure(make({ PosixUser: { Uid: -1, Gid: 0 } }))).name).to.equal('BadRequest');
    await efs.deleteAccessPoint({ AccessPointId });
    expect((await failure(efs.describeAccessPoints({ AccessPointId }))).name).to.equal('AccessPointNotFound');
  });

  it('keeps lifecycle, backup and resource policy, and tags', async () => {
    const LifecyclePolicies = [{ TransitionToIA: 'AFTER_30_DAYS' as const }];
    await efs.putLifecycleConfiguration({ FileSystemId, LifecyclePolicies });
    expect((await efs.describeLifecycleConfiguration({ FileSystemId })).LifecyclePolicies).to.deep.equal(
      LifecyclePolicies,
    );
    await efs.putBackupPolicy({ FileSystemId, BackupPolicy: { Status: 'ENABLED' } });
    expect((await efs.describeBackupPolicy({ FileSystemId })).BackupPolicy?.Status).to.equal('ENABLED');
    expect((await failure(efs.describeFileSystemPolicy({ FileSystemId }))).name).to.equal('PolicyNotFound');
    const Policy = JSON.stringify({ Statement: [{ Effect: 'Deny' }] });
    await efs.putFileSystemPolicy({ FileSystemId, Policy });
    expect((await efs.describeFileSystemPolicy({ FileSystemId })).Policy).to.equal(Policy);
    await efs.deleteFileSystemPolicy({ FileSystemId });
    expect((await failure(efs.putFileSystemPolicy({ FileSystemId, Policy: '{' }))).name).to.equal(
      'InvalidPolicyException',
    );
    await efs.tagResource({ ResourceId: FileSystemId, Tags: [{ Key: 'Name', Value: 'uploads' }] });
    expect((await efs.describeFileSystems({ FileSystemId })).FileSystems?.[0]?.Name).to.equal('uploads');
    await efs.untagResource({ ResourceId: FileSystemId, TagKeys: ['Name'] });
    expect((await efs.listTagsForResource({ ResourceId: FileSystemId })).Tags).to.deep.equal([]);
  });

  for (const [what, input] of [
    ['another key', { KmsKeyId: 'k' }],
    ['one zone', { AvailabilityZoneName: 'eu-central-1a' }],
    ['provisioned throughput', { ThroughputMode: 'provisioned' as const }],
    ['another performance mode', { PerformanceMode: 'maxIO' as const }],
  ] as const)
    it(`refuses ${what}, which nothing would act on`, async () => {
      const refused = await failure(efs.createFileSystem({ CreationToken: 'other', ...input }));
      expect(refused.message).to.contain('nothing would act on it');
    });
});
