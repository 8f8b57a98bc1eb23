import { expect } from 'chai';
import { findDefinition } from '../../../local/provider/aws/registry.ts';
import { Asset, type Properties, type Value } from '../../../local/provider/protocol/values.ts';
import { diff } from '../../../local/provider/resource/lifecycle.ts';
import { recordStack } from '../../infra/stacks.ts';

/** What a change of an input does to a resource, as the documentation and the source of the AWS provider say. */
interface Documented {
  /** Forces a new resource. */
  readonly replaces?: string;
  /** Changes the resource in place. */
  readonly updates?: string;
}

const documented: Readonly<Record<string, Documented>> = {
  'aws:autoscaling/group:Group': {
    updates: `vpcZoneIdentifiers minSize maxSize desiredCapacity launchTemplate instanceMaintenancePolicy targetGroupArns healthCheckType
      enabledMetrics initialLifecycleHooks waitForCapacityTimeout tags`,
  },
  'aws:autoscaling/lifecycleHook:LifecycleHook': {
    replaces: 'name',
    updates: 'autoscalingGroupName lifecycleTransition defaultResult heartbeatTimeout',
  },
  'aws:autoscaling/policy:Policy': {
    replaces: 'autoscalingGroupName',
    updates: 'policyType estimatedInstanceWarmup targetTrackingConfiguration',
  },
  'aws:cloudwatch/dashboard:Dashboard': { replaces: 'dashboardName', updates: 'dashboardBody' },
  'aws:cloudwatch/logGroup:LogGroup': { replaces: 'name', updates: 'retentionInDays tags' },
  'aws:cloudwatch/metricAlarm:MetricAlarm': {
    updates: `alarmDescription namespace metricName dimensions statistic period evaluationPeriods comparisonOperator
      datapointsToAlarm metricQueries threshold treatMissingData alarmActions okActions tags`,
  },
  'aws:ec2/eip:Eip': { replaces: 'domain', updates: 'tags' },
  'aws:ec2/launchTemplate:LaunchTemplate': {
    updates: `imageId instanceType iamInstanceProfile vpcSecurityGroupIds monitoring metadataOptions
      blockDeviceMappings tagSpecifications userData tags`,
  },
  'aws:ec2/securityGroup:SecurityGroup': { replaces: 'vpcId description', updates: 'tags' },
  'aws:efs/accessPoint:AccessPoint': { replaces: 'fileSystemId posixUser rootDirectory', updates: 'tags' },
  'aws:efs/backupPolicy:BackupPolicy': { replaces: 'fileSystemId', updates: 'backupPolicy' },
  'aws:efs/fileSystem:FileSystem': {
    replaces: 'encrypted',
    updates: 'lifecyclePolicies throughputMode tags',
  },
  'aws:efs/mountTarget:MountTarget': { replaces: 'fileSystemId subnetId', updates: 'securityGroups' },
  'aws:elasticache/replicationGroup:ReplicationGroup': {
    replaces: 'atRestEncryptionEnabled port subnetGroupName',
    // Of engines from 7.0.5 on; the older ones are replaced.
    updates: `applyImmediately automaticFailoverEnabled description engine multiAzEnabled nodeType numCacheClusters
      securityGroupIds tags transitEncryptionEnabled`,
  },
  'aws:elasticache/subnetGroup:SubnetGroup': { updates: 'description subnetIds tags' },
  'aws:rds/cluster:Cluster': {
    replaces: 'databaseName dbSubnetGroupName engine engineMode masterUsername port storageEncrypted',
    updates: `applyImmediately backupRetentionPeriod copyTagsToSnapshot deletionProtection finalSnapshotIdentifier
      manageMasterUserPassword serverlessv2ScalingConfiguration skipFinalSnapshot tags vpcSecurityGroupIds`,
  },
  'aws:rds/clusterInstance:ClusterInstance': {
    replaces: 'clusterIdentifier dbSubnetGroupName engine',
    updates: 'applyImmediately copyTagsToSnapshot instanceClass publiclyAccessible tags',
  },
  'aws:rds/instance:Instance': {
    replaces: 'dbName dbSubnetGroupName engine port storageEncrypted username',
    updates: `allocatedStorage applyImmediately backupRetentionPeriod copyTagsToSnapshot deletionProtection
      instanceClass manageMasterUserPassword multiAz publiclyAccessible skipFinalSnapshot storageType tags
      vpcSecurityGroupIds`,
  },
  'aws:rds/subnetGroup:SubnetGroup': { updates: 'description subnetIds tags' },
  'aws:iam/instanceProfile:InstanceProfile': { replaces: 'name', updates: 'role tags' },
  'aws:iam/role:Role': { replaces: 'name', updates: 'assumeRolePolicy description tags' },
  'aws:iam/rolePolicy:RolePolicy': { replaces: 'name role', updates: 'policy' },
  'aws:lb/listener:Listener': { replaces: 'loadBalancerArn', updates: 'protocol port defaultActions tags' },
  'aws:lb/loadBalancer:LoadBalancer': {
    replaces: 'name loadBalancerType internal',
    updates: 'subnets securityGroups dropInvalidHeaderFields tags',
  },
  'aws:lb/targetGroup:TargetGroup': {
    replaces: 'name vpcId targetType protocol port',
    updates: 'deregistrationDelay healthCheck loadBalancingAlgorithmType slowStart stickiness tags',
  },
  'aws:route53/record:Record': { replaces: 'zoneId name', updates: 'type ttl records aliases' },
  'aws:route53/zone:Zone': { replaces: 'name', updates: 'comment tags' },
  'aws:s3/bucket:Bucket': { updates: 'forceDestroy tags' },
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': {
    replaces: 'bucket',
    updates: 'rules',
  },
  'aws:s3/bucketObjectv2:BucketObjectv2': { replaces: 'bucket key', updates: 'source contentType' },
  'aws:s3/bucketPolicy:BucketPolicy': { replaces: 'bucket', updates: 'policy' },
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': {
    replaces: 'bucket',
    updates: 'blockPublicAcls blockPublicPolicy ignorePublicAcls restrictPublicBuckets',
  },
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration': {
    replaces: 'bucket',
    updates: 'rules',
  },
  'aws:s3/bucketVersioning:BucketVersioning': { replaces: 'bucket', updates: 'versioningConfiguration' },
  'aws:sns/topic:Topic': { updates: 'tags' },
  'aws:sqs/queue:Queue': {
    updates: `messageRetentionSeconds visibilityTimeoutSeconds receiveWaitTimeSeconds redrivePolicy
      sqsManagedSseEnabled tags`,
  },
  'aws:sqs/queuePolicy:QueuePolicy': { replaces: 'queueUrl', updates: 'policy' },
  'aws:ssm/document:Document': { replaces: 'name documentType', updates: 'documentFormat content tags' },
  'aws:ssm/parameter:Parameter': { replaces: 'name', updates: 'type insecureValue description tags' },
  'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule': {
    replaces: 'securityGroupId',
    updates: 'ipProtocol cidrIpv4 referencedSecurityGroupId fromPort toPort tags',
  },
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': {
    replaces: 'securityGroupId',
    updates: 'ipProtocol cidrIpv4 referencedSecurityGroupId fromPort toPort tags',
  },
  'aws:ec2/vpc:Vpc': { replaces: 'cidrBlock', updates: 'enableDnsHostnames enableDnsSupport tags' },
  'aws:ec2/subnet:Subnet': {
    replaces: 'vpcId availabilityZone cidrBlock',
    updates: 'mapPublicIpOnLaunch tags',
  },
  'aws:ec2/internetGateway:InternetGateway': { updates: 'vpcId tags' },
  'aws:ec2/routeTable:RouteTable': { replaces: 'vpcId', updates: 'tags' },
  'aws:ec2/routeTableAssociation:RouteTableAssociation': { replaces: 'subnetId', updates: 'routeTableId' },
  'aws:ec2/route:Route': {
    replaces: 'routeTableId destinationCidrBlock',
    updates: 'gatewayId natGatewayId',
  },
  'aws:ec2/natGateway:NatGateway': { replaces: 'subnetId allocationId', updates: 'tags' },
};

