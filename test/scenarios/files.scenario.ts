import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { awsOf, type Aws } from '../support/aws.ts';
import { until } from '../support/client.ts';
import { startCloud, type TestCloud } from '../support/cloud.ts';
import { admit, launchMachine, makeVpc, powerCut, type Machine, type TestVpc } from '../support/machines.ts';

/** A shared file system with a mount target per zone, as instances see it. */
describe('a shared file system', function () {
  this.timeout(60_000);
  let cloud: TestCloud;
  let aws: Aws;
  let vpc: TestVpc;
  let clients: string;
  let targets: string;
  let machines: Machine[];
  let FileSystemId: string;
  let mount: string;

  before(async () => {
    cloud = await startCloud();
    aws = awsOf(cloud);
    vpc = await makeVpc(aws, ['a', 'b', 'c']);
    clients = await vpc.group('clients');
    targets = await vpc.group('targets');
    ({ FileSystemId = '' } = await aws.efs.createFileSystem({ CreationToken: 'uploads', Encrypted: true }));
    // Two of three zones have a mount target.
    for (const SubnetId of vpc.subnets.slice(0, 2))
      await aws.efs.createMountTarget({ FileSystemId, SubnetId, SecurityGroups: [targets] });
    const { AccessPointId } = await aws.efs.createAccessPoint({
      FileSystemId,
      PosixUser: { Uid: 900, Gid: 900 },
      RootDirectory: {
        Path: '/uploads',
        CreationInfo: { OwnerUid: 900, OwnerGid: 900, Permissions: '750' },
      },
    });
    mount = `mkdir -p /mnt/uploads && mount -t efs -o tls,accesspoint=${AccessPointId} ${FileSystemId}:/ /mnt/uploads`;
    machines = await Promise.all(vpc.subnets.map(launch));
    await until('the mount targets are there', 20, async () => {
      const { MountTargets = [] } = await aws.efs.describeMountTargets({ FileSystemId });
      return MountTargets.every(({ LifeCycleState }) => LifeCycleState === 'available');
    });
  });
  after(() => cloud.remove());

  const launch = (subnet: string) => launchMachine(cloud, aws, { subnet, groups: [clients] });
  const on = (index: number, script: string): Promise<string> =>
    machines[index]?.run(script) ?? Promise.resolve('');
  const onDisk = () => join(cloud.folder, 'region/files', FileSystemId);

  it('is not mounted where security groups do not allow it', async () => {
    const refused = await on(0, `${mount}; echo "status $?"; findmnt /mnt/uploads`);
    expect(refused)
      .to.contain('check that its security groups allow port 2049')
      .and.to.match(/status 32$/);
    await admit(aws, targets, { port: 2049, from: clients });
    expect(await on(0, `${mount} && findmnt -n -o TARGET /mnt/uploads`)).to.equal('/mnt/uploads');
  });

  it('is not mounted in a zone without mount target', async () => {
    expect(await on(2, `${mount}; echo "status $?"`))
      .to.contain('has an EFS mount target')
      .and.to.match(/status 1$/);
  });

  it('shows a file of one instance on the other at once, below the root of the access point', async () => {
    expect(await on(1, mount)).to.equal('');
    expect(await on(0, 'ls -A /mnt/uploads')).to.equal('');
    await on(0, 'echo "a picture" > /mnt/uploads/picture && mkdir /mnt/uploads/2026');
    await on(0, 'echo "deeper" > /mnt/uploads/2026/deep');
    expect(await on(1, 'cat /mnt/uploads/picture; ls /mnt/uploads')).to.equal('a picture\n2026\npicture');
    expect(readdirSync(onDisk())).to.deep.equal(['uploads']);
    if (process.getuid?.() === 0) expect(statSync(join(onDisk(), 'uploads')).uid).to.equal(900);
  });

  it('makes everything the access point`s user`s, whoever writes it', async function () {
    // A cloud of an ordinary user has one user only.
    if (process.getuid?.() !== 0) this.skip();
    const owners = () => on(1, 'stat -c %u:%g /mnt/uploads/picture /mnt/uploads/2026 /mnt/uploads/2026/deep');
    await until('all is its own', 5, async () => (await owners()) === '900:900\n900:900\n900:900');
  });

  it('refuses what it cannot give by name', async () => {
    const attempt = (options: string, source = FileSystemId) =>
      on(0, `mkdir -p /mnt/x; mount -t efs ${options} ${source}:/ /mnt/x`);
    expect(await attempt('-o tls,iam')).to.contain('option iam is not supported');
    expect(await attempt('-o accesspoint=fsap-0')).to.contain('"tls" option is required');
    expect(await attempt('-o tls,accesspoint=fsap-0')).to.contain('access point fsap-0 does not exist');
    expect(await attempt('-o tls', 'fs-00')).to.contain('Failed to resolve');
    const statement = {
      Effect: 'Deny',
      Principal: '*',
      Action: '*',
      Resource: '*',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await aws.efs.putFileSystemPolicy({ FileSystemId, Policy });
    expect(await attempt('')).to.contain('its policy demands tls');
  });

  it('is busy while in use, and gone when it is unmounted', async () => {
    expect(await on(0, 'cd /mnt/uploads && umount /mnt/uploads')).to.contain('busy');
    expect(await on(0, 'umount /mnt/uploads && ls -A /mnt/uploads; ls -A /run/shown')).to.equal('');
  });

  it('keeps its files over the loss of all instances and the death of the cloud', async () => {
    await aws.ec2.terminateInstances({ InstanceIds: machines.map(({ instanceId }) => instanceId) });
    await powerCut(cloud);
    machines = await Promise.all(vpc.subnets.slice(0, 2).map(launch));
    await until(
      'it is mounted again',
      20,
      async () => (await on(1, `${mount} && cat /mnt/uploads/picture`)) === 'a picture',
    );
    expect(readFileSync(join(onDisk(), 'uploads/2026/deep'), 'utf8')).to.equal('deeper\n');
  });

  it('is deleted only when nobody can reach it any more', async () => {
    const refused = await aws.efs
      .deleteFileSystem({ FileSystemId })
      .catch((error: unknown) => error as Error);
    expect(refused).to.have.property('name', 'FileSystemInUse');
    const { MountTargets = [] } = await aws.efs.describeMountTargets({ FileSystemId });
    for (const { MountTargetId } of MountTargets) await aws.efs.deleteMountTarget({ MountTargetId });
    await until('the mount targets are gone', 20, async () => {
      return (await aws.efs.describeMountTargets({ FileSystemId })).MountTargets?.length === 0;
    });
    await aws.efs.deleteFileSystem({ FileSystemId });
    expect((await aws.efs.describeFileSystems({})).FileSystems).to.deep.equal([]);
  });
});
