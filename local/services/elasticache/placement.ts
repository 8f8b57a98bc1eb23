import type { DescribeSecurityGroupsResult } from '@aws-sdk/client-ec2';
import { AwsError } from '../../endpoint/service.ts';
import { ask, type Parts } from '../parts.ts';
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
export async function findSecurityGroups(
  ids: readonly string[],
  vpcId: string,
  parts: Parts,
): Promise<string[]> {
  const filters =
    ids.length > 0
      ? { GroupIds: ids }
      : {
          Filters: [
            { Name: 'vpc-id', Values: [vpcId] },
            { Name: 'group-name', Values: ['default'] },
          ],
        };
  const groups = await ask<DescribeSecurityGroupsResult>(
    parts,
    'ec2',
    'DescribeSecurityGroups',
    filters,
  ).then(
    ({ SecurityGroups = [] }) => SecurityGroups,
    (error: unknown) => {
      if (error instanceof AwsError) return [];
      throw error;
    },
  );
  const missing = ids.filter((id) => !groups.some(({ GroupId, VpcId }) => GroupId === id && VpcId === vpcId));
  if (missing.length > 0)
    throw invalidValue(`Some security group Ids are invalid or belong to another VPC: ${missing.join(', ')}`);
  return groups.flatMap(({ GroupId }) => GroupId ?? []);
}
