import { instanceType } from './instance-types.ts';

/** What an hour costs in US dollars. Near AWS's list prices; spot pools of all zones cost the same here. */

const perGibBurstable = 0.0104;
const perVcpu = 0.03;
const perGib = 0.0045;
const spotShare = 0.3;

export function onDemandPrice(name: string): number {
  const { vcpus, memoryMiB, isBurstable } = instanceType(name);
  const gib = memoryMiB / 1024;
  return isBurstable ? perGibBurstable * gib : perVcpu * vcpus + perGib * gib;
}

export const spotPrice = (name: string): number => spotShare * onDemandPrice(name);

/** As EC2 writes prices. */
export const priceText = (price: number): string => price.toFixed(6);
