import { expect } from 'chai';
import { rules, type Resource } from '../../../infra/policy/rules.ts';
import { recordStack } from '../stacks.ts';

const brokenRules = (resources: readonly Resource[]): string[] =>
  rules.flatMap(({ name, violations }) =>
    violations(resources).map(({ resource, message }) => `${name}: ${resource.name}: ${message}`),
  );

describe('the policy pack', () => {
  for (const stack of ['application', 'dev', 'prod'])
    it(`finds nothing wrong with the stack ${stack}`, async () => {
      expect(brokenRules((await recordStack(stack)).resources)).to.deep.equal([]);
    });

  const mine = { 'beanpole:application': 'shop', 'beanpole:stack': 'test', 'beanpole:environment': 'web' };
  const resource = (type: string, inputs: Resource['inputs']): Resource => ({
    type,
    name: 'it',
    inputs: { tags: mine, ...inputs },
  });
  const subnets = ['subnet-1', 'subnet-2'];
  const safeTemplate = {
    metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
    blockDeviceMappings: [{ ebs: { encrypted: 'true' } }],
  };
  const database = { storageEncrypted: true, backupRetentionPeriod: 7 };
  const cache = { atRestEncryptionEnabled: true, transitEncryptionEnabled: true };
  const http = {
    cidrIpv4: '0.0.0.0/0',
    ipProtocol: 'tcp',
    fromPort: 80,
    toPort: 80,
    securityGroupId: 'sg-1',
  };
  const ingress = 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule';
  const balancer = resource('aws:lb/loadBalancer:LoadBalancer', { subnets, securityGroups: ['sg-1'] });
  const replicationGroup = 'aws:elasticache/replicationGroup:ReplicationGroup';
  const fileSystem = resource('aws:efs/fileSystem:FileSystem', { encrypted: true });
  const bucket = resource('aws:s3/bucket:Bucket', {});
  const versioning = resource('aws:s3/bucketVersioning:BucketVersioning', {
    versioningConfiguration: { status: 'Enabled' },
  });
  const block = {
    ...{
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
  };
  const publicAccess = 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock';

  const broken: readonly (readonly [rule: string, what: string, resources: readonly Resource[]])[] = [
    [
      'encrypted',
      'a volume in the clear',
      [
        resource('aws:ec2/launchTemplate:LaunchTemplate', {
          ...safeTemplate,
          blockDeviceMappings: [{ ebs: {} }],
        }),
      ],
    ],
    [
      'encrypted',
      'a template that leaves the volume to the image',
      [resource('aws:ec2/launchTemplate:LaunchTemplate', { ...safeTemplate, blockDeviceMappings: [] })],
    ],
    ['encrypted', 'a queue in the clear', [resource('aws:sqs/queue:Queue', {})]],
    [
      'encrypted',
      'a database in the clear',
      [resource('aws:rds/instance:Instance', { ...database, storageEncrypted: false })],
    ],
    [
      'encrypted',
      'a cluster in the clear',
      [resource('aws:rds/cluster:Cluster', { ...database, storageEncrypted: false })],
    ],
    [
      'encrypted',
      'a cache without TLS',
      [resource(replicationGroup, { ...cache, transitEncryptionEnabled: false })],
    ],
    [
      'encrypted',
      'a file system in the clear',
      [
        resource('aws:efs/fileSystem:FileSystem', {}),
        resource('aws:efs/backupPolicy:BackupPolicy', { backupPolicy: { status: 'ENABLED' } }),
      ],
    ],
    [
      'private',
      'a public database',
      [resource('aws:rds/instance:Instance', { ...database, publiclyAccessible: true })],
    ],
    [
      'private',
      'a public member of a cluster',
      [resource('aws:rds/clusterInstance:ClusterInstance', { publiclyAccessible: true })],
    ],
    [
      'private',
      'half a public access block',
      [bucket, versioning, resource(publicAccess, { ...block, ignorePublicAcls: false })],
    ],
    ['private-buckets', 'a bucket without a public access block', [bucket, versioning]],
    [
      'imdsv2',
      'metadata without sessions',
      [
        resource('aws:ec2/launchTemplate:LaunchTemplate', {
          ...safeTemplate,
          metadataOptions: { httpTokens: 'optional', httpPutResponseHopLimit: 1 },
        }),
      ],
    ],
    [
      'imdsv2',
      'metadata over a hop',
      [
        resource('aws:ec2/launchTemplate:LaunchTemplate', {
          ...safeTemplate,
          metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 2 },
        }),
      ],
    ],
    ['closed', 'SSH from everywhere', [balancer, resource(ingress, { ...http, fromPort: 22, toPort: 22 })]],
    ['closed', 'a range of ports from everywhere', [balancer, resource(ingress, { ...http, toPort: 443 })]],
    ['closed', 'all protocols from everywhere', [balancer, resource(ingress, { ...http, ipProtocol: '-1' })]],
    [
      'closed',
      'instances behind a load balancer open to everywhere',
      [balancer, resource(ingress, { ...http, securityGroupId: 'sg-2' })],
    ],
    [
      'closed',
      'the same by IPv6',
      [
        balancer,
        resource(ingress, { ...http, cidrIpv4: undefined, cidrIpv6: '::/0', securityGroupId: 'sg-2' }),
      ],
    ],
    [
      'closed',
      'a rule inside its group',
      [resource('aws:ec2/securityGroup:SecurityGroup', { ingress: [{ cidrBlocks: ['10.0.0.0/8'] }] })],
    ],
    [
      'zones',
      'a load balancer in one zone',
      [resource('aws:lb/loadBalancer:LoadBalancer', { subnets: ['subnet-1'] })],
    ],
    [
      'zones',
      'a group in one zone',
      [resource('aws:autoscaling/group:Group', { vpcZoneIdentifiers: ['subnet-1'] })],
    ],
    [
      'zones',
      'database subnets in one zone',
      [resource('aws:rds/subnetGroup:SubnetGroup', { subnetIds: ['subnet-1'] })],
    ],
    [
      'zones',
      'replicas that never take over',
      [resource(replicationGroup, { ...cache, numCacheClusters: 2 })],
    ],
    [
      'backups',
      'a database without backups',
      [resource('aws:rds/instance:Instance', { ...database, backupRetentionPeriod: 0 })],
    ],
    [
      'backups',
      'a cluster without backups',
      [resource('aws:rds/cluster:Cluster', { storageEncrypted: true })],
    ],
    ['file-backups', 'a file system without backups', [fileSystem]],
    [
      'file-backups',
      'backups turned off',
      [fileSystem, resource('aws:efs/backupPolicy:BackupPolicy', { backupPolicy: { status: 'DISABLED' } })],
    ],
    ['bucket-versions', 'a bucket without versions', [bucket, resource(publicAccess, block)]],
    [
      'tags',
      'a queue of nobody',
      [resource('aws:sqs/queue:Queue', { sqsManagedSseEnabled: true, tags: {} })],
    ],
    [
      'tags',
      'a group of nobody',
      [
        resource('aws:autoscaling/group:Group', {
          vpcZoneIdentifiers: subnets,
          tags: [{ key: 'Name', value: 'x' }],
        }),
      ],
    ],
  ];
  for (const [rule, what, resources] of broken)
    it(`refuses ${what}`, () => {
      const names = brokenRules(resources).map((line) => line.split(':')[0]);
      expect(names).to.include(rule);
      expect(names.filter((name) => name !== rule)).to.deep.equal([]);
    });

  it('lets the internet reach a load balancer, and a single web instance by its Elastic IP', () => {
    expect(brokenRules([balancer, resource(ingress, http)])).to.deep.equal([]);
    const address = resource('aws:ec2/eip:Eip', {});
    expect(brokenRules([address, resource(ingress, { ...http, fromPort: 443, toPort: 443 })])).to.deep.equal(
      [],
    );
  });

  it('wants no backups of a replica', () => {
    const replica = { storageEncrypted: true, replicateSourceDb: 'primary' };
    expect(brokenRules([resource('aws:rds/instance:Instance', replica)])).to.deep.equal([]);
  });

  it('has a resource that breaks it for each rule', () => {
    expect([...new Set(broken.map(([rule]) => rule))]).to.have.members(rules.map(({ name }) => name));
  });
});
