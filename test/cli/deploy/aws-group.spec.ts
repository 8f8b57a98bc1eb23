import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  UpdateAutoScalingGroupCommand,
  type AutoScalingGroup,
} from '@aws-sdk/client-auto-scaling';
import { mockClient } from 'aws-sdk-client-mock';
import { expect } from 'chai';
import { observeGroup, templateUpdate } from '../../../cli/deploy/aws-group.ts';

const Overrides = [{ InstanceType: 't3.small' as const }, { InstanceType: 't3a.small' as const }];
const mixed: AutoScalingGroup = {
  AutoScalingGroupName: 'web',
  MinSize: 1,
  MaxSize: 4,
  DesiredCapacity: 2,
  DefaultCooldown: 300,
  AvailabilityZones: [],
  HealthCheckType: 'EC2',
  CreatedTime: new Date(0),
  MixedInstancesPolicy: {
    LaunchTemplate: {
      LaunchTemplateSpecification: { LaunchTemplateId: 'lt-1', LaunchTemplateName: 'web', Version: '2' },
      Overrides,
    },
    InstancesDistribution: { OnDemandBaseCapacity: 1 },
  },
};

describe('the launch template of a group', () => {
  it('is in its mixed instances policy where it has one', async () => {
    const aws = mockClient(AutoScalingClient);
    aws.on(DescribeAutoScalingGroupsCommand).resolves({ AutoScalingGroups: [mixed] });
    expect((await observeGroup(new AutoScalingClient({}), 'web')).launchTemplateVersion).to.equal('2');
    expect(aws.commandCalls(UpdateAutoScalingGroupCommand)).to.deep.equal([]);
    aws.restore();
  });

  const template = { LaunchTemplateId: 'lt-1', Version: '3' };
  it('takes another version there, with its instance types and purchase options as they are', () => {
    expect(templateUpdate(mixed, template)).to.deep.equal({
      MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification: template, Overrides } },
    });
  });

  it('takes another version by itself elsewhere', () => {
    const { MixedInstancesPolicy: _, ...plain } = mixed;
    expect(templateUpdate(plain, template)).to.deep.equal({ LaunchTemplate: template });
  });
});