/** What awsx makes for the program: its children are no part of a recording. */
const madeByAwsx: readonly (readonly [type: string, inputs: Properties])[] = [
  [
    'aws:ec2/vpc:Vpc',
    { cidrBlock: '10.0.0.0/16', enableDnsHostnames: true, enableDnsSupport: true, tags: { Name: 'a' } },
  ],
  [
    'aws:ec2/subnet:Subnet',
    {
      vpcId: 'vpc-1',
      availabilityZone: 'a',
      cidrBlock: '10.0.0.0/24',
      mapPublicIpOnLaunch: true,
      tags: { Name: 'a' },
    },
  ],
  ['aws:ec2/internetGateway:InternetGateway', { vpcId: 'vpc-1', tags: { Name: 'a' } }],
  ['aws:ec2/routeTable:RouteTable', { vpcId: 'vpc-1', tags: { Name: 'a' } }],
  ['aws:ec2/routeTableAssociation:RouteTableAssociation', { subnetId: 'subnet-1', routeTableId: 'rtb-1' }],
  ['aws:ec2/route:Route', { routeTableId: 'rtb-1', destinationCidrBlock: '0.0.0.0/0', gatewayId: 'igw-1' }],
  [
    'aws:ec2/route:Route',
    { routeTableId: 'rtb-1', destinationCidrBlock: '0.0.0.0/0', natGatewayId: 'nat-1' },
  ],
  [
    'aws:ec2/natGateway:NatGateway',
    { subnetId: 'subnet-1', allocationId: 'eipalloc-1', tags: { Name: 'a' } },
  ],
];

