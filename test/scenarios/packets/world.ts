import type { Aws } from '../../support/aws.ts';
import type { Interface, Rule, World } from './reachability.ts';

/** Asks AWS's API for all that decides who reaches whom. */
export async function worldOf(
  { ec2, elasticache, rds }: Aws,
  outside: readonly string[],
): Promise<World & { readonly natAddresses: readonly string[] }> {
  const [interfaces, rules, tables, subnets, gateways, groups, clusters] = await Promise.all([
    ec2.describeNetworkInterfaces({}).then((answer) => answer.NetworkInterfaces ?? []),
    ec2.describeSecurityGroupRules({}).then((answer) => answer.SecurityGroupRules ?? []),
    ec2.describeRouteTables({}).then((answer) => answer.RouteTables ?? []),
    ec2.describeSubnets({}).then((answer) => answer.Subnets ?? []),
    ec2.describeNatGateways({}).then((answer) => answer.NatGateways ?? []),
    elasticache.describeReplicationGroups({}).then((answer) => answer.ReplicationGroups ?? []),
    rds.describeDBClusters({}).then((answer) => answer.DBClusters ?? []),
  ]);
  const natAddress = (id: string): string =>
    gateways.find(({ NatGatewayId }) => NatGatewayId === id)?.NatGatewayAddresses?.[0]?.PublicIp ?? '';
  const wayOf = (subnetId: string | undefined): Interface['way'] => {
    const vpcId = subnets.find(({ SubnetId }) => SubnetId === subnetId)?.VpcId;
    const own = tables.find(({ Associations = [] }) =>
      Associations.some(({ SubnetId }) => SubnetId !== undefined && SubnetId === subnetId),
    );
    const main = tables.find(
      ({ VpcId, Associations = [] }) => VpcId === vpcId && Associations.some(({ Main }) => Main),
    );
    const route = (own ?? main)?.Routes?.find(
      ({ DestinationCidrBlock }) => DestinationCidrBlock === '0.0.0.0/0',
    );
    if (route?.GatewayId?.startsWith('igw-')) return 'internet';
    return route?.NatGatewayId === undefined ? 'none' : { nat: natAddress(route.NatGatewayId) };
  };
  /** By the description of an interface, which names the node. */
  const members = new Map<string, string | undefined>([
    ...groups.flatMap(({ ReplicationGroupId = '', MemberClusters = [] }) =>
      MemberClusters.map((node) => [`ElastiCache ${node}`, ReplicationGroupId] as const),
    ),
    ...clusters.flatMap(({ DBClusterIdentifier = '', DBClusterMembers = [] }) =>
      DBClusterMembers.map(
        (node) => [`RDS ${node.DBInstanceIdentifier ?? ''}`, DBClusterIdentifier] as const,
      ),
    ),
  ]);
  return {
    outside,
    natAddresses: gateways.flatMap(({ NatGatewayAddresses = [] }) =>
      NatGatewayAddresses.map(({ PublicIp = '' }) => PublicIp),
    ),
    interfaces: interfaces
      .filter(({ InterfaceType }) => String(InterfaceType) !== 'nat_gateway')
      .map((one) => ({
        vpcId: one.VpcId ?? '',
        address: one.PrivateIpAddress ?? '',
        publicAddress: one.Association?.PublicIp,
        groups: (one.Groups ?? []).map(({ GroupId = '' }) => GroupId),
        way: wayOf(one.SubnetId),
        cluster: members.get(one.Description ?? ''),
      })),
    rules: rules.map((rule): Rule => ({
      groupId: rule.GroupId ?? '',
      isEgress: rule.IsEgress ?? false,
      protocol: rule.IpProtocol ?? '',
      fromPort: rule.FromPort ?? 0,
      toPort: rule.ToPort ?? 65_535,
      cidr: rule.CidrIpv4,
      peerGroup: rule.ReferencedGroupInfo?.GroupId,
    })),
  };
}
