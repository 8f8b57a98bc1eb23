import type { Properties } from '../protocol/values.ts';
import type { Context } from './context.ts';
import type { AwsDefinition } from './define.ts';

type Module = Promise<{ default: AwsDefinition }>;
export type Invoke = (args: Properties, context: Context) => Promise<Properties>;

/** Where each type of resource is defined. Loaded when first used, so that the plugin starts at once. */
const definitions: Readonly<Record<string, () => Module>> = {
  'aws:acm/certificate:Certificate': () => import('./resources/acm/certificate.ts'),
  'aws:acm/certificateValidation:CertificateValidation': () =>
    import('./resources/acm/certificate-validation.ts'),
  'aws:ec2/vpc:Vpc': () => import('./resources/ec2/vpc.ts'),
  'aws:ec2/subnet:Subnet': () => import('./resources/ec2/subnet.ts'),
  'aws:ec2/internetGateway:InternetGateway': () => import('./resources/ec2/internet-gateway.ts'),
  'aws:ec2/routeTable:RouteTable': () => import('./resources/ec2/route-table.ts'),
  'aws:ec2/route:Route': () => import('./resources/ec2/route.ts'),
  'aws:ec2/routeTableAssociation:RouteTableAssociation': () =>
    import('./resources/ec2/route-table-association.ts'),
  'aws:ec2/eip:Eip': () => import('./resources/ec2/eip.ts'),
  'aws:ec2/natGateway:NatGateway': () => import('./resources/ec2/nat-gateway.ts'),
  'aws:ec2/securityGroup:SecurityGroup': () => import('./resources/ec2/security-group.ts'),
  'aws:ec2/launchTemplate:LaunchTemplate': () => import('./resources/ec2/launch-template.ts'),
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': () =>
    import('./resources/vpc/security-group-ingress-rule.ts'),
  'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule': () =>
    import('./resources/vpc/security-group-egress-rule.ts'),
  'aws:autoscaling/group:Group': () => import('./resources/autoscaling/group.ts'),
  'aws:autoscaling/lifecycleHook:LifecycleHook': () => import('./resources/autoscaling/lifecycle-hook.ts'),
  'aws:autoscaling/policy:Policy': () => import('./resources/autoscaling/policy.ts'),
  'aws:autoscaling/schedule:Schedule': () => import('./resources/autoscaling/schedule.ts'),
  'aws:elasticache/subnetGroup:SubnetGroup': () => import('./resources/elasticache/subnet-group.ts'),
  'aws:elasticache/replicationGroup:ReplicationGroup': () =>
    import('./resources/elasticache/replication-group.ts'),
  'aws:efs/fileSystem:FileSystem': () => import('./resources/efs/file-system.ts'),
  'aws:efs/mountTarget:MountTarget': () => import('./resources/efs/mount-target.ts'),
  'aws:efs/accessPoint:AccessPoint': () => import('./resources/efs/access-point.ts'),
  'aws:efs/backupPolicy:BackupPolicy': () => import('./resources/efs/backup-policy.ts'),
  'aws:lb/loadBalancer:LoadBalancer': () => import('./resources/lb/load-balancer.ts'),
  'aws:lb/targetGroup:TargetGroup': () => import('./resources/lb/target-group.ts'),
  'aws:lb/listener:Listener': () => import('./resources/lb/listener.ts'),
  'aws:lb/listenerCertificate:ListenerCertificate': () => import('./resources/lb/listener-certificate.ts'),
  'aws:lb/listenerRule:ListenerRule': () => import('./resources/lb/listener-rule.ts'),
  'aws:rds/cluster:Cluster': () => import('./resources/rds/cluster.ts'),
  'aws:rds/clusterInstance:ClusterInstance': () => import('./resources/rds/cluster-instance.ts'),
  'aws:rds/instance:Instance': () => import('./resources/rds/instance.ts'),
  'aws:rds/subnetGroup:SubnetGroup': () => import('./resources/rds/subnet-group.ts'),
  'aws:s3/bucket:Bucket': () => import('./resources/s3/bucket.ts'),
  'aws:s3/bucketVersioning:BucketVersioning': () => import('./resources/s3/bucket-versioning.ts'),
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration': () =>
    import('./resources/s3/bucket-encryption.ts'),
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': () =>
    import('./resources/s3/bucket-public-access-block.ts'),
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': () =>
    import('./resources/s3/bucket-lifecycle.ts'),
  'aws:s3/bucketPolicy:BucketPolicy': () => import('./resources/s3/bucket-policy.ts'),
  'aws:s3/bucketObjectv2:BucketObjectv2': () => import('./resources/s3/bucket-object.ts'),
  'aws:sqs/queue:Queue': () => import('./resources/sqs/queue.ts'),
  'aws:sqs/queuePolicy:QueuePolicy': () => import('./resources/sqs/queue-policy.ts'),
  'aws:ssm/parameter:Parameter': () => import('./resources/ssm/parameter.ts'),
  'aws:ssm/document:Document': () => import('./resources/ssm/document.ts'),
  'aws:iam/role:Role': () => import('./resources/iam/role.ts'),
  'aws:iam/rolePolicy:RolePolicy': () => import('./resources/iam/role-policy.ts'),
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': () =>
    import('./resources/iam/role-policy-attachment.ts'),
  'aws:iam/instanceProfile:InstanceProfile': () => import('./resources/iam/instance-profile.ts'),
  'aws:route53/zone:Zone': () => import('./resources/route53/zone.ts'),
  'aws:route53/record:Record': () => import('./resources/route53/record.ts'),
  'aws:route53/healthCheck:HealthCheck': () => import('./resources/route53/health-check.ts'),
  'aws:route53/zoneAssociation:ZoneAssociation': () => import('./resources/route53/zone-association.ts'),
  'aws:cloudwatch/logGroup:LogGroup': () => import('./resources/cloudwatch/log-group.ts'),
  'aws:cloudwatch/metricAlarm:MetricAlarm': () => import('./resources/cloudwatch/metric-alarm.ts'),
  'aws:cloudwatch/compositeAlarm:CompositeAlarm': () => import('./resources/cloudwatch/composite-alarm.ts'),
  'aws:cloudwatch/dashboard:Dashboard': () => import('./resources/cloudwatch/dashboard.ts'),
  'aws:secretsmanager/secret:Secret': () => import('./resources/secretsmanager/secret.ts'),
  'aws:secretsmanager/secretVersion:SecretVersion': () =>
    import('./resources/secretsmanager/secret-version.ts'),
  'aws:sns/topicSubscription:TopicSubscription': () => import('./resources/sns/topic-subscription.ts'),
  'aws:sns/topic:Topic': () => import('./resources/sns/topic.ts'),
};

