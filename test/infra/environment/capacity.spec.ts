import { expect } from 'chai';
import { readConfiguration } from '../../../infra/config-read.ts';
import type { EnvironmentStack } from '../../../infra/config.ts';
import { rawConfiguration, recordEnvironments } from '../stacks.ts';

const groupType = 'aws:autoscaling/group:Group';
/** What only a spot instance does to itself. */
const takeOut = 'autoscaling:TerminateInstanceInAutoScalingGroup';

const stackOf = (worker: object): EnvironmentStack =>
  readConfiguration(
    rawConfiguration({
      'aws:region': 'eu-central-1',
      'beanpole:application': 'mywordpress',
      'beanpole:network': { natGateways: 'Single' },
      'beanpole:environments': { worker: { tier: 'Worker', type: 'LoadBalanced', ...worker } },
    }),
    'prod',
  ) as EnvironmentStack;

async function groupOf(worker: object, runningTemplateVersion?: string) {
  const recording = await recordEnvironments(stackOf(worker), { runningTemplateVersion });
  const { inputs } = recording.only(groupType, 'mywordpress-prod-worker-blue');
  const template = recording.only('aws:ec2/launchTemplate:LaunchTemplate', 'mywordpress-prod-worker-blue');
  return {
    group: inputs,
    template: template.inputs,
    idle: recording.only(groupType, 'mywordpress-prod-worker-green').inputs,
    permissions: recording.only('aws:iam/rolePolicy:RolePolicy').inputs.policy,
  };
}

describe('what an environment launches', () => {
  it('is its template alone where there is one type on demand', async () => {
    const { group, permissions } = await groupOf({});
    expect(group.mixedInstancesPolicy).to.equal(undefined);
    expect(group.capacityRebalance).to.equal(undefined);
    expect(group.launchTemplate).to.deep.equal({ id: 'mywordpress-prod-worker-blue-id', version: '3' });
    expect(permissions).not.to.contain(takeOut);
  });

  it('is any of several types, the first in the template', async () => {
    const { group, template } = await groupOf({ instanceTypes: ['t3.medium', 't3a.medium'] });
    expect(template.instanceType).to.equal('t3.medium');
    expect(group.launchTemplate).to.equal(undefined);
    expect(group.mixedInstancesPolicy).to.deep.equal({
      launchTemplate: {
        launchTemplateSpecification: { launchTemplateId: 'mywordpress-prod-worker-blue-id', version: '3' },
        overrides: [{ instanceType: 't3.medium' }, { instanceType: 't3a.medium' }],
      },
      instancesDistribution: {
        onDemandAllocationStrategy: 'prioritized',
        onDemandBaseCapacity: 0,
        onDemandPercentageAboveBaseCapacity: 100,
        spotAllocationStrategy: 'capacity-optimized',
      },
    });
  });

  it('is an on-demand base and spot above it, replaced before EC2 takes it back', async () => {
    const { group, permissions } = await groupOf({
      enableSpot: true,
      spotFleetOnDemandBase: 1,
      spotFleetOnDemandAboveBasePercentage: 25,
      spotMaxPrice: 0.02,
      spotAllocationStrategy: 'price-capacity-optimized',
    });
    expect(group).to.have.nested.property('mixedInstancesPolicy.instancesDistribution').that.deep.equals({
      onDemandAllocationStrategy: 'prioritized',
      onDemandBaseCapacity: 1,
      onDemandPercentageAboveBaseCapacity: 25,
      spotAllocationStrategy: 'price-capacity-optimized',
      spotMaxPrice: '0.02',
    });
    expect(group.capacityRebalance).to.equal(true);
    expect(permissions).to.contain(takeOut);
  });

  it("has Elastic Beanstalk's shares where none are given: 70 percent on demand, none of a single instance", async () => {
    const share = 'mixedInstancesPolicy.instancesDistribution.onDemandPercentageAboveBaseCapacity';
    const { group } = await groupOf({ enableSpot: true, enableCapacityRebalancing: false });
    expect(group).to.have.nested.property(share, 70);
    expect(group.capacityRebalance).to.equal(false);
    expect((await groupOf({ type: 'SingleInstance', enableSpot: true })).group).to.have.nested.property(
      share,
      0,
    );
  });

  it('stays of the version that runs where a group begins to mix types', async () => {
    const { group, idle } = await groupOf({ enableSpot: true }, '2');
    const version = 'mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.version';
    expect(group).to.have.nested.property(version, '2');
    expect(idle).to.have.nested.property(version, '3');
  });

  it('is replaced as its instance maintenance policy says', async () => {
    const instanceMaintenancePolicy = { minHealthyPercentage: 90, maxHealthyPercentage: 150 };
    const { group } = await groupOf({ instanceMaintenancePolicy });
    expect(group.instanceMaintenancePolicy).to.deep.equal(instanceMaintenancePolicy);
  });
});
