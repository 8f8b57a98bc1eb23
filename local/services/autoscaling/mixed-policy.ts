import type {
  InstancesDistribution,
  LaunchTemplateSpecification,
  MixedInstancesPolicy,
} from '@aws-sdk/client-auto-scaling';
import { accept, invalid, unsupported } from './errors.ts';
import type { MixedRow, TemplateRow } from './state.ts';

/** A mixed instances policy as it is asked for, kept and shown. */

const onDemandStrategies = ['prioritized', 'lowest-price'];
const spotStrategies = [
  ...['lowest-price', 'capacity-optimized', 'capacity-optimized-prioritized', 'price-capacity-optimized'],
];
const mostOverrides = 40;

/** What is not said of an existing policy stays as it is, as on AWS. */
export function checkedMixed(policy: MixedInstancesPolicy, before: MixedRow | undefined): MixedRow {
  accept(policy, ['LaunchTemplate', 'InstancesDistribution']);
  accept(policy.LaunchTemplate ?? {}, ['LaunchTemplateSpecification', 'Overrides']);
  const overrides = policy.LaunchTemplate?.Overrides;
  const instanceTypes = overrides?.map((override) => {
    accept(override, ['InstanceType']);
    return override.InstanceType ?? '';
  });
  const types = instanceTypes ?? before?.instanceTypes ?? [];
  if (types.length > mostOverrides)
    throw invalid(`The number of overrides, ${types.length}, is more than ${mostOverrides}.`);
  if (new Set(types).size < types.length || types.includes(''))
    throw invalid('Overrides must name each instance type once.');
  return { instanceTypes: types, ...checkedDistribution(policy.InstancesDistribution ?? {}, before) };
}

function checkedDistribution(
  distribution: InstancesDistribution,
  before: MixedRow | undefined,
): Omit<MixedRow, 'instanceTypes'> {
  const spotStrategy = distribution.SpotAllocationStrategy ?? before?.spotStrategy ?? 'lowest-price';
  const onDemandStrategy =
    distribution.OnDemandAllocationStrategy ?? before?.onDemandStrategy ?? 'prioritized';
  const onDemandBase = distribution.OnDemandBaseCapacity ?? before?.onDemandBase ?? 0;
  const onDemandPercentage =
    distribution.OnDemandPercentageAboveBaseCapacity ?? before?.onDemandPercentage ?? 100;
  const maxPrice = distribution.SpotMaxPrice ?? before?.spotMaxPrice ?? '';
  if (!spotStrategies.includes(spotStrategy))
    throw invalid(`Spot allocation strategy ${spotStrategy} is not valid: use ${spotStrategies.join(', ')}.`);
  if (!onDemandStrategies.includes(onDemandStrategy))
    throw invalid(
      `On-Demand allocation strategy ${onDemandStrategy} is not valid: use ${onDemandStrategies.join(', ')}.`,
    );
  if (onDemandBase < 0) throw invalid('OnDemandBaseCapacity must not be negative.');
  if (onDemandPercentage < 0 || onDemandPercentage > 100)
    throw invalid(`OnDemandPercentageAboveBaseCapacity ${onDemandPercentage} is not between 0 and 100.`);
  if (maxPrice !== '' && !/^\d+(\.\d+)?$/.test(maxPrice))
    throw invalid(`Spot max price ${maxPrice} is not valid.`);
  if ((distribution.SpotInstancePools ?? 2) !== 2) throw unsupported('SpotInstancePools besides 2');
  return {
    spotStrategy,
    onDemandStrategy,
    onDemandBase,
    onDemandPercentage,
    ...(maxPrice !== '' && { spotMaxPrice: maxPrice }),
  };
}

export const shownTemplate = ({ id, name, version }: TemplateRow): LaunchTemplateSpecification => ({
  LaunchTemplateId: id,
  LaunchTemplateName: name,
  Version: version,
});

export const shownMixed = (mixed: MixedRow, template: TemplateRow): MixedInstancesPolicy => ({
  LaunchTemplate: {
    LaunchTemplateSpecification: shownTemplate(template),
    Overrides: mixed.instanceTypes.map((InstanceType) => ({ InstanceType })),
  },
  InstancesDistribution: {
    OnDemandAllocationStrategy: mixed.onDemandStrategy,
    OnDemandBaseCapacity: mixed.onDemandBase,
    OnDemandPercentageAboveBaseCapacity: mixed.onDemandPercentage,
    SpotAllocationStrategy: mixed.spotStrategy,
    ...(mixed.spotStrategy === 'lowest-price' && { SpotInstancePools: 2 }),
    ...(mixed.spotMaxPrice !== undefined && { SpotMaxPrice: mixed.spotMaxPrice }),
  },
});
