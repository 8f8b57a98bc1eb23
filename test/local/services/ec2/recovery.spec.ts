import * as sdk from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../../../local/store.ts';
import { failure } from '../../../support/failure.ts';
import { NamedMachines } from './planes.ts';
import { describe1, inState, launch1, makeNetwork, startRegion, type TestRegion, until } from './region.ts';

describe('EC2 after a power cut', () => {
  let folder: string;
  const regions: TestRegion[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'c-ec2-'));
  });
  afterEach(async () => {
    for (const region of regions.splice(0)) await region.stop();
    rmSync(folder, { recursive: true });
  });

  /** A region on the state in the folder; an earlier one is left where it stands. */
  const start = async ({ disks = [] }: { disks?: string[] } = {}): Promise<TestRegion> => {
    const machines = new NamedMachines();
    for (const disk of disks) machines.disks.add(disk);
    const region = await startRegion({}, { store: openStore(join(folder, 'state.db')) }, machines);
    regions.push(region);
    return region;
  };

  it('boots running instances again at their addresses and goes on with the rest', async () => {
    const before = await start();
    const { subnetId } = await makeNetwork(before);
    const running = await launch1(before, subnetId);
    await inState(before, running, 'running');
    const release = before.machines.holdBoots();
    const pending = await launch1(before, subnetId);
    const ending = await launch1(before, subnetId);
    await before.ec2.send(new sdk.TerminateInstancesCommand({ InstanceIds: [ending] }));
    await before.cloud.store.settled();

    const after = await start();
    await until(
      () => after.machines.running.size,
      (count) => count === 2,
    );
    expect((await describe1(after, running)).PrivateIpAddress).to.equal('10.0.1.4');
    await inState(after, running, 'running');
    await inState(after, pending, 'running');
    await inState(after, ending, 'terminated');
    expect(after.network.plan.vpcs[0]!.hosts.map(({ id }) => id)).to.have.members([running, pending]);
    release();
  });

  it('tries the network again until it agrees', async () => {
    const region = await start();
    const { subnetId } = await makeNetwork(region);
    const { ec2 } = region.cloud.parts.services;
    await ec2.createInterfaces('alb-1', [
      { subnetId, securityGroupIds: [], description: 'ELB app/web', isPublic: true },
    ]);
    region.network.failures.push(new Error('the kernel is busy'));
    expect((await failure(ec2.removeHost('alb-1'))).message).to.equal('the kernel is busy');
    expect(region.network.plan.vpcs[0]!.hosts).to.have.length(1);
    region.cloud.clock.advance(2000);
    await until(
      () => region.network.plan.vpcs[0]!.hosts,
      (hosts) => hosts.length === 0,
    );
  });

  it('removes disks that nothing has any more, and no other ones', async () => {
    const before = await start();
    const { subnetId } = await makeNetwork(before);
    const [instance, stopped] = [await launch1(before, subnetId), await launch1(before, subnetId)];
    for (const id of [instance, stopped]) await inState(before, id, 'running');
    await before.ec2.send(new sdk.StopInstancesCommand({ InstanceIds: [stopped] }));
    await inState(before, stopped, 'stopped');
    const { ImageId } = await before.ec2.send(
      new sdk.CreateImageCommand({ InstanceId: instance, Name: 'golden', NoReboot: true }),
    );
    const { Images } = await before.ec2.send(new sdk.DescribeImagesCommand({ ImageIds: [ImageId!] }));
    const SnapshotId = Images![0]!.BlockDeviceMappings![0]!.Ebs!.SnapshotId!;
    await until(
      () => before.machines.disks.has(SnapshotId),
      (isThere) => isThere,
    );
    const { VolumeId } = await before.ec2.send(
      new sdk.CreateVolumeCommand({ SnapshotId, AvailabilityZone: 'eu-central-1a' }),
    );
    await until(
      () => before.machines.disks.has(VolumeId!),
      (isThere) => isThere,
    );
    const second = await before.ec2.send(new sdk.CreateSnapshotCommand({ VolumeId }));
    await until(
      () => before.machines.disks.has(second.SnapshotId!),
      (isThere) => isThere,
    );
    // A volume is still being made of it.
    const release = before.machines.holdCopies();
    const last = await before.ec2.send(
      new sdk.CreateVolumeCommand({ SnapshotId: second.SnapshotId, AvailabilityZone: 'eu-central-1a' }),
    );
    await before.ec2.send(new sdk.DeleteSnapshotCommand({ SnapshotId: second.SnapshotId }));
    await before.cloud.store.settled();

    const disks = [...before.machines.disks];
    expect(disks).to.have.members([instance, stopped, SnapshotId, VolumeId, second.SnapshotId]);
    const after = await start({ disks: [...disks, 'snap-gone'] });
    await until(
      () => after.machines.disks.has(last.VolumeId!),
      (isThere) => isThere,
    );
    expect([...after.machines.disks]).to.have.members([...disks, last.VolumeId]);
    release();
  });

  it('keeps the interfaces of services, made once and taken away whole', async () => {
    const region = await start();
    const { subnetId } = await makeNetwork(region);
    const { ec2 } = region.cloud.parts.services;
    const wanted = [{ subnetId, securityGroupIds: [], description: 'ELB app/web', isPublic: true }];
    const [first] = await ec2.createInterfaces('alb-1', wanted);
    const [second] = await ec2.createInterfaces('alb-1', wanted);
    expect(second).to.deep.equal(first);
    expect(first).to.include({ privateAddress: '10.0.1.4', availabilityZone: 'eu-central-1a' });
    const { NetworkInterfaces } = await region.ec2.send(
      new sdk.DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'description', Values: ['ELB *'] }] }),
    );
    expect(NetworkInterfaces![0]).to.include({
      RequesterManaged: true,
      NetworkInterfaceId: first!.interfaceId,
    });
    const busy = await failure(region.ec2.send(new sdk.DeleteSubnetCommand({ SubnetId: subnetId })));
    expect(busy.name).to.equal('DependencyViolation');
    await ec2.removeHost('alb-1');
    expect(region.network.plan.vpcs[0]!.hosts).to.deep.equal([]);
    await region.ec2.send(new sdk.DeleteSubnetCommand({ SubnetId: subnetId }));
  });
});
