import type { DescribeSecurityGroupsResult } from '@aws-sdk/client-ec2';
import { AwsError } from '../../endpoint/service.ts';
import { ask, type Parts } from '../parts.ts';
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
