/** What somebody could change in a stack's network. */
import type { SecurityGroupRuleRequest } from '@aws-sdk/client-ec2';
import type { Aws } from '../../support/aws.ts';
import type { StateResource } from '../../support/stack-state.ts';
import { tagged, type Drifts } from './drift.ts';

export const networkDrifts: Drifts = {
  'aws:ec2/vpc:Vpc': {
    change: ({ id }, { ec2 }) => ec2.modifyVpcAttribute({ VpcId: id, EnableDnsHostnames: { Value: false } }),
    shows: 'enableDnsHostnames',
  },
  'aws:ec2/subnet:Subnet': {
    change: ({ id, inputs }, { ec2 }) =>
      ec2.modifySubnetAttribute({
        SubnetId: id,
        MapPublicIpOnLaunch: { Value: inputs.mapPublicIpOnLaunch !== true },
      }),
    shows: 'mapPublicIpOnLaunch',
  },
  'aws:ec2/internetGateway:InternetGateway': tagged,
  'aws:ec2/routeTable:RouteTable': tagged,
  'aws:ec2/eip:Eip': tagged,
  'aws:ec2/natGateway:NatGateway': tagged,
  'aws:ec2/securityGroup:SecurityGroup': tagged,
  'aws:ec2/routeTableAssociation:RouteTableAssociation': {
    change: ({ id }, { ec2 }) => ec2.disassociateRouteTable({ AssociationId: id }),
    shows: 'gone',
  },
  'aws:ec2/route:Route': {
    async change({ inputs }, { ec2 }) {
      const { NatGateways } = await ec2.describeNatGateways({
        Filter: [{ Name: 'state', Values: ['available'] }],
      });
      const { InternetGateways } = await ec2.describeInternetGateways({});
      const way =
        inputs.gatewayId === undefined
          ? { GatewayId: InternetGateways?.[0]?.InternetGatewayId }
          : { NatGatewayId: NatGateways?.[0]?.NatGatewayId };
      await ec2.replaceRoute({
        RouteTableId: String(inputs.routeTableId),
        DestinationCidrBlock: String(inputs.destinationCidrBlock),
        ...way,
      });
    },
    shows: 'natGatewayId gatewayId',
  },
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': {
    change: (rule, aws) => modifyRule(rule, aws, { FromPort: 22 }),
    shows: 'fromPort',
  },
  'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule': {
    change: (rule, aws) => modifyRule(rule, aws, { Description: 'changed by somebody' }),
    shows: 'description',
  },
  'aws:route53/record:Record': {
    async change({ inputs }, { route53 }) {
      const HostedZoneId = String(inputs.zoneId);
      const { ResourceRecordSets = [] } = await route53.listResourceRecordSets({
        HostedZoneId,
        StartRecordName: String(inputs.name),
        StartRecordType: 'A',
        MaxItems: 1,
      });
      const [found] = ResourceRecordSets;
      if (!found) throw new Error(`There is no record ${String(inputs.name)}.`);
      const { AliasTarget: _, ...kept } = found;
      const ResourceRecordSet = { ...kept, TTL: 60, ResourceRecords: [{ Value: '203.0.113.200' }] };
      await route53.changeResourceRecordSets({
        HostedZoneId,
        ChangeBatch: { Changes: [{ Action: 'UPSERT', ResourceRecordSet }] },
      });
    },
    shows: 'records,ttl aliases',
  },
  'aws:route53/healthCheck:HealthCheck': {
    change: ({ id }, { route53 }) => route53.updateHealthCheck({ HealthCheckId: id, FailureThreshold: 9 }),
    shows: 'failureThreshold',
  },
  'aws:lb/loadBalancer:LoadBalancer': {
    change: ({ id }, { elb }) =>
      elb.modifyLoadBalancerAttributes({
        LoadBalancerArn: id,
        Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '90' }],
      }),
    shows: 'idleTimeout',
  },
  'aws:lb/listener:Listener': {
    change: ({ id }, { elb }) => elb.modifyListener({ ListenerArn: id, Port: 81 }),
    shows: 'port',
  },
  'aws:lb/targetGroup:TargetGroup': {
    change: ({ id }, { elb }) =>
      elb.modifyTargetGroup({ TargetGroupArn: id, HealthCheckPath: '/somewhere-else' }),
    shows: 'healthCheck',
  },
};

/** AWS takes a rule as a whole; whom it admits, a network or a group, stays as it is. */
function modifyRule(
  { id, inputs }: StateResource,
  { ec2 }: Aws,
  change: Pick<SecurityGroupRuleRequest, 'FromPort' | 'Description'>,
): Promise<unknown> {
  const { securityGroupId, ipProtocol, fromPort, toPort, cidrIpv4, referencedSecurityGroupId } = inputs;
  const rule = {
    IpProtocol: String(ipProtocol),
    ...(fromPort !== undefined && { FromPort: Number(fromPort), ToPort: Number(toPort) }),
    ...(cidrIpv4 !== undefined
      ? { CidrIpv4: cidrIpv4 as string }
      : { ReferencedGroupId: String(referencedSecurityGroupId) }),
    ...change,
  };
  return ec2.modifySecurityGroupRules({
    GroupId: String(securityGroupId),
    SecurityGroupRules: [{ SecurityGroupRuleId: id, SecurityGroupRule: rule }],
  });
}
