import * as sdk from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../../../local/store.ts';
import { failure } from '../../../support/failure.ts';
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
  const start = async (): Promise<TestRegion> => {
    const region = await startRegion({}, { store: openStore(join(folder, 'state.db')) });
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
    await until(
      () => region.network.plan.vpcs.length,
      (count) => count === 1,
    );
    region.network.failures.push(new Error('the kernel is busy'));
    const made = region.cloud.parts.services.ec2.createInterfaces('alb-1', [
      { subnetId, securityGroupIds: [], description: 'ELB app/web', isPublic: true },
    ]);
    expect((await failure(made)).message).to.equal('the kernel is busy');
    region.cloud.clock.advance(2000);
    await until(
      () => region.network.plan.vpcs[0]!.hosts,
      (hosts) => hosts.some(({ id }) => id === 'alb-1'),
    );
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
