/**
 * What every stack has to be: encrypted, private, IMDSv2, closed, in more than one zone, backed up, tagged.
 * Each rule looks at all resources of a stack and names those that break it. Pure.
 */
export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface Violation<R extends Resource = Resource> {
  readonly resource: R;
  readonly message: string;
}

export interface Rule {
  readonly name: string;
  readonly description: string;
  /** Judges each resource by itself: so it can be asked as soon as the resource's inputs are known. */
  readonly isOfOne: boolean;
  readonly violations: <R extends Resource>(resources: readonly R[]) => Violation<R>[];
}

const types = {
  bucket: 'aws:s3/bucket:Bucket',
  bucketBlock: 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock',
  bucketVersioning: 'aws:s3/bucketVersioning:BucketVersioning',
  cache: 'aws:elasticache/replicationGroup:ReplicationGroup',
  database: 'aws:rds/instance:Instance',
  databaseCluster: 'aws:rds/cluster:Cluster',
  databaseMember: 'aws:rds/clusterInstance:ClusterInstance',
  databaseSubnets: 'aws:rds/subnetGroup:SubnetGroup',
  elasticIp: 'aws:ec2/eip:Eip',
  fileBackup: 'aws:efs/backupPolicy:BackupPolicy',
  files: 'aws:efs/fileSystem:FileSystem',
  group: 'aws:autoscaling/group:Group',
  ingress: 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule',
  loadBalancer: 'aws:lb/loadBalancer:LoadBalancer',
  queue: 'aws:sqs/queue:Queue',
  securityGroup: 'aws:ec2/securityGroup:SecurityGroup',
  template: 'aws:ec2/launchTemplate:LaunchTemplate',
} as const;

type Inputs = Resource['inputs'];
type Check = (inputs: Inputs) => string | undefined;

const isTrue = (value: unknown): boolean => value === true || value === 'true';
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
const partOf = (value: unknown): Inputs =>
  typeof value === 'object' && value !== null ? (value as Inputs) : {};

/** A rule that judges single resources by their type. */
const each = (name: string, description: string, checks: Readonly<Record<string, Check>>): Rule => ({
  name,
  description,
  isOfOne: true,
  violations: (resources) =>
    resources.flatMap((resource) => {
      const message = checks[resource.type]?.(resource.inputs);
      return message === undefined ? [] : [{ resource, message }];
    }),
});

const must =
  (key: string, message: string): Check =>
  (inputs) =>
    isTrue(inputs[key]) ? undefined : message;

const encrypted = each('encrypted', 'What is stored, and what goes to a cache, is encrypted.', {
  [types.template]: ({ blockDeviceMappings }) =>
    listOf(blockDeviceMappings).length > 0 &&
    listOf(blockDeviceMappings).every((mapping) => isTrue(partOf(partOf(mapping).ebs).encrypted))
      ? undefined
      : 'every volume of an instance must be encrypted.',
  [types.queue]: ({ sqsManagedSseEnabled, kmsMasterKeyId }) =>
    isTrue(sqsManagedSseEnabled) || kmsMasterKeyId !== undefined ? undefined : 'a queue must be encrypted.',
  [types.database]: must('storageEncrypted', "a database's storage must be encrypted."),
  [types.databaseCluster]: must('storageEncrypted', "a database cluster's storage must be encrypted."),
  [types.cache]: (inputs) =>
    isTrue(inputs.atRestEncryptionEnabled) && isTrue(inputs.transitEncryptionEnabled)
      ? undefined
      : 'a cache must be encrypted at rest and in transit.',
  [types.files]: must('encrypted', 'a file system must be encrypted.'),
});

const blocks = ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'];
const notPublic: Check = ({ publiclyAccessible }) =>
  isTrue(publiclyAccessible) ? 'a database must not be publicly accessible.' : undefined;

const privateData = each('private', 'Databases and buckets are not public.', {
  [types.database]: notPublic,
  [types.databaseMember]: notPublic,
  [types.bucketBlock]: (inputs) =>
    blocks.every((block) => isTrue(inputs[block])) ? undefined : `all of ${blocks.join(', ')} must be true.`,
});

/** Something that each resource of a type must have beside it; counted, because ids are unknown before the first `up`. */
const companion = (
  name: string,
  description: string,
  of: string,
  wanted: { readonly type: string; readonly what: string },
  isGood: Check = () => undefined,
): Rule => ({
  name,
  description,
  isOfOne: false,
  violations: (resources) => [
    ...resources
      .filter(({ type }) => type === of)
      .slice(resources.filter(({ type }) => type === wanted.type).length)
      .map((resource) => ({ resource, message: `it has no ${wanted.what}.` })),
    ...resources.flatMap((resource) => {
      const message = resource.type === wanted.type ? isGood(resource.inputs) : undefined;
      return message === undefined ? [] : [{ resource, message }];
    }),
  ],
});

const privateBuckets = companion('private-buckets', 'Every bucket blocks public access.', types.bucket, {
  type: types.bucketBlock,
  what: 'public access block',
});

const sessionsOnly = each('imdsv2', 'Instance metadata answers sessions only, and not over a hop.', {
  [types.template]: ({ metadataOptions }) => {
    const { httpTokens, httpPutResponseHopLimit } = partOf(metadataOptions);
    return httpTokens === 'required' && httpPutResponseHopLimit === 1
      ? undefined
      : 'metadataOptions must have httpTokens required and httpPutResponseHopLimit 1.';
  },
});

const anywhere = ['0.0.0.0/0', '::/0'];
const publicPorts = [80, 443];
const environmentOf = ({ tags }: Inputs): unknown => partOf(tags)['beanpole:environment'];

