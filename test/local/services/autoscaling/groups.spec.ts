import * as sdk from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  CreateSubnetCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
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

describe('Auto Scaling', () => {
  let region: TestRegion;
  let client: sdk.AutoScalingClient;
  let targetGroups: FakeTargetGroups;
  let VPCZoneIdentifier: string;
  beforeEach(async () => {
    targetGroups = new FakeTargetGroups();
    region = await startRegion({
      autoscaling: createAutoScaling,
      elasticloadbalancing: () => targetGroups.service,
    });
    client = new sdk.AutoScalingClient(region.cloud.client);
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

  const create = (input: Partial<sdk.CreateAutoScalingGroupCommandInput> = {}) =>
    client.send(
      new sdk.CreateAutoScalingGroupCommand({
        AutoScalingGroupName: 'web',
        LaunchTemplate: { LaunchTemplateName: 'web', Version: '$Latest' },
        MinSize: 0,
        MaxSize: 4,
        VPCZoneIdentifier,
        ...input,
      }),
    );
  const group = async (): Promise<sdk.AutoScalingGroup> => {
    const { AutoScalingGroups } = await client.send(
      new sdk.DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['web'] }),
    );
    return AutoScalingGroups![0]!;
  };
  const states = async (): Promise<string[]> =>
    (await group()).Instances!.map(({ LifecycleState }) => LifecycleState!);
  const reaches = async (...wanted: string[]): Promise<sdk.Instance[]> => {
    await until(states, (seen) => seen.join() === wanted.join());
    return (await group()).Instances!;
  };
  const desire = (DesiredCapacity: number) =>
    client.send(new sdk.SetDesiredCapacityCommand({ AutoScalingGroupName: 'web', DesiredCapacity }));
  const activities = async (): Promise<sdk.Activity[]> => {
    const { Activities } = await client.send(
      new sdk.DescribeScalingActivitiesCommand({ AutoScalingGroupName: 'web' }),
    );
    return Activities!;
  };
  const putHook = (LifecycleTransition: string, DefaultResult = 'ABANDON') =>
    client.send(
      new sdk.PutLifecycleHookCommand({
        AutoScalingGroupName: 'web',
        LifecycleHookName: 'hook',
        LifecycleTransition,
        DefaultResult,
        HeartbeatTimeout: 60,
      }),
    );
  const complete = (InstanceId: string, LifecycleActionResult = 'CONTINUE') =>
    client.send(
      new sdk.CompleteLifecycleActionCommand({
        AutoScalingGroupName: 'web',
        LifecycleHookName: 'hook',
        InstanceId,
        LifecycleActionResult,
      }),
    );

  it('keeps the desired capacity over the zones, tagged and pinned to a version', async () => {
    await create({
      DesiredCapacity: 2,
      Tags: [
        { Key: 'Name', Value: 'web', PropagateAtLaunch: true },
        { Key: 'cost', Value: 'x', PropagateAtLaunch: false },
      ],
    });
    const instances = await reaches('InService', 'InService');
    expect(instances.map(({ AvailabilityZone }) => AvailabilityZone)).to.have.members([
      'eu-central-1a',
      'eu-central-1b',
    ]);
    expect(instances[0]!.LaunchTemplate!.Version).to.equal('1');
    const { Tags } = await describe1(region, instances[0]!.InstanceId!);
    const tags = Object.fromEntries(Tags!.map(({ Key, Value }) => [Key!, Value]));
    expect(tags)
      .to.include({ Name: 'web', 'aws:autoscaling:groupName': 'web' })
      .and.not.have.property('cost');
    const [newest] = await activities();
    expect(newest).to.include({ StatusCode: 'Successful', Progress: 100 });
    expect(newest!.Description).to.match(/^Launching a new EC2 instance: i-/);
    expect(newest!.Cause).to.contain(
      'a user request created an AutoScalingGroup changing the desired capacity from 0 to 2',
    );
  });

  it('scales in and out when told to, within its bounds', async () => {
    await create({ DesiredCapacity: 1 });
    await reaches('InService');
    await desire(3);
    await reaches('InService', 'InService', 'InService');
    await desire(0);
    await reaches();
    await until(
      () => region.machines.disks.size,
      (disks) => disks === 0,
    );
    expect((await failure(desire(5))).message).to.contain('is above max value 4');
    const update = { AutoScalingGroupName: 'web', MinSize: 2, MaxSize: 3 };
    await client.send(new sdk.UpdateAutoScalingGroupCommand(update));
    await reaches('InService', 'InService');
    expect((await group()).DesiredCapacity).to.equal(2);
  });

  it('replaces an instance that ended', async () => {
    await create({ DesiredCapacity: 1 });
    const [first] = await reaches('InService');
    await region.ec2.send(new TerminateInstancesCommand({ InstanceIds: [first!.InstanceId!] }));
    await until(
      group,
      ({ Instances }) =>
        Instances!.length === 1 &&
        Instances![0]!.InstanceId !== first!.InstanceId &&
        Instances![0]!.LifecycleState === 'InService',
    );
    const causes = (await activities()).map(({ Cause }) => Cause!).join('\n');
    expect(causes).to.contain(
      'in response to an EC2 health check indicating it has been terminated or stopped',
    );
    expect(causes).to.contain(
      'an instance was launched in response to an unhealthy instance needing to be replaced',
    );
  });

  it('replaces an instance whose machine died', async () => {
    await create({ DesiredCapacity: 1 });
    const [first] = await reaches('InService');
    region.machines.die(first!.InstanceId!);
    await until(
      group,
      ({ Instances }) => Instances!.length === 1 && Instances![0]!.InstanceId !== first!.InstanceId,
    );
  });

  it('registers an instance only after its launch hook and drains it before it ends', async () => {
    const arn = targetGroups.make('web');
    await create({
      TargetGroupARNs: [arn],
      LifecycleHookSpecificationList: [
        {
          LifecycleHookName: 'hook',
          LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
          HeartbeatTimeout: 60,
        },
      ],
    });
    await desire(1);
    const [instance] = await reaches('Pending:Wait');
    const id = instance!.InstanceId!;
    expect(targetGroups.groups.get(arn)!.size).to.equal(0);
    const { ec2 } = region.cloud.parts.services;
    expect(ec2.metadata(id)).to.include({ 'meta-data/autoscaling/target-lifecycle-state': 'InService' });
    await complete(id);
    await reaches('InService');
    expect(targetGroups.groups.get(arn)!.get(id)).to.equal('initial');

    await desire(0);
    await reaches('Terminating');
    expect(targetGroups.groups.get(arn)!.get(id)).to.equal('draining');
    expect(ec2.metadata(id)).to.include({ 'meta-data/autoscaling/target-lifecycle-state': 'Terminated' });
    expect(region.machines.isRunning(id)).to.equal(true);
    targetGroups.groups.get(arn)!.delete(id);
    region.cloud.clock.advance(1000);
    await reaches();
  });

  it('is made with all of its hooks or not at all', async () => {
    const hook = (LifecycleHookName: string, HeartbeatTimeout: number) => ({
      LifecycleHookName,
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
      HeartbeatTimeout,
    });
    const bad = create({ LifecycleHookSpecificationList: [hook('good', 60), hook('bad', 10)] });
    expect((await failure(bad)).message).to.include('not between 30 and 7200');
    await create();
    const { LifecycleHooks } = await client.send(
      new sdk.DescribeLifecycleHooksCommand({ AutoScalingGroupName: 'web' }),
    );
    expect(LifecycleHooks).to.deep.equal([]);
  });

  it('ends an instance whose launch was abandoned and tries again after a while', async () => {
    await create();
    await putHook('autoscaling:EC2_INSTANCE_LAUNCHING');
    await desire(1);
    const [instance] = await reaches('Pending:Wait');
    await complete(instance!.InstanceId!, 'ABANDON');
    await reaches();
    const launch = (await activities()).find(({ Description }) => Description!.startsWith('Launching'));
    expect(launch).to.include({ StatusCode: 'Cancelled' });
    expect(launch!.StatusMessage).to.contain('was abandoned: Lifecycle Action Completed with ABANDON Result');
    region.cloud.clock.advance(5000);
    await reaches('Pending:Wait');
  });

  it('takes the default result at the end of a heartbeat, which can be put off', async () => {
    await create();
    await putHook('autoscaling:EC2_INSTANCE_LAUNCHING', 'CONTINUE');
    await desire(1);
    const [instance] = await reaches('Pending:Wait');
    region.cloud.clock.advance(50_000);
    const beat = {
      AutoScalingGroupName: 'web',
      LifecycleHookName: 'hook',
      InstanceId: instance!.InstanceId!,
    };
    await client.send(new sdk.RecordLifecycleActionHeartbeatCommand(beat));
    region.cloud.clock.advance(50_000);
    await reaches('Pending:Wait');
    region.cloud.clock.advance(10_000);
    await reaches('InService');
    const late = await failure(complete(instance!.InstanceId!));
    expect(late.message).to.equal(
      `No active Lifecycle Action found with instance ID ${instance!.InstanceId!}`,
    );
  });

  it('waits for the terminating hook, whatever its result', async () => {
    await create({ DesiredCapacity: 1 });
    await reaches('InService');
    await putHook('autoscaling:EC2_INSTANCE_TERMINATING');
    await desire(0);
    const [instance] = await reaches('Terminating:Wait');
    expect(region.machines.isRunning(instance!.InstanceId!)).to.equal(true);
    await complete(instance!.InstanceId!, 'ABANDON');
    await reaches();
  });

  it('replaces what a load balancer finds unhealthy, after the grace period', async () => {
    const arn = targetGroups.make('web');
    await create({
      DesiredCapacity: 1,
      TargetGroupARNs: [arn],
      HealthCheckType: 'ELB',
      HealthCheckGracePeriod: 30,
    });
    const [instance] = await reaches('InService');
    targetGroups.groups.get(arn)!.set(instance!.InstanceId!, 'unhealthy');
    region.cloud.clock.advance(20_000);
    await reaches('InService');
    region.cloud.clock.advance(20_000);
    await reaches('Terminating', 'InService');
    expect((await activities()).map(({ Cause }) => Cause).join()).to.contain(
      'in response to an ELB system health check failure',
    );
  });

  it('refuses a template that EC2 would launch nothing from', async () => {
    const template = {
      LaunchTemplateName: 'broken',
      LaunchTemplateData: { ImageId: await imageId(region), InstanceType: 't3.gigantic' as 't3.large' },
    };
    await region.ec2.send(new CreateLaunchTemplateCommand(template));
    const LaunchTemplate = { LaunchTemplateName: 'broken' };
    const refused = {
      name: 'ValidationError',
      message:
        "You must use a valid fully-formed launch template. Invalid value 't3.gigantic' for InstanceType.",
    };
    expect(await failure(create({ LaunchTemplate }))).to.include(refused);
    await create();
    const update = new sdk.UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'web', LaunchTemplate });
    expect(await failure(client.send(update))).to.include(refused);
    expect((await group()).LaunchTemplate?.LaunchTemplateName).to.equal('web');
  });

  it('backs off when launches fail and says why', async () => {
    await create();
    // The group follows $Latest: what is wrong with a new version shows at the next launch.
    const version = {
      LaunchTemplateName: 'web',
      LaunchTemplateData: { ImageId: 'ami-0123', InstanceType: instanceType },
    };
    await region.ec2.send(new CreateLaunchTemplateVersionCommand(version));
    await client.send(
      new sdk.UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'web', DesiredCapacity: 1 }),
    );
    const failed = await until(activities, (seen) => seen[0]?.StatusCode === 'Failed');
    expect(failed[0]!.StatusMessage).to.equal(
      "The image id '[ami-0123]' does not exist Launching EC2 instance failed.",
    );
    region.cloud.clock.advance(4000);
    expect(await activities()).to.have.length(1);
    region.cloud.clock.advance(1000);
    await until(activities, (seen) => seen.length === 2);
  });

  it('moves instances to standby and back', async () => {
    const arn = targetGroups.make('web');
    await create({ DesiredCapacity: 1, TargetGroupARNs: [arn] });
    const [instance] = await reaches('InService');
    const ids = { AutoScalingGroupName: 'web', InstanceIds: [instance!.InstanceId!] };
    const enter = { ...ids, ShouldDecrementDesiredCapacity: true };
    await client.send(new sdk.EnterStandbyCommand(enter));
    await reaches('EnteringStandby');
    targetGroups.groups.get(arn)!.clear();
    region.cloud.clock.advance(1000);
    await reaches('Standby');
    expect((await group()).DesiredCapacity).to.equal(0);
    await client.send(new sdk.ExitStandbyCommand(ids));
    await reaches('InService');
    expect([...targetGroups.groups.get(arn)!.keys()]).to.deep.equal([instance!.InstanceId]);
  });

  it('detaches an instance that goes on running, and attaches it again', async () => {
    await create({ DesiredCapacity: 1 });
    const [instance] = await reaches('InService');
    const ids = { AutoScalingGroupName: 'web', InstanceIds: [instance!.InstanceId!] };
    await client.send(new sdk.DetachInstancesCommand({ ...ids, ShouldDecrementDesiredCapacity: true }));
    await reaches();
    expect(region.machines.isRunning(instance!.InstanceId!)).to.equal(true);
    await client.send(new sdk.AttachInstancesCommand(ids));
    await reaches('InService');
    expect((await group()).DesiredCapacity).to.equal(1);
  });

  it('follows the target groups it is attached to', async () => {
    await create({ DesiredCapacity: 1 });
    const [instance] = await reaches('InService');
    const arn = targetGroups.make('late');
    const request = { AutoScalingGroupName: 'web', TargetGroupARNs: [arn] };
    await client.send(new sdk.AttachLoadBalancerTargetGroupsCommand(request));
    await until(
      () => targetGroups.groups.get(arn)!,
      (targets) => targets.has(instance!.InstanceId!),
    );
    const describe = () =>
      client.send(new sdk.DescribeLoadBalancerTargetGroupsCommand({ AutoScalingGroupName: 'web' }));
    await until(describe, (seen) => seen.LoadBalancerTargetGroups![0]?.State === 'Added');
    targetGroups.groups.get(arn)!.set(instance!.InstanceId!, 'healthy');
    expect((await describe()).LoadBalancerTargetGroups![0]!.State).to.equal('InService');
    await client.send(new sdk.DetachLoadBalancerTargetGroupsCommand(request));
    await until(
      () => targetGroups.groups.get(arn)!.get(instance!.InstanceId!),
      (health) => health === 'draining',
    );
  });

  it('is deleted when it is empty, or by force', async () => {
    await create({ DesiredCapacity: 1 });
    await reaches('InService');
    const remove = (ForceDelete = false) =>
      client.send(new sdk.DeleteAutoScalingGroupCommand({ AutoScalingGroupName: 'web', ForceDelete }));
    expect((await failure(remove())).name).to.equal('ResourceInUseFault');
    await remove(true);
    await until(
      () => client.send(new sdk.DescribeAutoScalingGroupsCommand({})),
      ({ AutoScalingGroups }) => AutoScalingGroups!.length === 0,
    );
    await until(
      () => region.machines.running.size,
      (machines) => machines === 0,
    );
    expect((await failure(remove())).message).to.contain("AutoScalingGroup 'web' not found");
  });

  it('keeps tags and pages through groups', async () => {
    await create({ Tags: [{ Key: 'team', Value: 'a', PropagateAtLaunch: true }] });
    await create({ AutoScalingGroupName: 'other' });
    expect((await failure(create())).name).to.equal('AlreadyExistsFault');
    const pages: number[] = [];
    for await (const page of sdk.paginateDescribeAutoScalingGroups({ client, pageSize: 1 }, {}))
      pages.push(page.AutoScalingGroups!.length);
    expect(pages).to.deep.equal([1, 1]);
    const Filters = [{ Name: 'tag:team', Values: ['a'] }];
    const { AutoScalingGroups } = await client.send(new sdk.DescribeAutoScalingGroupsCommand({ Filters }));
    expect(AutoScalingGroups!.map(({ AutoScalingGroupName: name }) => name)).to.deep.equal(['web']);
    const tag = { ResourceId: 'web', ResourceType: 'auto-scaling-group', Key: 'team' };
    await client.send(new sdk.DeleteTagsCommand({ Tags: [tag] }));
    expect((await client.send(new sdk.DescribeTagsCommand({}))).Tags).to.deep.equal([]);
  });

  const refusals: [string, Partial<sdk.CreateAutoScalingGroupCommandInput>][] = [
    ['must be between', { DesiredCapacity: 9 }],
    ['No default VPC', { VPCZoneIdentifier: '' }],
    ['The subnet ID', { VPCZoneIdentifier: 'subnet-0123' }],
    ['does not exist', { LaunchTemplate: { LaunchTemplateName: 'nobody' } }],
    ['Provided Target Groups may not be valid', { TargetGroupARNs: ['arn:aws:x:targetgroup/none'] }],
    [
      'either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy',
      { MixedInstancesPolicy: { InstancesDistribution: { OnDemandBaseCapacity: 1 } } },
    ],
    [
      'at most 100 apart',
      { InstanceMaintenancePolicy: { MinHealthyPercentage: 0, MaxHealthyPercentage: 200 } },
    ],
    ['Max instance lifetime 60', { MaxInstanceLifetime: 60 }],
    ['Health check type EBS', { HealthCheckType: 'EBS' }],
  ];
  it('refuses what it cannot do, and says so', async () => {
    for (const [message, input] of refusals) {
      const refused = await failure(create(input));
      expect(refused.name, message).to.equal('ValidationError');
      expect(refused.message).to.contain(message);
    }
  });
});
