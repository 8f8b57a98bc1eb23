import type { DescribeInternetGatewaysResult, DescribeSubnetsResult, Subnet } from '@aws-sdk/client-ec2';
import type { SubnetMapping } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../endpoint/service.ts';
import { ask, type InterfaceRequest, type Parts } from '../parts.ts';
import { securityGroupsIn } from '../security-groups.ts';
import { unsupported, validation } from './errors.ts';

/** Where a load balancer's nodes are: subnets and security groups, checked against EC2. */

interface GivenSubnets {
  readonly Subnets?: string[] | undefined;
  readonly SubnetMappings?: SubnetMapping[] | undefined;
}

export function subnetIds({ Subnets, SubnetMappings }: GivenSubnets): string[] {
  if (
    SubnetMappings?.some(({ SubnetId: _, ...rest }) =>
      Object.values(rest).some((value) => value !== undefined),
    )
  ) {
    throw unsupported('A fixed address in SubnetMappings of an application load balancer');
  }
  return Subnets ?? SubnetMappings?.map(({ SubnetId }) => SubnetId ?? '') ?? [];
}

/** The subnets: at least two, each in a zone of its own, all of one VPC. */
export async function findSubnets(ids: readonly string[], scheme: string, parts: Parts): Promise<Subnet[]> {
  if (ids.length < 2) throw twoZones();
  const subnets = await describeSubnets(ids, parts);
  if (new Set(subnets.map(({ VpcId }) => VpcId)).size > 1) {
    throw new AwsError('InvalidConfigurationRequest', 'All subnets must belong to the same VPC');
  }
  const zones = new Set(subnets.map(({ AvailabilityZone }) => AvailabilityZone));
  if (zones.size < 2) throw twoZones();
  if (zones.size < subnets.length) {
    throw new AwsError(
      'InvalidConfigurationRequest',
      'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
    );
  }
  if (scheme === 'internet-facing') await checkInternetGateway(subnets[0]?.VpcId ?? '', parts);
  return subnets;
}

const twoZones = () =>
  validation('At least two subnets in two different Availability Zones must be specified');

async function describeSubnets(ids: readonly string[], parts: Parts): Promise<Subnet[]> {
  try {
    const { Subnets = [] } = await ask<DescribeSubnetsResult>(parts, 'ec2', 'DescribeSubnets', {
      SubnetIds: ids,
    });
    if (Subnets.length === new Set(ids).size)
      return ids.flatMap((id) => Subnets.filter(({ SubnetId }) => SubnetId === id));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
  throw new AwsError('SubnetNotFound', `One or more of the subnets '[${ids.join(', ')}]' do not exist`);
}

async function checkInternetGateway(vpcId: string, parts: Parts): Promise<void> {
  const { InternetGateways = [] } = await ask<DescribeInternetGatewaysResult>(
    parts,
    'ec2',
    'DescribeInternetGateways',
    {
      Filters: [{ Name: 'attachment.vpc-id', Values: [vpcId] }],
    },
  );
  if (InternetGateways.length === 0)
    throw new AwsError('InvalidSubnet', `VPC ${vpcId} has no internet gateway`);
}

/** The security groups as ids: those that were given, or else the VPC's default one. */
export const findSecurityGroups = (ids: readonly string[], vpcId: string, parts: Parts): Promise<string[]> =>
  securityGroupsIn(
    vpcId,
    ids,
    parts,
    (missing) =>
      new AwsError(
        'InvalidSecurityGroup',
        `The security groups '[${missing.join(', ')}]' do not exist in VPC ${vpcId}`,
      ),
  );

export const interfaceRequests = (
  subnets: readonly Subnet[],
  securityGroupIds: readonly string[],
  description: string,
  scheme: string,
): InterfaceRequest[] =>
  subnets.map(({ SubnetId = '' }) => ({
    subnetId: SubnetId,
    securityGroupIds,
    description,
    isPublic: scheme === 'internet-facing',
  }));
