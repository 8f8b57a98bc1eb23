import { expect } from 'chai';
import { environmentDescriptor, instanceDescriptor } from '../../model/schemas.ts';
import type { Recording } from '../support/record-resources.ts';
import {
  everySlotIsSafe,
  everythingIsTagged,
  everyWorkQueueIsSafe,
  rolesAreNarrow,
  rulesOf,
  storeRules,
} from './expectations.ts';
import { agent, recordStack } from './stacks.ts';

describe('the dev stack', () => {
  let recording: Recording;
  before(async () => {
    recording = await recordStack('dev');
  });

  it('has a network over two zones without NAT gateways', () => {
    expect(recording.only('awsx:ec2:Vpc').inputs).to.deep.equal({
      cidrBlock: '10.10.0.0/16',
      numberOfAvailabilityZones: 2,
      natGateways: { strategy: 'None' },
      subnetStrategy: 'Legacy',
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: { 'beanpole:application': 'mywordpress', 'beanpole:stack': 'dev' },
    });
  });

  it('opens port 80 of the web instance and nothing else', () => {
    expect(rulesOf(recording)).to.deep.equal([
      ...storeRules('dev'),
      'mywordpress-dev-web-instances from 0.0.0.0/0 tcp 80-80',
      'mywordpress-dev-web-instances to 0.0.0.0/0 -1',
      'mywordpress-dev-worker-instances to 0.0.0.0/0 -1',
    ]);
  });

  it('has security groups without rules of their own', () => {
    for (const group of recording.ofType('aws:ec2/securityGroup:SecurityGroup')) {
      expect(group.inputs).to.have.all.keys('vpcId', 'description', 'tags');
      expect(group.inputs.vpcId).to.equal('vpc-1');
    }
  });

  it('tags everything', () => {
    everythingIsTagged(recording, 'dev');
  });

  it('launches instances safely', () => {
    everySlotIsSafe(recording, 'dev');
  });

  it('runs one instance per tier in public subnets, in blue', () => {
    const sizes = recording
      .ofType('aws:autoscaling/group:Group')
      .map(({ name, inputs: { minSize, maxSize, desiredCapacity, vpcZoneIdentifiers } }) => [
        name,
        minSize,
        maxSize,
        desiredCapacity,
        vpcZoneIdentifiers,
      ]);
    const publicSubnets = ['subnet-public-1', 'subnet-public-2'];
    expect(sizes).to.have.deep.members([
      ['mywordpress-dev-web-blue', 1, 1, 1, publicSubnets],
      ['mywordpress-dev-web-green', 0, 0, 0, publicSubnets],
      ['mywordpress-dev-worker-blue', 1, 1, 1, publicSubnets],
      ['mywordpress-dev-worker-green', 0, 0, 0, publicSubnets],
    ]);
  });

  it('has no load balancer', () => {
    const types = recording.resources.map(({ type }) => type);
    expect(types.filter((type) => type.startsWith('aws:lb/'))).to.deep.equal([]);
  });

  it('gives the web tier an Elastic IP with the tags that the role asks for', () => {
    expect(recording.only('aws:ec2/eip:Eip').inputs).to.deep.equal({
      domain: 'vpc',
      tags: {
        'beanpole:application': 'mywordpress',
        'beanpole:stack': 'dev',
        'beanpole:environment': 'web',
        Name: 'mywordpress-dev-web',
      },
    });
  });

  it('has a name that follows the address within a minute', () => {
    expect(recording.only('aws:route53/record:Record', 'mywordpress-dev-web-own').inputs).to.deep.equal({
      zoneId: 'Z-APPLICATION',
      name: 'web.dev.env.mywordpress.example',
      type: 'A',
      ttl: 60,
      records: ['198.51.100.7'],
    });
    expect(recording.only('aws:route53/record:Record', 'mywordpress-dev-web').inputs).to.deep.include({
      name: 'dev.mywordpress.example',
      aliases: [
        { name: 'web.dev.env.mywordpress.example', zoneId: 'Z-APPLICATION', evaluateTargetHealth: false },
      ],
    });
  });

  it('has a queue that is encrypted, closed to plain HTTP, and gives up after five tries', () => {
    everyWorkQueueIsSafe(recording, 'mywordpress-dev-worker-queue');
  });

  it('gives each tier a role of its own', () => {
    rolesAreNarrow(recording, 'dev', { hasElasticIp: true });
  });

  it('tells instances how to boot', () => {
    const { inputs } = recording.only('aws:ssm/parameter:Parameter', 'mywordpress-dev-web-instance');
    expect(inputs.name).to.equal('/beanpole/mywordpress/dev/web/instance');
    expect(instanceDescriptor.parse(JSON.parse(String(inputs.insecureValue)))).to.deep.equal({
      application: 'mywordpress',
      stack: 'dev',
      environment: 'web',
      region: 'eu-central-1',
      tier: 'WebServer',
      type: 'SingleInstance',
      platform: 'nodejs',
      bucket: 'versions-bucket',
      healthCheckPath: '/health',
      startTimeoutSeconds: 120,
      drainTimeoutSeconds: 20,
      elasticIpAllocationId: 'eipalloc-mywordpress-dev-web',
      workerQueueUrl: 'https://sqs.example/mywordpress-dev-worker-queue',
      database: {
        host: 'mywordpress-dev-database.rds.example',
        port: 3306,
        name: 'ebdb',
        secretArn: 'arn:aws:mock:eu-central-1:123456789012:mywordpress-dev-database-secret',
      },
      cache: { host: 'master.mywordpress-dev-cache.cache.example', port: 6379, isEncrypted: true },
      files: {
        fileSystemId: 'mywordpress-dev-files-id',
        accessPointId: 'mywordpress-dev-files-id',
        mountPath: '/mnt/uploads',
      },
    });
  });

  it('tells the worker daemon its queue and settings', () => {
    const { inputs } = recording.only('aws:ssm/parameter:Parameter', 'mywordpress-dev-worker-instance');
    expect(instanceDescriptor.parse(JSON.parse(String(inputs.insecureValue))).workerDaemon).to.deep.equal({
      queueUrl: 'https://sqs.example/mywordpress-dev-worker-queue',
      deadLetterQueueUrl: 'https://sqs.example/mywordpress-dev-worker-queue-dead-letter',
      httpPath: '/jobs',
      mimeType: 'application/json',
      httpConnections: 50,
      connectTimeoutSeconds: 5,
      inactivityTimeoutSeconds: 299,
      visibilityTimeoutSeconds: 60,
      errorVisibilityTimeoutSeconds: 2,
      retentionPeriodSeconds: 345600,
      maxRetries: 5,
    });
  });

  it('tells the CLI where everything is, last of all', () => {
    const { inputs, dependsOn } = recording.only(
      'aws:ssm/parameter:Parameter',
      'mywordpress-dev-web-environment',
    );
    expect(inputs.name).to.equal('/beanpole/mywordpress/dev/web/environment');
    expect(environmentDescriptor.parse(JSON.parse(String(inputs.insecureValue)))).to.deep.equal({
      application: 'mywordpress',
      stack: 'dev',
      environment: 'web',
      region: 'eu-central-1',
      tier: 'WebServer',
      type: 'SingleInstance',
      platform: 'nodejs',
      architecture: 'x86_64',
      agent: agent.sha256,
      bucket: 'versions-bucket',
      deployDocument: 'beanpole-mywordpress-deploy',
      deploymentPolicy: 'AllAtOnce',
      deploymentOptions: {
        batchSizeType: 'Percentage',
        batchSize: 30,
        ignoreHealthCheck: false,
        healthyChecks: 3,
        newVersionPercent: 10,
        evaluationTimeSeconds: 300,
        keepWarmSeconds: 300,
        alarms: [],
      },
      deploymentTimeoutSeconds: 600,
      minSize: 1,
      maxSize: 1,
      slots: {
        blue: {
          autoScalingGroup: 'mywordpress-dev-web-blue',
          launchTemplateId: 'mywordpress-dev-web-blue-id',
          launchTemplateVersion: '3',
        },
        green: {
          autoScalingGroup: 'mywordpress-dev-web-green',
          launchTemplateId: 'mywordpress-dev-web-green-id',
          launchTemplateVersion: '3',
        },
      },
      hostName: {
        hostedZoneId: 'Z-APPLICATION',
        name: 'dev.mywordpress.example',
        ownName: 'web.dev.env.mywordpress.example',
      },
      elasticIp: '198.51.100.7',
      url: 'http://dev.mywordpress.example',
      properties: {},
    });
    expect(dependsOn).to.include.members([
      'aws:autoscaling/group:Group::mywordpress-dev-web-blue',
      'aws:autoscaling/group:Group::mywordpress-dev-web-green',
    ]);
  });

  it('puts out addresses', () => {
    expect(recording.outputs).to.deep.equal({
      urls: { web: 'http://dev.mywordpress.example' },
      queueUrls: { worker: 'https://sqs.example/mywordpress-dev-worker-queue' },
      pendingInfrastructureChanges: { web: 'none', worker: 'none' },
      nameServers: ['ns-1.example'],
    });
  });
});
