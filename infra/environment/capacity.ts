/** Pure: what an Auto Scaling group launches and how it replaces, from the stack file's words. */
import type * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import type { EnvironmentConfiguration } from '../config.ts';
import type { CapacityConfiguration } from './capacity-section.ts';

/** What a group launches from: a version of a template. */
export interface TemplateVersion {
  readonly id: pulumi.Input<string>;
  readonly version: pulumi.Input<string>;
}

/** Keys of an environment that say what its instances are bought as. */
export type InstanceCapacity = CapacityConfiguration & Pick<EnvironmentConfiguration, 'type'>;

type GroupCapacity = Pick<
  aws.autoscaling.GroupArgs,
  'launchTemplate' | 'mixedInstancesPolicy' | 'capacityRebalance' | 'instanceMaintenancePolicy'
>;

/** A group of one type on demand launches the template as it is. */
export function groupCapacity(configuration: InstanceCapacity, template: TemplateVersion): GroupCapacity {
  const { enableSpot, instanceTypes, enableCapacityRebalancing = true } = configuration;
  const { instanceMaintenancePolicy } = configuration;
  if (!enableSpot && instanceTypes.length === 1)
    return { launchTemplate: template, instanceMaintenancePolicy };
  return {
    mixedInstancesPolicy: {
      launchTemplate: {
        launchTemplateSpecification: { launchTemplateId: template.id, version: template.version },
        overrides: instanceTypes.map((instanceType) => ({ instanceType })),
      },
      instancesDistribution: distributionOf(configuration),
    },
    ...(enableSpot && { capacityRebalance: enableCapacityRebalancing }),
    instanceMaintenancePolicy,
  };
}

function distributionOf(
  configuration: InstanceCapacity,
): aws.types.input.autoscaling.GroupMixedInstancesPolicyInstancesDistribution {
  const { enableSpot, type, spotFleetOnDemandBase = 0, spotMaxPrice } = configuration;
  const { spotAllocationStrategy = 'capacity-optimized' } = configuration;
  const standard = type === 'SingleInstance' ? 0 : 70;
  const { spotFleetOnDemandAboveBasePercentage = standard } = configuration;
  return {
    onDemandAllocationStrategy: 'prioritized',
    onDemandBaseCapacity: spotFleetOnDemandBase,
    onDemandPercentageAboveBaseCapacity: enableSpot ? spotFleetOnDemandAboveBasePercentage : 100,
    spotAllocationStrategy,
    ...(spotMaxPrice !== undefined && { spotMaxPrice: String(spotMaxPrice) }),
  };
}
