import type { DescribeSecurityGroupsResult, SecurityGroup } from '@aws-sdk/client-ec2';
import { AwsError } from '../endpoint/service.ts';
import { ask, type Parts } from './parts.ts';

/**
 * The security groups of a service's own hosts as ids: those that were given, or else the VPC's default one. Throws the
 * service's refusal of those that the VPC does not have.
 */
export async function securityGroupsIn(
  vpcId: string,
  ids: readonly string[],
  parts: Parts,
  refusal: (missing: readonly string[]) => AwsError,
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
  const groups = await describe(filters, parts);
  const missing = ids.filter((id) => !groups.some(({ GroupId, VpcId }) => GroupId === id && VpcId === vpcId));
  if (missing.length > 0) throw refusal(missing);
  return groups.flatMap(({ GroupId }) => GroupId ?? []);
}

async function describe(filters: object, parts: Parts): Promise<SecurityGroup[]> {
  try {
    const answer = await ask<DescribeSecurityGroupsResult>(parts, 'ec2', 'DescribeSecurityGroups', filters);
    return answer.SecurityGroups ?? [];
  } catch (error) {
    if (error instanceof AwsError) return [];
    throw error;
  }
}
