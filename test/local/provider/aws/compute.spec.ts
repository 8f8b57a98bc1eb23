import { expect } from 'chai';
import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { Properties } from '../../../../local/provider/protocol/values.ts';
import type { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { lives, openAccount, replacing, type Account, type Resource } from './account.ts';

describe('resources of Auto Scaling and Elastic Load Balancing', () => {
  let account: Account;
  let autoscaling: AutoScaling;
  let elb: ElasticLoadBalancingV2;
  let vpc: Resource;
  let subnets: readonly string[];
  let template: Resource;
  let target: Resource;
  before(async () => {
    account = await openAccount();
    autoscaling = await account.clients.autoscaling();
    elb = await account.clients.elb();
    vpc = await account.make('aws:ec2/vpc:Vpc', { cidrBlock: '10.0.0.0/16' });
    await account.make('aws:ec2/internetGateway:InternetGateway', { vpcId: vpc.id });
    const zone = (letter: string, third: number) =>
      account.make('aws:ec2/subnet:Subnet', {
        vpcId: vpc.id,
        cidrBlock: `10.0.${third}.0/24`,
        availabilityZone: `${account.region}${letter}`,
      });
    subnets = [(await zone('a', 1)).id, (await zone('b', 2)).id];
    const image = (await (await account.clients.ec2()).describeImages({})).Images?.[0]?.ImageId;
    template = await account.make('aws:ec2/launchTemplate:LaunchTemplate', {
      imageId: image,
      instanceType: 't3.micro',
    });
    target = await account.make('aws:lb/targetGroup:TargetGroup', {
      port: 80,
      protocol: 'HTTP',
      vpcId: vpc.id,
    });
  });
  after(() => account.stop());

  it('Group', async () => {
    const inputs = {
      minSize: 0,
      maxSize: 2,
      vpcZoneIdentifiers: subnets,
      launchTemplate: { id: template.id, version: '$Latest' },
      targetGroupArns: [target.id],
      healthCheckType: 'ELB',
      terminationPolicies: ['OldestInstance'],
      suspendedProcesses: ['AZRebalance'],
      defaultInstanceWarmup: 30,
      tags: [{ key: 'Name', value: 'web', propagateAtLaunch: true }],
    };
    await lives(account, {
      type: 'aws:autoscaling/group:Group',
      inputs,
      changed: {
        ...inputs,
        maxSize: 4,
        targetGroupArns: [],
        suspendedProcesses: ['ReplaceUnhealthy'],
        terminationPolicies: undefined,
        defaultInstanceWarmup: undefined,
        tags: [{ key: 'Name', value: 'api', propagateAtLaunch: false }],
      },
      drift: ({ id }) =>
        autoscaling.updateAutoScalingGroup({ AutoScalingGroupName: id, MaxSize: 9, MinSize: 0 }),
      shows: ['maxSize'],
    });
  });

  it('Group of several instance types, on demand and spot', async () => {
    const policy = (version: string, types: readonly string[], distribution: Properties) => ({
      launchTemplate: {
        launchTemplateSpecification: { launchTemplateId: template.id, version },
        overrides: types.map((instanceType) => ({ instanceType })),
      },
      instancesDistribution: distribution,
    });
    const inputs = {
      minSize: 0,
      maxSize: 2,
      vpcZoneIdentifiers: subnets,
      mixedInstancesPolicy: policy('1', ['t3.micro', 't3a.micro'], {
        onDemandBaseCapacity: 1,
        onDemandPercentageAboveBaseCapacity: 0,
        spotAllocationStrategy: 'capacity-optimized',
        spotMaxPrice: '0.02',
      }),
      capacityRebalance: true,
      instanceMaintenancePolicy: { minHealthyPercentage: 100, maxHealthyPercentage: 110 },
      maxInstanceLifetime: 86_400,
    };
    await lives(account, {
      type: 'aws:autoscaling/group:Group',
      inputs,
      changed: {
        ...inputs,
        mixedInstancesPolicy: policy('1', ['t3.micro', 't3.small'], {
          spotAllocationStrategy: 'lowest-price',
        }),
        capacityRebalance: undefined,
        instanceMaintenancePolicy: undefined,
        maxInstanceLifetime: undefined,
      },
      drift: ({ id }) =>
        autoscaling.updateAutoScalingGroup({
          AutoScalingGroupName: id,
          CapacityRebalance: true,
          MixedInstancesPolicy: { InstancesDistribution: { SpotAllocationStrategy: 'capacity-optimized' } },
        }),
      shows: ['capacityRebalance', 'mixedInstancesPolicy'],
    });
  });

  it('Group goes from a launch template to a mixed instances policy and back', async () => {
    const common = { minSize: 0, maxSize: 0, vpcZoneIdentifiers: subnets };
    const single = { ...common, launchTemplate: { id: template.id, version: '1' } };
    const mixed = {
      ...common,
      mixedInstancesPolicy: {
        launchTemplate: {
          launchTemplateSpecification: { launchTemplateId: template.id, version: '1' },
          overrides: [{ instanceType: 't3.micro' }],
        },
      },
    };
    await lives(account, {
      type: 'aws:autoscaling/group:Group',
      inputs: single,
      changed: mixed,
      drift: ({ id }) =>
        autoscaling.updateAutoScalingGroup({
          AutoScalingGroupName: id,
          LaunchTemplate: { LaunchTemplateId: template.id, Version: '1' },
        }),
      shows: ['launchTemplate', 'mixedInstancesPolicy'],
    });
  });

  it('Group has one template', async () => {
    const check = (news: Properties) =>
      account.provider.check({
        type: 'aws:autoscaling/group:Group',
        name: 'web',
        olds: {},
        seed: new Uint8Array(),
        news: { minSize: 0, maxSize: 0, ...news },
      });
    const launchTemplate = { id: 'lt-1' };
    const launch = { launchTemplateSpecification: { launchTemplateId: 'lt-1' } };
    const both = { launchTemplate, mixedInstancesPolicy: { launchTemplate: launch } };
    expect((await check(both)).failures[0]?.reason).to.contain('conflicts with mixedInstancesPolicy');
    expect((await check({})).failures[0]?.reason).to.contain('is required');
  });

  it('Group explains a wrong capacity before anything is made', async () => {
    const { failures } = await account.provider.check({
      type: 'aws:autoscaling/group:Group',
      name: 'web',
      olds: {},
      news: { minSize: 3, maxSize: 2, launchTemplate: { id: 'lt-1' }, waitForCapacityTimeout: 'soon' },
      seed: new Uint8Array(),
    });
    expect(failures.map(({ property }) => property)).to.have.members(['minSize', 'waitForCapacityTimeout']);
  });

  it('LifecycleHook', async () => {
    const group = await account.make('aws:autoscaling/group:Group', {
      minSize: 0,
      maxSize: 0,
      vpcZoneIdentifiers: subnets,
      launchTemplate: { id: template.id },
    });
    const inputs = {
      autoscalingGroupName: group.id,
      lifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
      heartbeatTimeout: 60,
      defaultResult: 'ABANDON',
    };
    const which = { AutoScalingGroupName: group.id };
    await lives(account, {
      type: 'aws:autoscaling/lifecycleHook:LifecycleHook',
      inputs,
      changed: { ...inputs, heartbeatTimeout: 90 },
      drift: ({ id }) =>
        autoscaling.putLifecycleHook({
          ...which,
          LifecycleHookName: id,
          HeartbeatTimeout: 100,
          DefaultResult: 'CONTINUE',
        }),
      shows: ['heartbeatTimeout', 'defaultResult'],
    });
    await group.remove();
  });

  it('TargetGroup', async () => {
    const inputs = {
      port: 80,
      protocol: 'HTTP',
      vpcId: vpc.id,
      deregistrationDelay: 20,
      healthCheck: { path: '/health', interval: 10 },
    };
    await lives(account, {
      type: 'aws:lb/targetGroup:TargetGroup',
      inputs,
      changed: {
        ...inputs,
        deregistrationDelay: 30,
        stickiness: { type: 'app_cookie', cookieName: 'session', cookieDuration: 60 },
        loadBalancingAlgorithmType: 'weighted_random',
        healthCheck: { path: '/health', interval: 20, healthyThreshold: 2 },
        tags: { a: '1' },
      },
      drift: ({ id }) => elb.modifyTargetGroup({ TargetGroupArn: id, HealthCheckPath: '/' }),
      shows: ['healthCheck'],
    });
    const replaced = await replacing(target, { port: 80, protocol: 'HTTP', vpcId: vpc.id }, [
      { port: 81 },
      { protocol: 'HTTPS' },
    ]);
    expect(replaced).to.deep.equal(['port', 'protocol']);
  });

  it('LoadBalancer, Listener and ListenerRule', async () => {
    const group = await account.make('aws:ec2/securityGroup:SecurityGroup', { vpcId: vpc.id });
    const inputs = { subnets, securityGroups: [group.id] };
    const type = 'aws:lb/loadBalancer:LoadBalancer';
    await lives(account, {
      type,
      inputs,
      changed: { ...inputs, idleTimeout: 120, tags: { a: '1' } },
      drift: ({ id }) =>
        elb.modifyLoadBalancerAttributes({
          LoadBalancerArn: id,
          Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '99' }],
        }),
      shows: ['idleTimeout'],
    });
    const balancer = await account.make(type, inputs);
    await listener(balancer);
    await rule(balancer);
    await balancer.remove();
  });

  const forward = () => [{ type: 'forward', targetGroupArn: target.id }];
  const fixed = [{ type: 'fixed-response', fixedResponse: { contentType: 'text/plain', statusCode: '404' } }];

  async function listener(balancer: Resource): Promise<void> {
    const green = await account.make('aws:lb/targetGroup:TargetGroup', {
      port: 80,
      protocol: 'HTTP',
      vpcId: vpc.id,
      name: 'green',
    });
    const weights = (blue: number) => [
      { TargetGroupArn: target.id, Weight: blue },
      { TargetGroupArn: green.id, Weight: 100 - blue },
    ];
    const inputs = { loadBalancerArn: balancer.id, port: 80, defaultActions: forward() };
    const targetGroups = [
      { arn: target.id, weight: 100 },
      { arn: green.id, weight: 0 },
    ];
    await lives(account, {
      type: 'aws:lb/listener:Listener',
      inputs,
      changed: { ...inputs, port: 8080, defaultActions: [{ type: 'forward', forward: { targetGroups } }] },
      drift: ({ id }) =>
        elb.modifyListener({
          ListenerArn: id,
          DefaultActions: [{ Type: 'forward', ForwardConfig: { TargetGroups: weights(50) } }],
        }),
      shows: ['defaultActions'],
    });
    await green.remove();
  }

  async function rule(balancer: Resource): Promise<void> {
    const made = await account.make('aws:lb/listener:Listener', {
      loadBalancerArn: balancer.id,
      port: 80,
      defaultActions: fixed,
    });
    const inputs = {
      listenerArn: made.id,
      conditions: [{ pathPattern: { values: ['/a', '/b'] } }],
      actions: forward(),
    };
    await lives(account, {
      type: 'aws:lb/listenerRule:ListenerRule',
      inputs: { ...inputs, priority: 5 },
      changed: { ...inputs, priority: 6, conditions: [{ hostHeader: { values: ['a.example'] } }] },
      drift: ({ id }) => elb.setRulePriorities({ RulePriorities: [{ RuleArn: id, Priority: 9 }] }),
      shows: ['priority'],
    });
    const two = await Promise.all([0, 1].map(() => account.make('aws:lb/listenerRule:ListenerRule', inputs)));
    expect(two.map(({ state }) => state.priority)).to.have.members([1, 2]);
  }
});
