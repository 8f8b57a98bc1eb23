import type { Parts } from '../parts.ts';
import { securityGroupsIn } from '../security-groups.ts';
import { invalidCombination, invalidValue } from './errors.ts';
import type { StoredServer, StoredSubnetGroup } from './state.ts';

export type Place = Pick<StoredServer, 'subnetId' | 'availabilityZone'>;

/** A place in the zone that is asked for, else in the one with the fewest of `taken`. */
export function placeServer(
  { name, subnets }: Pick<StoredSubnetGroup, 'name' | 'subnets'>,
  taken: readonly string[],
  wanted?: string,
): Place {
  const load = (zone: string): number => taken.filter((one) => one === zone).length;
  const [subnet] = subnets
    .filter(({ availabilityZone }) => wanted === undefined || availabilityZone === wanted)
    .toSorted((a, b) => load(a.availabilityZone) - load(b.availabilityZone));
  if (!subnet)
    throw invalidCombination(`The DB subnet group ${name} has no subnet in ${wanted ?? 'any zone'}.`);
  return { subnetId: subnet.id, availabilityZone: subnet.availabilityZone };
}

/** The security groups as ids: those that were given, or else the VPC's default one. */
export const findSecurityGroups = (ids: readonly string[], vpcId: string, parts: Parts): Promise<string[]> =>
  securityGroupsIn(vpcId, ids, parts, (missing) =>
    invalidValue(`Some security group Ids are invalid or belong to another VPC: ${missing.join(', ')}`),
  );