const invokes: Readonly<Record<string, () => Promise<{ default: Invoke }>>> = {
  'aws:index/getAvailabilityZones:getAvailabilityZones': () => import('./invokes/availability-zones.ts'),
  'aws:index/getCallerIdentity:getCallerIdentity': () => import('./invokes/caller-identity.ts'),
  'aws:index/getRegion:getRegion': () => import('./invokes/region.ts'),
  'aws:ssm/getParameter:getParameter': () => import('./invokes/ssm-parameter.ts'),
  'aws:iam/getPolicyDocument:getPolicyDocument': () => import('./invokes/policy-document.ts'),
  'aws:route53/getZone:getZone': () => import('./invokes/zone.ts'),
};

/** Every type of resource that there is a definition for. */
export const resourceTypes: readonly string[] = Object.keys(definitions);

export async function findDefinition(type: string): Promise<AwsDefinition> {
  const load = definitions[type];
  if (!load) throw new Error(`This provider has no resource ${type}. It has: ${resourceTypes.join(', ')}.`);
  return (await load()).default;
}

export async function findInvoke(token: string): Promise<Invoke> {
  const load = invokes[token];
  if (!load)
    throw new Error(`This provider has no function ${token}. It has: ${Object.keys(invokes).join(', ')}.`);
  return (await load()).default;
}