/** Load balancers may be public, and single web instances, which have an Elastic IP. Nothing else. */
const closed: Rule = {
  name: 'closed',
  description: 'The internet reaches ports 80 and 443 of load balancers and single web instances only.',
  isOfOne: false,
  violations: (resources) => {
    const ofType = (wanted: string) => resources.filter(({ type }) => type === wanted);
    const balancerGroups = ofType(types.loadBalancer).flatMap(({ inputs }) => listOf(inputs.securityGroups));
    const withAddress = ofType(types.elasticIp).map(({ inputs }) => environmentOf(inputs));
    const mayBePublic = (inputs: Inputs): boolean =>
      // Before the first `up` nobody knows whose rule it is.
      inputs.securityGroupId === undefined ||
      balancerGroups.includes(inputs.securityGroupId) ||
      (environmentOf(inputs) !== undefined && withAddress.includes(environmentOf(inputs)));
    const open = ofType(types.ingress).filter(({ inputs }) =>
      [inputs.cidrIpv4, inputs.cidrIpv6].some((cidr) => anywhere.includes(String(cidr))),
    );
    return [
      ...ofType(types.securityGroup)
        .filter(({ inputs }) => listOf(inputs.ingress).length > 0)
        .map((resource) => ({ resource, message: 'rules must be resources of their own, not inline.' })),
      ...open
        .filter(({ inputs }) => !isPublicPort(inputs))
        .map((resource) => ({ resource, message: 'opens other ports than 80 and 443 to the internet.' })),
      ...open
        .filter(({ inputs }) => !mayBePublic(inputs))
        .map((resource) => ({
          resource,
          message: 'opens what is neither a load balancer nor a single web instance to the internet.',
        })),
    ];
  },
};

const isPublicPort = ({ ipProtocol, fromPort, toPort }: Inputs): boolean =>
  ipProtocol === 'tcp' && fromPort === toPort && publicPorts.includes(Number(fromPort));

const twoSubnets =
  (key: string, what: string): Check =>
  (inputs) =>
    listOf(inputs[key]).length > 1 ? undefined : `${what} must span more than one zone.`;

const zones = each('zones', 'What is there for availability spans more than one zone.', {
  [types.loadBalancer]: twoSubnets('subnets', 'a load balancer'),
  [types.group]: twoSubnets('vpcZoneIdentifiers', 'an Auto Scaling group'),
  [types.databaseSubnets]: twoSubnets('subnetIds', 'the subnets of a database'),
  [types.cache]: ({ numCacheClusters, automaticFailoverEnabled, multiAzEnabled }) =>
    Number(numCacheClusters ?? 1) < 2 || (isTrue(automaticFailoverEnabled) && isTrue(multiAzEnabled))
      ? undefined
      : 'a cache with replicas must fail over between zones.',
});

const keepsBackups: Check = ({ backupRetentionPeriod }) =>
  Number(backupRetentionPeriod ?? 0) >= 1 ? undefined : 'backups must be kept for at least one day.';

const backups = each('backups', 'Databases keep backups.', {
  // A replica's backups are those of its source.
  [types.database]: (inputs) => (inputs.replicateSourceDb === undefined ? keepsBackups(inputs) : undefined),
  [types.databaseCluster]: keepsBackups,
});

const fileBackups = companion(
  'file-backups',
  'Every file system is backed up.',
  types.files,
  { type: types.fileBackup, what: 'backup policy' },
  ({ backupPolicy }) =>
    partOf(backupPolicy).status === 'ENABLED' ? undefined : 'the backup policy must be ENABLED.',
);

const bucketVersions = companion(
  'bucket-versions',
  'Every bucket keeps what is overwritten and deleted for a while.',
  types.bucket,
  { type: types.bucketVersioning, what: 'versioning' },
  ({ versioningConfiguration }) =>
    partOf(versioningConfiguration).status === 'Enabled' ? undefined : 'versioning must be Enabled.',
);

/** Types that are paid for or go by tags: whoever asks what something is for finds it out. */
const tagged = new Set<string>([
  ...[types.bucket, types.cache, types.database, types.databaseCluster, types.databaseMember],
  ...[types.elasticIp, types.files, types.group, types.ingress, types.loadBalancer, types.queue],
  ...[types.securityGroup, types.template],
  ...['aws:cloudwatch/logGroup:LogGroup', 'aws:cloudwatch/metricAlarm:MetricAlarm'],
  ...['aws:iam/role:Role', 'aws:lb/targetGroup:TargetGroup', 'aws:sns/topic:Topic'],
  ...['aws:ssm/parameter:Parameter', 'aws:route53/zone:Zone', 'aws:route53/healthCheck:HealthCheck'],
]);
const requiredTags = ['beanpole:application', 'beanpole:stack'];

const tags: Rule = {
  name: 'tags',
  description: `Everything that can be is tagged ${requiredTags.join(' and ')}.`,
  isOfOne: true,
  violations: (resources) =>
    resources.flatMap((resource) => {
      if (!tagged.has(resource.type)) return [];
      const missing = requiredTags.filter((key) => !hasTag(resource.inputs.tags, key));
      return missing.length === 0 ? [] : [{ resource, message: `has no tag ${missing.join(', ')}.` }];
    }),
};

/** Tags are a mapping, but of a group a list. */
const hasTag = (given: unknown, key: string): boolean =>
  Array.isArray(given) ? listOf(given).some((tag) => partOf(tag).key === key) : key in partOf(given);

export const rules: readonly Rule[] = [
  ...[encrypted, privateData, privateBuckets, sessionsOnly, closed],
  ...[zones, backups, fileBackups, bucketVersions, tags],
];
