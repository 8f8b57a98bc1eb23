import type { MixedInstancesPolicy } from '@aws-sdk/client-auto-scaling';
import type { Properties } from '../../../protocol/values.ts';
import type { Group } from './group-inputs.ts';

/** A group's mixed instances policy, to and from the API. */

type Policy = NonNullable<Group['mixedInstancesPolicy']>;

export function toPolicy({ launchTemplate, instancesDistribution }: Policy): MixedInstancesPolicy {
  const {
    launchTemplateId: id,
    launchTemplateName: name,
    version,
  } = launchTemplate.launchTemplateSpecification;
  return {
    LaunchTemplate: {
      // AWS takes the id or the name, not both.
      LaunchTemplateSpecification: {
        ...(id ? { LaunchTemplateId: id } : { LaunchTemplateName: name }),
        Version: version,
      },
      Overrides: (launchTemplate.overrides ?? []).map(({ instanceType }) => ({ InstanceType: instanceType })),
    },
    ...(instancesDistribution && {
      InstancesDistribution: {
        OnDemandAllocationStrategy: instancesDistribution.onDemandAllocationStrategy,
        OnDemandBaseCapacity: instancesDistribution.onDemandBaseCapacity,
        OnDemandPercentageAboveBaseCapacity: instancesDistribution.onDemandPercentageAboveBaseCapacity,
        SpotAllocationStrategy: instancesDistribution.spotAllocationStrategy,
        SpotInstancePools: instancesDistribution.spotInstancePools,
        // An empty price takes one away.
        SpotMaxPrice: instancesDistribution.spotMaxPrice ?? '',
      },
    }),
  };
}

export function fromPolicy({
  LaunchTemplate: launch,
  InstancesDistribution,
}: MixedInstancesPolicy): Properties {
  const { LaunchTemplateSpecification: template, Overrides: overrides } = launch ?? {};
  return {
    launchTemplate: {
      launchTemplateSpecification: {
        launchTemplateId: template?.LaunchTemplateId,
        launchTemplateName: template?.LaunchTemplateName,
        version: template?.Version,
      },
      overrides: (overrides ?? []).map(({ InstanceType }) => ({ instanceType: InstanceType })),
    },
    instancesDistribution: InstancesDistribution && {
      onDemandAllocationStrategy: InstancesDistribution.OnDemandAllocationStrategy,
      onDemandBaseCapacity: InstancesDistribution.OnDemandBaseCapacity,
      onDemandPercentageAboveBaseCapacity: InstancesDistribution.OnDemandPercentageAboveBaseCapacity,
      spotAllocationStrategy: InstancesDistribution.SpotAllocationStrategy,
      spotInstancePools: InstancesDistribution.SpotInstancePools,
      spotMaxPrice: InstancesDistribution.SpotMaxPrice,
    },
  };
}
