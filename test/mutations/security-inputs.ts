/**
 * Which inputs count as security-relevant, by what a stack would lose without them. A name counts wherever a
 * component sets it, on a resource of AWS as on another component that hands it on.
 */
const namesFor = {
  'what is stored or sent is encrypted': [
    ...['encrypted', 'storageEncrypted', 'atRestEncryptionEnabled', 'transitEncryptionEnabled'],
    ...['sqsManagedSseEnabled', 'applyServerSideEncryptionByDefault', 'sseAlgorithm', 'rules'],
    // Where a volume's encryption is said.
    ...['blockDeviceMappings', 'ebs'],
    // Tells instances to speak TLS to the cache.
    'isEncrypted',
  ],
  'the way in is HTTPS, and the certificate is ours': [
    ...['https', 'tls', 'sslPolicy', 'certificateArn', 'protocol', 'redirect', 'statusCode'],
    ...['validationMethod', 'validationRecordFqdns', 'aws:SecureTransport'],
  ],
  'what is private is not public': [
    ...['internal', 'publiclyAccessible', 'vpcId', 'subnets', 'subnetId', 'subnetIds', 'privateSubnetIds'],
    ...['subnetGroupName', 'dbSubnetGroupName', 'vpcZoneIdentifiers'],
    ...['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'],
    // A hosted zone without a VPC is a public one.
    'vpcs',
  ],
  'each link of the security chain admits only the one before it': [
    ...['securityGroupId', 'securityGroupIds', 'securityGroups', 'vpcSecurityGroupIds', 'stores'],
    ...['referencedSecurityGroupId', 'loadBalancerSecurityGroupId'],
    ...['cidrIpv4', 'ipProtocol', 'fromPort', 'toPort', 'port'],
  ],
  'a request forged through the application or past the proxy reaches nothing': [
    ...['metadataOptions', 'httpEndpoint', 'httpTokens', 'httpPutResponseHopLimit', 'instanceMetadataTags'],
    'dropInvalidHeaderFields',
    // Parameters of a document become words of a shell command.
    'allowedPattern',
  ],
  'everybody may do what he has to and no more': [
    ...['Statement', 'Effect', 'Principal', 'Service', 'Action', 'Resource', 'Condition', 'Version'],
    ...['Bool', 'StringEquals', 'cloudwatch:namespace', 'assumeRolePolicy', 'policy', 'role'],
    ...['iamInstanceProfile', 'instanceProfileName'],
    // What a policy or a block is about.
    ...['bucket', 'queueUrl'],
    // What an instance's permissions are made of.
    ...['ownQueueArn', 'ownDeadLetterQueueArn', 'targetQueueArn', 'databaseSecretArn'],
    ...['hasElasticIp', 'hasSpot'],
    // Permissions of instances and of the deployer go by tags.
    ...['tags', 'tagSpecifications', 'propagateAtLaunch', 'beanpole:application', 'beanpole:stack'],
    'beanpole:slot',
  ],
  'files belong to one user': [
    ...['posixUser', 'uid', 'gid', 'rootDirectory', 'creationInfo', 'ownerUid', 'ownerGid', 'permissions'],
  ],
  'a password is in no state, and code is what was uploaded': [
    ...['manageMasterUserPassword', 'secretArn', 'sha256'],
  ],
  'nothing is lost': [
    ...['protect', 'deletionProtection', 'retainOnDelete', 'forceDestroy', 'emptyOnDestroy'],
    ...['skipFinalSnapshot', 'finalSnapshotIdentifier', 'copyTagsToSnapshot', 'backupRetentionPeriod'],
    ...['backupPolicy', 'versioningConfiguration', 'status'],
    ...['noncurrentVersionExpiration', 'noncurrentDays', 'noncurrentVersionDays'],
    ...['redrivePolicy', 'deadLetterTargetArn', 'maxReceiveCount', 'messageRetentionSeconds'],
    ...['retentionInDays', 'retentionDays', 'retentionPeriodSeconds'],
    ...['multiAz', 'multiAzEnabled', 'automaticFailoverEnabled', 'numberOfAvailabilityZones'],
    // What Pulumi would else take back from a deployment, or replace a database for.
    'ignoreChanges',
  ],
};

export const securityInputs: ReadonlySet<string> = new Set(Object.values(namesFor).flat());