describe('what a change of an input does', () => {
  let resources: readonly (readonly [type: string, inputs: Properties])[];
  before(async () => {
    const recordings = await Promise.all(['application', 'dev', 'prod'].map(recordStack));
    const own = recordings.flatMap((recording) =>
      recording.resources
        .filter(({ type }) => /^aws:.*\/.*:/.test(type))
        .map(({ type, inputs }) => [type, plain(inputs)] as const),
    );
    resources = [...own, ...madeByAwsx];
  });

  it('is written down for every input that the program sets', () => {
    const set = new Map<string, Set<string>>();
    for (const [type, inputs] of resources) {
      const names = set.get(type) ?? new Set();
      for (const [name, value] of Object.entries(inputs)) if (value !== undefined) names.add(name);
      set.set(type, names);
    }
    for (const [type, names] of set)
      expect([...names], type).to.have.members([...words(type, 'replaces'), ...words(type, 'updates')]);
    expect([...set.keys()]).to.have.members(Object.keys(documented));
  });

  for (const type of Object.keys(documented))
    it(`of ${type}`, async () => {
      const definition = await findDefinition(type);
      for (const [, inputs] of resources.filter(([other]) => other === type))
        for (const [name, value] of Object.entries(inputs)) {
          if (value === undefined) continue;
          const { changes, replaces } = diff(
            definition,
            {
              type,
              id: 'one',
              oldInputs: inputs,
              olds: inputs,
              news: { ...inputs, [name]: another(value) },
              ignoreChanges: [],
            },
            { tags: {} },
          );
          expect(changes.length, `${type}.${name} is compared`).to.be.greaterThan(0);
          expect(replaces, `${type}.${name} = ${JSON.stringify(value)}`).to.deep.equal(
            words(type, 'replaces').includes(name) ? [name] : [],
          );
        }
    });
});

const words = (type: string, kind: keyof Documented): string[] =>
  documented[type]?.[kind]?.split(/\s+/) ?? [];

/** Recorded inputs, with what Pulumi calls an asset as the provider receives it. */
function plain(inputs: Readonly<Record<string, unknown>>): Properties {
  const asset = inputs.source;
  return {
    ...(inputs as Properties),
    ...(typeof asset === 'object' && asset !== null && { source: new Asset({ hash: 'one', text: 'one' }) }),
  };
}

/** A value of the same shape that means something else. */
function another(value: Value): Value {
  if (value instanceof Asset) return new Asset({ hash: 'another', text: 'another' });
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return value.startsWith('{') ? '{"another":"document"}' : `${value}1`;
  if (Array.isArray(value)) return (value as readonly Value[]).map(another);
  return Object.fromEntries(
    Object.entries(value as Properties).map(([key, item]) => [
      key,
      item === undefined ? item : another(item),
    ]),
  );
}
