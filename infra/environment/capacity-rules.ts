/** Rules across the keys that say what an environment's instances are bought as. Pure. */
import type { Problem } from '../config-problems.ts';
import type { CapacityConfiguration } from './capacity-section.ts';

const spotKeys = [
  'spotFleetOnDemandBase',
  'spotFleetOnDemandAboveBasePercentage',
  'spotMaxPrice',
  'spotAllocationStrategy',
  'enableCapacityRebalancing',
] as const;

export function capacityProblems(at: string, configuration: CapacityConfiguration): Problem[] {
  return [
    ...ensureSpotEnabled(at, configuration),
    ...ensureTypesDiffer(at, configuration),
    ...ensurePercentagesFit(at, configuration),
  ];
}

function ensureSpotEnabled(at: string, configuration: CapacityConfiguration): Problem[] {
  if (configuration.enableSpot) return [];
  return spotKeys
    .filter((key) => configuration[key] !== undefined)
    .map((key) => ({ path: `${at}.${key}`, message: 'only with enableSpot: true; it is false.' }));
}

function ensureTypesDiffer(at: string, { instanceTypes }: CapacityConfiguration): Problem[] {
  const twice = instanceTypes.filter((type, index) => instanceTypes.indexOf(type) < index);
  return [...new Set(twice)].map((type) => ({
    path: `${at}.instanceTypes`,
    message: `${type} stands there more than once.`,
  }));
}

function ensurePercentagesFit(
  at: string,
  { instanceMaintenancePolicy: policy }: CapacityConfiguration,
): Problem[] {
  const { minHealthyPercentage: min, maxHealthyPercentage: max } = policy;
  if (max - min <= 100) return [];
  return [
    {
      path: `${at}.instanceMaintenancePolicy.maxHealthyPercentage`,
      message: `${max} is more than 100 above minHealthyPercentage, which is ${min}.`,
    },
  ];
}
