import type { Aws } from './aws.ts';

/**
 * Everything that there is in the account and region, by kind, as AWS lists it. Terminated instances and deleted
 * NAT gateways are left out: AWS goes on listing them for an hour.
 */
export async function listEverything(aws: Aws): Promise<Readonly<Record<string, readonly string[]>>> {
  const kinds = Object.entries(lists).map(async ([kind, list]) => {
    const names = await list(aws);
    return [kind, names.map((name) => name ?? '').sort()] as const;
  });
  return Object.fromEntries(await Promise.all(kinds));
}

type List = (aws: Aws) => Promise<readonly (string | undefined)[]>;

const lists: Readonly<Record<string, List>> = {
  instances: async ({ ec2 }) =>
    ((await ec2.describeInstances({})).Reservations ?? [])
      .flatMap(({ Instances = [] }) => Instances)
      .filter(({ State }) => State?.Name !== 'terminated')
      .map(({ InstanceId }) => InstanceId),
  volumes: async ({ ec2 }) => (await ec2.describeVolumes({})).Volumes?.map(({ VolumeId }) => VolumeId) ?? [],
  'network interfaces': async ({ ec2 }) =>
    (await ec2.describeNetworkInterfaces({})).NetworkInterfaces?.map((one) => one.NetworkInterfaceId) ?? [],
  'launch templates': async ({ ec2 }) =>
    (await ec2.describeLaunchTemplates({})).LaunchTemplates?.map((one) => one.LaunchTemplateName) ?? [],
  VPCs: async ({ ec2 }) => (await ec2.describeVpcs({})).Vpcs?.map(({ VpcId }) => VpcId) ?? [],
  subnets: async ({ ec2 }) => (await ec2.describeSubnets({})).Subnets?.map(({ SubnetId }) => SubnetId) ?? [],
  'route tables': async ({ ec2 }) =>
    (await ec2.describeRouteTables({})).RouteTables?.map(({ RouteTableId }) => RouteTableId) ?? [],
  'internet gateways': async ({ ec2 }) =>
    (await ec2.describeInternetGateways({})).InternetGateways?.map((one) => one.InternetGatewayId) ?? [],
  'NAT gateways': async ({ ec2 }) =>
    ((await ec2.describeNatGateways({})).NatGateways ?? [])
      .filter(({ State }) => State !== 'deleted')
      .map(({ NatGatewayId }) => NatGatewayId),
  addresses: async ({ ec2 }) =>
    (await ec2.describeAddresses({})).Addresses?.map((one) => one.AllocationId) ?? [],
  'security groups': async ({ ec2 }) =>
    (await ec2.describeSecurityGroups({})).SecurityGroups?.map(({ GroupId }) => GroupId) ?? [],
  'security group rules': async ({ ec2 }) =>
    (await ec2.describeSecurityGroupRules({})).SecurityGroupRules?.map((one) => one.SecurityGroupRuleId) ??
    [],
  'Auto Scaling groups': async ({ autoscaling }) =>
    (await autoscaling.describeAutoScalingGroups({})).AutoScalingGroups?.map(
      (one) => one.AutoScalingGroupName,
    ) ?? [],
  'load balancers': async ({ elb }) =>
    (await elb.describeLoadBalancers({})).LoadBalancers?.map((one) => one.LoadBalancerName) ?? [],
  'target groups': async ({ elb }) =>
    (await elb.describeTargetGroups({})).TargetGroups?.map((one) => one.TargetGroupName) ?? [],
  'DB clusters': async ({ rds }) =>
    (await rds.describeDBClusters({})).DBClusters?.map((one) => one.DBClusterIdentifier) ?? [],
  'DB instances': async ({ rds }) =>
    (await rds.describeDBInstances({})).DBInstances?.map((one) => one.DBInstanceIdentifier) ?? [],
  'DB subnet groups': async ({ rds }) =>
    (await rds.describeDBSubnetGroups({})).DBSubnetGroups?.map((one) => one.DBSubnetGroupName) ?? [],
  'cache clusters': async ({ elasticache }) =>
    (await elasticache.describeCacheClusters({})).CacheClusters?.map((one) => one.CacheClusterId) ?? [],
  'cache subnet groups': async ({ elasticache }) =>
    (await elasticache.describeCacheSubnetGroups({})).CacheSubnetGroups?.map(
      (one) => one.CacheSubnetGroupName,
    ) ?? [],
  'file systems': async ({ efs }) =>
    (await efs.describeFileSystems({})).FileSystems?.map(({ FileSystemId }) => FileSystemId) ?? [],
  secrets: async ({ secretsmanager }) =>
    (await secretsmanager.listSecrets({})).SecretList?.map(({ Name }) => Name) ?? [],
  buckets: async ({ s3 }) => (await s3.listBuckets({})).Buckets?.map(({ Name }) => Name) ?? [],
  queues: async ({ sqs }) => (await sqs.listQueues({})).QueueUrls ?? [],
  parameters: async ({ ssm }) => (await ssm.describeParameters({})).Parameters?.map(({ Name }) => Name) ?? [],
  documents: async ({ ssm }) =>
    (await ssm.listDocuments({ Filters: [{ Key: 'Owner', Values: ['Self'] }] })).DocumentIdentifiers?.map(
      ({ Name }) => Name,
    ) ?? [],
  roles: async ({ iam }) => (await iam.listRoles({})).Roles?.map(({ RoleName }) => RoleName) ?? [],
  'instance profiles': async ({ iam }) =>
    (await iam.listInstanceProfiles({})).InstanceProfiles?.map((one) => one.InstanceProfileName) ?? [],
  'hosted zones': async ({ route53 }) =>
    (await route53.listHostedZones({})).HostedZones?.map(({ Name }) => Name) ?? [],
  'log groups': async ({ logs }) =>
    (await logs.describeLogGroups({})).logGroups?.map(({ logGroupName }) => logGroupName) ?? [],
  alarms: async ({ cloudwatch }) =>
    (await cloudwatch.describeAlarms({})).MetricAlarms?.map(({ AlarmName }) => AlarmName) ?? [],
  topics: async ({ sns }) => (await sns.listTopics({})).Topics?.map(({ TopicArn }) => TopicArn) ?? [],
};
