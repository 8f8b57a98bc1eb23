import * as sdk from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand, CreateSubnetCommand } from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import { createAutoScaling } from '../../../../local/services/autoscaling/service.ts';
import { failure } from '../../../support/failure.ts';
import {
  describe1,
  imageId,
  instanceType,
  makeNetwork,
  startRegion,
  until,
  type TestRegion,
} from '../ec2/region.ts';
import { FakeTargetGroups } from './load-balancing.ts';

const [second, third] = process.arch === 'arm64' ? ['m6g.large', 'c6g.large'] : ['t3a.small', 't3.medium'];
const AutoScalingGroupName = 'web';

describe('a mixed Auto Scaling group', () => {
  let region: TestRegion;
  let client: sdk.AutoScaling;
  let targetGroups: FakeTargetGroups;
  let VPCZoneIdentifier: string;
  beforeEach(async () => {
    targetGroups = new FakeTargetGroups();
    region = await startRegion({
      autoscaling: createAutoScaling,
      elasticloadbalancing: () => targetGroups.service,
    });
    client = new sdk.AutoScaling(region.cloud.client);
    const { vpcId, subnetId } = await makeNetwork(region);
    const { Subnet } = await region.ec2.send(
      new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: '10.0.2.0/24', AvailabilityZone: 'eu-central-1b' }),
    );
    VPCZoneIdentifier = `${subnetId},${Subnet!.SubnetId!}`;
    await region.ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: 'web',
        LaunchTemplateData: { ImageId: await imageId(region), InstanceType: instanceType },
      }),
    );
  });
  afterEach(async () => {
    client.destroy();
    await region.stop();
  });

  const policy = (
    InstancesDistribution: sdk.InstancesDistribution = {},
    types: readonly string[] = [instanceType, second],
  ): sdk.MixedInstancesPolicy => ({
    LaunchTemplate: {
      LaunchTemplateSpecification: { LaunchTemplateName: 'web', Version: '1' },
      Overrides: types.map((InstanceType) => ({ InstanceType })),
    },
    InstancesDistribution,
  });
  const create = (MixedInstancesPolicy: sdk.MixedInstancesPolicy, DesiredCapacity: number, more = {}) =>
    client.createAutoScalingGroup({
      AutoScalingGroupName,
      MixedInstancesPolicy,
      VPCZoneIdentifier,
      MinSize: 0,
      MaxSize: 8,
      DesiredCapacity,
      ...more,
    });
  const update = (more: Partial<sdk.UpdateAutoScalingGroupType>) =>
    client.updateAutoScalingGroup({ AutoScalingGroupName, ...more });
  const group = async () =>
    (await client.describeAutoScalingGroups({ AutoScalingGroupNames: [AutoScalingGroupName] }))
      .AutoScalingGroups![0]!;
  const served = async (count: number): Promise<sdk.Instance[]> =>
    (
      await until(
        group,
        ({ Instances = [] }) =>
          Instances.length === count &&
          Instances.every(({ LifecycleState }) => LifecycleState === 'InService'),
      )
    ).Instances!;
  const isSpot = async ({ InstanceId }: sdk.Instance) =>
    (await describe1(region, InstanceId!)).InstanceLifecycle === 'spot';
  const spotOf = async (instances: readonly sdk.Instance[]): Promise<sdk.Instance[]> => {
    const marks = await Promise.all(instances.map(isSpot));
    return instances.filter((_, index) => marks[index]);
  };
  const causes = async () =>
    (await client.describeScalingActivities({ AutoScalingGroupName })).Activities!.map(({ Cause }) => Cause);
  const halfSpot = { OnDemandBaseCapacity: 1, OnDemandPercentageAboveBaseCapacity: 0 };

  it('has its base on demand and the rest on the spot market, and says what it was made with', async () => {
    await create(policy({ ...halfSpot, SpotAllocationStrategy: 'capacity-optimized' }), 3);
    const instances = await served(3);
    expect(await spotOf(instances)).to.have.length(2);
    const { MixedInstancesPolicy: shown, LaunchTemplate } = await group();
    expect(LaunchTemplate).to.equal(undefined);
    expect(shown!.InstancesDistribution).to.deep.equal({
      ...halfSpot,
      OnDemandAllocationStrategy: 'prioritized',
      SpotAllocationStrategy: 'capacity-optimized',
    });
    expect(shown!.LaunchTemplate!.Overrides!.map((override) => override.InstanceType)).to.deep.equal([
      instanceType,
      second,
    ]);
    expect(instances[0]!.LaunchTemplate!.Version).to.equal('1');
  });

  it('spreads spot instances over types where most capacity is left', async () => {
    const types = [instanceType, second, third];
    const distribution = {
      OnDemandPercentageAboveBaseCapacity: 0,
      SpotAllocationStrategy: 'capacity-optimized',
    };
    await create(policy(distribution, types), 6);
    const instances = await served(6);
    expect(new Set(instances.map(({ InstanceType }) => InstanceType))).to.have.all.keys(...types);
  });

  it('keeps what an update does not name, and takes a launch template in its place', async () => {
    await create(policy(halfSpot), 0);
    const { MixedInstancesPolicy } = await group();
    await update({
      MixedInstancesPolicy: { LaunchTemplate: MixedInstancesPolicy!.LaunchTemplate! },
    });
    expect((await group()).MixedInstancesPolicy!.InstancesDistribution).to.include(halfSpot);
    await update({ LaunchTemplate: { LaunchTemplateName: 'web', Version: '1' } });
    const { LaunchTemplate, MixedInstancesPolicy: gone } = await group();
    expect([LaunchTemplate?.Version, gone]).to.deep.equal(['1', undefined]);
  });

  it('refuses types that EC2 would not launch', async () => {
    const refused = await failure(create(policy({}, ['t9.huge']), 1));
    expect(refused.message).to.contain("Invalid value 't9.huge' for InstanceType");
    const twice = await failure(create(policy({}, [instanceType, instanceType]), 1));
    expect(twice.message).to.contain('once');
  });

  it('takes away the kind that there is too much of', async () => {
    await create(policy(halfSpot), 4);
    expect(await spotOf(await served(4))).to.have.length(3);
    await update({ DesiredCapacity: 2 });
    expect(await spotOf(await served(2))).to.have.length(1);
  });

  it('follows a change of its purchase options, launching first', async () => {
    await create(policy(halfSpot), 2);
    const before = await served(2);
    const { LaunchTemplate } = policy();
    await update({
      MixedInstancesPolicy: {
        LaunchTemplate: LaunchTemplate!,
        InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: 100 },
      },
    });
    const after = await until(
      async () => ({ instances: (await group()).Instances!, spot: await spotOf((await group()).Instances!) }),
      ({ instances, spot }) => instances.length === 2 && spot.length === 0,
    );
    expect(
      after.instances.filter((now) => before.some(({ InstanceId }) => InstanceId === now.InstanceId)),
    ).to.have.length(1);
  });

  describe('whose spot instance EC2 takes back', () => {
    const interrupt = async (seconds: number): Promise<string> => {
      const [victim] = await spotOf(await served(2));
      region.cloud.parts.services.ec2.interrupt(victim!.InstanceId!, seconds);
      return victim!.InstanceId!;
    };
    const idsNow = async () => (await group()).Instances!.map(({ InstanceId }) => InstanceId);

    it('launches the successor first with capacity rebalancing, and waits until it is healthy', async () => {
      const arn = targetGroups.make('web');
      await create(policy(halfSpot), 2, { CapacityRebalance: true, TargetGroupARNs: [arn] });
      const health = targetGroups.groups.get(arn)!;
      const first = await served(2);
      for (const { InstanceId } of first) health.set(InstanceId!, 'healthy');
      const victim = await interrupt(60);
      const three = await served(3);
      expect(three.map(({ InstanceId }) => InstanceId)).to.include(victim);
      const successor = three.find(({ InstanceId }) => !first.some((old) => old.InstanceId === InstanceId))!;
      expect(await isSpot(successor)).to.equal(true);
      health.set(successor.InstanceId!, 'healthy');
      region.cloud.clock.advance(5000);
      await until(
        () => health.get(victim),
        (state) => state === 'draining',
      );
      health.delete(victim);
      region.cloud.clock.advance(5000);
      await until(idsNow, (ids) => ids.length === 2 && !ids.includes(victim));
      expect((await causes()).join('\n')).to.contain('rebalance recommendation');
    });

    it('takes it out at the notice when no successor is there yet', async () => {
      await client.createAutoScalingGroup({
        AutoScalingGroupName,
        MixedInstancesPolicy: policy(halfSpot),
        VPCZoneIdentifier,
        MinSize: 0,
        MaxSize: 8,
        DesiredCapacity: 2,
        CapacityRebalance: true,
      });
      await served(2);
      await client.suspendProcesses({ AutoScalingGroupName, ScalingProcesses: ['Launch'] });
      const victim = await interrupt(10);
      expect(await idsNow()).to.include(victim);
      region.cloud.clock.advance(10_000);
      await until(idsNow, (ids) => !ids.includes(victim));
      expect((await causes()).join('\n')).to.contain('interruption notice');
    });

    it('replaces it only when it is gone without capacity rebalancing', async () => {
      await create(policy(halfSpot), 2);
      const victim = await interrupt(0);
      region.cloud.clock.advance(119_000);
      expect(await idsNow())
        .to.include(victim)
        .and.to.have.length(2);
      region.cloud.clock.advance(2000);
      await until(idsNow, (ids) => ids.length === 2 && !ids.includes(victim));
    });
  });

  describe('with an instance maintenance policy', () => {
    const launchFirst = {
      InstanceMaintenancePolicy: { MinHealthyPercentage: 100, MaxHealthyPercentage: 110 },
    };
    const terminateFirst = {
      InstanceMaintenancePolicy: { MinHealthyPercentage: 50, MaxHealthyPercentage: 100 },
    };
    const markUnhealthy = async (count: number): Promise<string[]> => {
      const ids = (await served(2)).slice(0, count).map(({ InstanceId }) => InstanceId!);
      for (const InstanceId of ids)
        await client.setInstanceHealth({
          InstanceId,
          HealthStatus: 'Unhealthy',
          ShouldRespectGracePeriod: false,
        });
      return ids;
    };
    /** How many serve, whenever one looks, until all of the old ones are gone. */
    const countsUntilGone = async (old: readonly string[]): Promise<number[]> => {
      const counts: number[] = [];
      await until(group, ({ Instances = [] }) => {
        counts.push(Instances.filter(({ LifecycleState }) => LifecycleState === 'InService').length);
        return Instances.length === 2 && !Instances.some(({ InstanceId }) => old.includes(InstanceId!));
      });
      return counts;
    };

    it('says so', async () => {
      await create(policy(), 0, launchFirst);
      expect((await group()).InstanceMaintenancePolicy).to.deep.equal(launchFirst.InstanceMaintenancePolicy);
      await update({ InstanceMaintenancePolicy: { MinHealthyPercentage: -1, MaxHealthyPercentage: -1 } });
      expect((await group()).InstanceMaintenancePolicy).to.equal(undefined);
    });

    /** Successors are held until they are let go, so that what is there meanwhile can be seen. */
    const hold = () =>
      client.putLifecycleHook({
        AutoScalingGroupName,
        LifecycleHookName: 'hold',
        DefaultResult: 'ABANDON',
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
      });
    const states = async () => (await group()).Instances!.map(({ LifecycleState }) => LifecycleState!).sort();
    const meanwhile = (...wanted: string[]) => until(states, (seen) => seen.join() === wanted.join());
    const letGo = async (): Promise<void> => {
      const held = (await group()).Instances!.filter(
        ({ LifecycleState }) => LifecycleState === 'Pending:Wait',
      );
      for (const { InstanceId } of held)
        await client.completeLifecycleAction({
          AutoScalingGroupName,
          LifecycleHookName: 'hold',
          InstanceId,
          LifecycleActionResult: 'CONTINUE',
        });
    };

    it('launches before it terminates, one at a time', async () => {
      await create(policy(), 2, launchFirst);
      await served(2);
      await hold();
      const [first, last] = await markUnhealthy(2);
      await meanwhile('InService', 'InService', 'Pending:Wait');
      await letGo();
      await until(
        async () => (await group()).Instances!.map(({ InstanceId }) => InstanceId!),
        (ids) => ids.length === 3 && ids.includes(first!) !== ids.includes(last!),
      );
      await meanwhile('InService', 'InService', 'Pending:Wait');
      await letGo();
      await countsUntilGone([first!, last!]);
    });

    it('terminates first where it must not have more', async () => {
      await create(policy(), 2, terminateFirst);
      await served(2);
      await hold();
      const unhealthy = await markUnhealthy(1);
      await meanwhile('InService', 'Pending:Wait');
      await letGo();
      await countsUntilGone(unhealthy);
    });

    it('does not wait for a machine that is gone', async () => {
      await create(policy(), 2, launchFirst);
      const [first] = await served(2);
      await client.suspendProcesses({ AutoScalingGroupName, ScalingProcesses: ['Launch'] });
      region.cloud.parts.services.ec2.crash(first!.InstanceId!);
      await until(
        async () => (await group()).Instances!.length,
        (count) => count === 1,
      );
    });

    it('replaces what has lived long enough, launching first', async () => {
      await create(policy(), 2, { ...launchFirst, MaxInstanceLifetime: 86_400 });
      const old = (await served(2)).map(({ InstanceId }) => InstanceId!);
      region.cloud.clock.advance(86_400_000);
      const counts = await countsUntilGone(old);
      expect(Math.min(...counts)).to.equal(2);
      expect((await causes()).join('\n')).to.contain('max instance lifetime');
    });
  });
});
