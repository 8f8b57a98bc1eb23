import type { Parts } from '../parts.ts';
import { securityGroupsIn } from '../security-groups.ts';
import { invalidValue } from './errors.ts';
import type { StoredNode, StoredSubnetGroup } from './state.ts';

type Place = Pick<StoredNode, 'subnetId' | 'availabilityZone'>;

/** A place for each node: in the zones that are asked for, else spread over all zones of the subnet group. */
export function placeNodes(
  { name, subnets }: Pick<StoredSubnetGroup, 'name' | 'subnets'>,
  count: number,
  preferredZones: readonly string[] = [],
): Place[] {
  if (preferredZones.length > 0 && preferredZones.length !== count)
    throw invalidValue(`PreferredCacheClusterAZs must name a zone for each of the ${count} nodes.`);
  const zones =
    preferredZones.length > 0 ? preferredZones : [...new Set(subnets.map((one) => one.availabilityZone))];
  return Array.from({ length: count }, (_, index) => {
    const zone = zones[index % zones.length] ?? '';
    const subnet = subnets.find(({ availabilityZone }) => availabilityZone === zone);
    if (!subnet) throw invalidValue(`The subnet group ${name} has no subnet in ${zone}.`);
    return { subnetId: subnet.id, availabilityZone: zone };
  });
}

/** The security groups as ids: those that were given, or else the VPC's default one. */
export const findSecurityGroups = (ids: readonly string[], vpcId: string, parts: Parts): Promise<string[]> =>
  securityGroupsIn(vpcId, ids, parts, (missing) =>
    invalidValue(`Some security group Ids are invalid or belong to another VPC: ${missing.join(', ')}`),
  );
