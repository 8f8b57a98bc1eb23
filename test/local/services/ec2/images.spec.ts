import * as sdk from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '../../../../local/store.ts';
import { failure } from '../../../support/failure.ts';
import { NamedMachines } from './planes.ts';
import {
  describe1,
  imageId,
  instanceType,
  inState,
  launch1,
  makeNetwork,
  startRegion,
  type TestRegion,
  until,
} from './region.ts';

/** Waiters of the SDK look at once, and again after a moment. */
const patience = { minDelay: 0.01, maxDelay: 0.02, maxWaitTime: 5 };

describe('EC2 images, snapshots and volumes', () => {
  const regions: TestRegion[] = [];
  let region: TestRegion;
  let ec2: sdk.EC2Client;
  let subnetId: string;
  const start = async (store?: Store): Promise<TestRegion> => {
    const started = await startRegion({}, store ? { store } : {});
    regions.push(started);
    return started;
  };
  const begin = async (store?: Store): Promise<void> => {
    region = await start(store);
    ec2 = region.ec2;
    ({ subnetId } = await makeNetwork(region));
  };
  /** Of copies that a test has held back. */
  let release = (): void => undefined;
  afterEach(async () => {
    release();
    for (const each of regions.splice(0)) await each.stop();
  });

  const launch = async (input: Partial<sdk.RunInstancesCommandInput> = {}): Promise<string> => {
    const id = await launch1(region, subnetId, input);
    await inState(region, id, 'running');
    return id;
  };
  const createImage = async (InstanceId: string, input: Partial<sdk.CreateImageCommandInput> = {}) =>
    (await ec2.send(new sdk.CreateImageCommand({ InstanceId, Name: 'golden', ...input }))).ImageId!;
  const image1 = async (id: string, of: TestRegion = region): Promise<sdk.Image> =>
    (await of.ec2.send(new sdk.DescribeImagesCommand({ ImageIds: [id] }))).Images![0]!;
  const snapshot1 = async (id: string): Promise<sdk.Snapshot> =>
    (await ec2.send(new sdk.DescribeSnapshotsCommand({ SnapshotIds: [id] }))).Snapshots![0]!;
  const volumeOf = async (id: string): Promise<string> =>
    (await describe1(region, id)).BlockDeviceMappings![0]!.Ebs!.VolumeId!;
  const snapshotIdOf = async (id: string): Promise<string> =>
    (await image1(id)).BlockDeviceMappings![0]!.Ebs!.SnapshotId!;

  describe('an image', () => {
    beforeEach(() => begin());

    it('is pending while its snapshot is copied, then available, and boots machines from its disk', async () => {
      const encrypted = { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: true } }] };
      const source = await launch(encrypted);
      release = region.machines.holdCopies();
      const id = await createImage(source, {
        NoReboot: true,
        Description: 'everything in it',
        TagSpecifications: [
          { ResourceType: 'image', Tags: [{ Key: 'kind', Value: 'golden' }] },
          { ResourceType: 'snapshot', Tags: [{ Key: 'of', Value: 'golden' }] },
        ],
      });
      const snapshotId = await snapshotIdOf(id);
      expect(await snapshot1(snapshotId)).to.include({
        State: 'pending',
        Progress: '40%',
        Encrypted: true,
        VolumeSize: 8,
        VolumeId: await volumeOf(source),
      });
      expect((await image1(id)).State).to.equal('pending');
      const early = await failure(launch({ ImageId: id }));
      expect(early.name).to.equal('InvalidAMIID.Unavailable');

      release();
      await sdk.waitUntilImageAvailable({ client: ec2, ...patience }, { ImageIds: [id] });
      await sdk.waitUntilSnapshotCompleted({ client: ec2, ...patience }, { SnapshotIds: [snapshotId] });
      expect(await snapshot1(snapshotId)).to.deep.include({
        State: 'completed',
        Progress: '100%',
        Tags: [{ Key: 'of', Value: 'golden' }],
      });
      expect(await image1(id)).to.deep.include({
        State: 'available',
        Public: false,
        OwnerId: '123456789012',
        Name: 'golden',
        SourceInstanceId: source,
        SourceImageId: await imageId(region),
        Tags: [{ Key: 'kind', Value: 'golden' }],
      });

      const launched = await launch({ ImageId: id });
      expect(region.machines.booted.at(-1)).to.include({ imageId: id, snapshotId });
      const { Volumes } = await ec2.send(
        new sdk.DescribeVolumesCommand({ VolumeIds: [await volumeOf(launched)] }),
      );
      expect(Volumes![0]).to.include({ SnapshotId: snapshotId, Encrypted: true, State: 'in-use' });
    });

    it('is made of an instance that is shut down for it and boots again, unless that is declined', async () => {
      const source = await launch();
      await sdk.waitUntilImageAvailable(
        { client: ec2, ...patience },
        { ImageIds: [await createImage(source)] },
      );
      expect(region.machines.copied).to.have.length(1);
      expect(region.machines.copied[0]).to.include({ from: source, wasRunning: false });
      await until(
        () => region.machines.booted.length,
        (count) => count === 2,
      );
      await sdk.waitUntilImageAvailable(
        { client: ec2, ...patience },
        { ImageIds: [await createImage(source, { Name: 'live', NoReboot: true })] },
      );
      expect(region.machines.copied[1]).to.include({ from: source, wasRunning: true });
      expect(region.machines.booted).to.have.length(2);
    });

    it('has a name of its own, and is made of an instance that runs or is stopped', async () => {
      const source = await launch();
      const id = await createImage(source);
      const again = await failure(createImage(source));
      expect(again.name).to.equal('InvalidAMIName.Duplicate');
      expect(again.message).to.contain(id);
      expect((await failure(createImage(source, { Name: 'a*' }))).name).to.equal('InvalidAMIName.Malformed');
      await ec2.send(new sdk.TerminateInstancesCommand({ InstanceIds: [source] }));
      await inState(region, source, 'terminated');
      expect((await failure(createImage(source, { Name: 'late' }))).name).to.equal('IncorrectInstanceState');
    });

    it('is listed with Amazon’s own by owner, name, tag and permission', async () => {
      const id = await createImage(await launch());
      const list = async (input: sdk.DescribeImagesCommandInput) =>
        (await ec2.send(new sdk.DescribeImagesCommand(input))).Images!.map(({ ImageId }) => ImageId);
      expect(await list({})).to.deep.equal([await imageId(region), id]);
      expect(await list({ Owners: ['self'] })).to.deep.equal([id]);
      expect(await list({ Filters: [{ Name: 'name', Values: ['gold*'] }] })).to.deep.equal([id]);
      const permission = { Attribute: 'launchPermission' } as const;
      await ec2.send(
        new sdk.ModifyImageAttributeCommand({
          ImageId: id,
          LaunchPermission: { Add: [{ UserId: '210987654321' }] },
        }),
      );
      expect(await list({ ExecutableUsers: ['210987654321'] })).to.deep.equal([id]);
      const { LaunchPermissions } = await ec2.send(
        new sdk.DescribeImageAttributeCommand({ ImageId: id, ...permission }),
      );
      expect(LaunchPermissions).to.deep.equal([{ UserId: '210987654321' }]);
      await ec2.send(
        new sdk.ModifyImageAttributeCommand({ ImageId: id, LaunchPermission: { Add: [{ Group: 'all' }] } }),
      );
      expect((await image1(id)).Public).to.equal(true);
      await ec2.send(
        new sdk.ModifyImageAttributeCommand({
          ImageId: id,
          ...permission,
          OperationType: 'remove',
          UserGroups: ['all'],
        }),
      );
      expect((await image1(id)).Public).to.equal(false);
    });

    it('keeps its snapshot from being deleted; with it gone the snapshot may go, or goes along', async () => {
      const source = await launch();
      const id = await createImage(source, { NoReboot: true });
      await sdk.waitUntilImageAvailable({ client: ec2, ...patience }, { ImageIds: [id] });
      const SnapshotId = await snapshotIdOf(id);
      const busy = await failure(ec2.send(new sdk.DeleteSnapshotCommand({ SnapshotId })));
      expect(busy.name).to.equal('InvalidSnapshot.InUse');
      expect(busy.message).to.contain(id);
      await ec2.send(new sdk.DeregisterImageCommand({ ImageId: id }));
      expect((await failure(launch({ ImageId: id }))).name).to.equal('InvalidAMIID.NotFound');
      await ec2.send(new sdk.DeleteSnapshotCommand({ SnapshotId }));
      await until(
        () => region.machines.disks.has(SnapshotId),
        (isThere) => !isThere,
      );
      const second = await createImage(source, { Name: 'second', NoReboot: true });
      const { DeleteSnapshotResults: results } = await ec2.send(
        new sdk.DeregisterImageCommand({ ImageId: second, DeleteAssociatedSnapshots: true }),
      );
      expect(results!.map(({ ReturnCode }) => ReturnCode)).to.deep.equal(['success']);
      expect((await ec2.send(new sdk.DescribeSnapshotsCommand({}))).Snapshots).to.deep.equal([]);
    });

    it('of Amazon is not ours to change', async () => {
      const ImageId = await imageId(region);
      const refused = await failure(ec2.send(new sdk.DeregisterImageCommand({ ImageId })));
      expect(refused.name).to.equal('AuthFailure');
    });

    it('sets the least size of a disk, and an encrypted one stays encrypted', async () => {
      const mapping = (Ebs: sdk.EbsBlockDevice) => ({
        BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs }],
      });
      const id = await createImage(await launch(mapping({ VolumeSize: 20, Encrypted: true })), {
        NoReboot: true,
      });
      await sdk.waitUntilImageAvailable({ client: ec2, ...patience }, { ImageIds: [id] });
      const small = await failure(launch({ ImageId: id, ...mapping({ VolumeSize: 8 }) }));
      expect(small.name).to.equal('InvalidBlockDeviceMapping');
      expect(small.message).to.contain('expect size >= 20GB');
      const open = await failure(launch({ ImageId: id, ...mapping({ Encrypted: false }) }));
      expect(open.name).to.equal('InvalidBlockDeviceMapping');
      await ec2.send(
        new sdk.CreateLaunchTemplateCommand({
          LaunchTemplateName: 'web',
          LaunchTemplateData: { ImageId: id, InstanceType: instanceType, ...mapping({ VolumeSize: 8 }) },
        }),
      );
      const byTemplate = ec2.send(
        new sdk.RunInstancesCommand({
          LaunchTemplate: { LaunchTemplateName: 'web' },
          SubnetId: subnetId,
          MinCount: 1,
          MaxCount: 1,
        }),
      );
      expect((await failure(byTemplate)).name).to.equal('InvalidBlockDeviceMapping');
    });

    it('fails with its snapshot, and says so', async () => {
      const source = await launch();
      region.machines.disks.delete(source);
      const id = await createImage(source, { NoReboot: true });
      const failed = await until(
        () => image1(id),
        ({ State }) => State === 'failed',
      );
      expect(failed.StateReason!.Message).to.contain('snap-');
      expect((await snapshot1(await snapshotIdOf(id))).StateMessage).to.contain('no disk');
    });
  });

  describe('a snapshot', () => {
    beforeEach(() => begin());
    const snapshotOf = async (VolumeId: string): Promise<string> => {
      const { SnapshotId } = await ec2.send(
        new sdk.CreateSnapshotCommand({ VolumeId, Description: 'by hand' }),
      );
      await sdk.waitUntilSnapshotCompleted({ client: ec2, ...patience }, { SnapshotIds: [SnapshotId!] });
      return SnapshotId!;
    };

    it('of a disk that outlived its instance becomes an image again', async () => {
      const source = await launch({
        BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: false } }],
      });
      const volumeId = await volumeOf(source);
      await ec2.send(new sdk.TerminateInstancesCommand({ InstanceIds: [source] }));
      await inState(region, source, 'terminated');
      expect([...region.machines.disks]).to.deep.equal([volumeId]);
      const SnapshotId = await snapshotOf(volumeId);
      const { ImageId } = await ec2.send(
        new sdk.RegisterImageCommand({
          Name: 'rescued',
          RootDeviceName: '/dev/xvda',
          VirtualizationType: 'hvm',
          BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
        }),
      );
      await launch({ ImageId: ImageId! });
      expect(region.machines.booted.at(-1)!.snapshotId).to.equal(SnapshotId);
      await ec2.send(new sdk.DeleteVolumeCommand({ VolumeId: volumeId }));
      await until(
        () => region.machines.disks.has(volumeId),
        (isThere) => !isThere,
      );
    });

    it('fills volumes and copies of itself', async () => {
      const source = await launch();
      const SnapshotId = await snapshotOf(await volumeOf(source));
      const { VolumeId } = await ec2.send(
        new sdk.CreateVolumeCommand({ SnapshotId, AvailabilityZone: 'eu-central-1b', Size: 10 }),
      );
      await sdk.waitUntilVolumeAvailable({ client: ec2, ...patience }, { VolumeIds: [VolumeId!] });
      const copy = await ec2.send(
        new sdk.CopySnapshotCommand({
          SourceRegion: 'eu-central-1',
          SourceSnapshotId: SnapshotId,
          Encrypted: true,
        }),
      );
      await sdk.waitUntilSnapshotCompleted({ client: ec2, ...patience }, { SnapshotIds: [copy.SnapshotId!] });
      expect(await snapshot1(copy.SnapshotId!)).to.include({ Encrypted: true, VolumeSize: 8 });
      expect([...region.machines.disks]).to.have.members([source, SnapshotId, VolumeId, copy.SnapshotId]);
      const small = ec2.send(
        new sdk.CreateVolumeCommand({ SnapshotId, AvailabilityZone: 'eu-central-1b', Size: 1 }),
      );
      expect((await failure(small)).name).to.equal('InvalidBlockDeviceMapping');
    });

    it('that is deleted while it is taken leaves nothing behind', async () => {
      const source = await launch();
      release = region.machines.holdCopies();
      const { SnapshotId } = await ec2.send(
        new sdk.CreateSnapshotCommand({ VolumeId: await volumeOf(source) }),
      );
      await ec2.send(new sdk.DeleteSnapshotCommand({ SnapshotId: SnapshotId! }));
      release();
      await until(
        () => region.machines.copied.length === 1 && !region.machines.disks.has(SnapshotId!),
        (isGone) => isGone,
      );
    });

    it('holds up the end of its instance until it is whole', async () => {
      const source = await launch();
      release = region.machines.holdCopies();
      const id = await createImage(source, { NoReboot: true });
      await ec2.send(new sdk.TerminateInstancesCommand({ InstanceIds: [source] }));
      release();
      await inState(region, source, 'terminated');
      expect((await image1(id)).State).to.equal('available');
    });
  });

  it('are finished after a power cut', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'c-ec2-'));
    await begin(openStore(join(folder, 'state.db')));
    const source = await launch();
    release = region.machines.holdCopies();
    const live = await createImage(source, { NoReboot: true });
    const rebooted = await createImage(source, { Name: 'rebooted' });
    await region.cloud.store.settled();

    const machines = new NamedMachines();
    machines.disks.add(source);
    const store = openStore(join(folder, 'state.db'));
    const after = await startRegion({}, { store, instances: machines });
    regions.push(after);
    await sdk.waitUntilImageAvailable({ client: after.ec2, ...patience }, { ImageIds: [live, rebooted] });
    expect(machines.copied.map(({ wasRunning }) => wasRunning)).to.deep.equal([false, false]);
    rmSync(folder, { recursive: true });
  });
});
