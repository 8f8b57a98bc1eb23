/** What has to be true of the resources of every stack with environments. */
import { expect } from 'chai';
import { instancePermissions } from '../../infra/environment/instance-permissions.ts';
import { userData } from '../../infra/environment/user-data.ts';
import { logKinds, slots, tags } from '../../model/names.ts';
import type { Slot } from '../../model/names.ts';
import type { RecordedResource, Recording } from '../support/record-resources.ts';
import { account, application, observedEnvironment } from './stacks.ts';

const environments = ['web', 'worker'] as const;
const arn = (name: string) => `arn:aws:mock:eu-central-1:123456789012:${name}`;

const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/** Every rule as a line: group, direction, other end, protocol, ports. */
export function rulesOf(recording: Recording): string[] {
  const line =
    (direction: string) =>
    ({ inputs }: RecordedResource) => {
      const other = text(inputs.cidrIpv4) || withoutId(inputs.referencedSecurityGroupId);
      const ports = inputs.fromPort === undefined ? '' : ` ${text(inputs.fromPort)}-${text(inputs.toPort)}`;
      return `${withoutId(inputs.securityGroupId)} ${direction} ${other} ${text(inputs.ipProtocol)}${ports}`;
    };
  return [
    ...recording.ofType('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule').map(line('from')),
    ...recording.ofType('aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule').map(line('to')),
  ].sort();
}

/** The environments of a stack reach its data stores, and nobody else does. */
export const storeRules = (stack: string): string[] =>
  [
    ['cache', 6379],
    ['database', 3306],
    ['files', 2049],
  ].flatMap(([store, port]) =>
    environments.map(
      (environment) =>
        `mywordpress-${stack}-${store} from mywordpress-${stack}-${environment}-instances tcp ${port}-${port}`,
    ),
  );

const withoutId = (id: unknown): string => text(id).replace(/-id$/, '');

/** AWS keeps no tags on these, or the provider has none for them. */
const withoutTags =
  /^(beanpole:|aws:autoscaling\/group|aws:autoscaling\/(lifecycleHook|policy|schedule)|aws:cloudwatch\/dashboard|aws:iam\/rolePolicy|aws:sqs\/queuePolicy|aws:route53\/record|aws:acm\/certificateValidation|aws:efs\/(mountTarget|backupPolicy)|aws:s3\/bucket[A-Z])/;

/** The deployer's and the instances' permissions go by tags. */
export function everythingIsTagged(recording: Recording, stack: string): void {
  for (const { type, name, inputs } of recording.resources.filter(
    (resource) => !withoutTags.test(resource.type),
  ))
    expect(inputs.tags, `${type} ${name}`).to.include({
      'beanpole:application': 'mywordpress',
      'beanpole:stack': stack,
    });
}

export function everySlotIsSafe(recording: Recording, stack: string): void {
  for (const environment of environments)
    for (const slot of slots) slotIsSafe(recording, stack, environment, slot);
}

function slotIsSafe(recording: Recording, stack: string, environment: string, slot: Slot): void {
  const name = `mywordpress-${stack}-${environment}-${slot}`;
  const slotTags = {
    ...tags({ application: 'mywordpress', stack, environment }),
    'beanpole:slot': slot,
    Name: name,
  };
  templateIsSafe(
    recording.only('aws:ec2/launchTemplate:LaunchTemplate', name),
    slotTags,
    stack,
    environment,
    slot,
  );
  const hook = {
    name: 'beanpole-launch',
    lifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
    defaultResult: 'ABANDON',
    heartbeatTimeout: 1200,
  };

  // No job of a worker is cut when its instance goes.
  const terminationHook = {
    name: 'beanpole-terminate',
    lifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    defaultResult: 'CONTINUE',
    heartbeatTimeout: 299 + 90,
  };
  const hooks = environment === 'worker' ? [hook, terminationHook] : [hook];

  const group = recording.only('aws:autoscaling/group:Group', name);
  expect(group.inputs.launchTemplate).to.deep.equal({ id: `${name}-id`, version: '3' });
  expect(group.inputs.instanceMaintenancePolicy, 'a successor is launched first').to.deep.equal({
    minHealthyPercentage: 100,
    maxHealthyPercentage: 110,
  });
  expect(group.inputs.initialLifecycleHooks).to.deep.equal(hooks);
  expect(group.inputs).to.include({ healthCheckType: 'EC2', waitForCapacityTimeout: '0' });
  expect(group.inputs.tags).to.have.deep.members(
    Object.entries(slotTags).map(([key, value]) => ({ key, value, propagateAtLaunch: true })),
  );
  expect(group.ignoreChanges).to.deep.equal([
    'minSize',
    'maxSize',
    'desiredCapacity',
    'launchTemplate.version',
    'mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.version',
    'initialLifecycleHooks',
  ]);
  const prefix = `mywordpress-${stack}-${environment}`;
  expect(group.dependsOn, 'an instance needs these when it boots').to.include.members([
    'awsx:ec2:Vpc::mywordpress-' + stack,
    `aws:iam/rolePolicy:RolePolicy::${prefix}-role-permissions`,
    `aws:ssm/parameter:Parameter::${prefix}-instance`,
    `aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule::${prefix}-instances-to-internet`,
    ...logKinds.map((kind) => `aws:cloudwatch/logGroup:LogGroup::${prefix}-logs-${kind}`),
  ]);
  for (const [index, purpose] of ['launch', 'terminate'].slice(0, hooks.length).entries())
    expect(
      recording.only('aws:autoscaling/lifecycleHook:LifecycleHook', `${name}-${purpose}`).inputs,
    ).to.deep.equal({ ...hooks[index], autoscalingGroupName: name });
}

function templateIsSafe(
  { inputs }: RecordedResource,
  slotTags: object,
  stack: string,
  environment: string,
  slot: Slot,
): void {
  const { userData: encoded, instanceType, ...rest } = inputs;
  expect(rest).to.deep.equal({
    imageId: observedEnvironment.image.id,
    iamInstanceProfile: { name: `mywordpress-${stack}-${environment}-role-eu-central-1` },
    vpcSecurityGroupIds: [`mywordpress-${stack}-${environment}-instances-id`],
    monitoring: { enabled: true },
    metadataOptions: {
      httpEndpoint: 'enabled',
      httpTokens: 'required',
      httpPutResponseHopLimit: 1,
      instanceMetadataTags: 'enabled',
    },
    blockDeviceMappings: [
      {
        deviceName: '/dev/xvda',
        ebs: { volumeType: 'gp3', volumeSize: 8, encrypted: 'true', deleteOnTermination: 'true' },
      },
    ],
    tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({
      resourceType,
      tags: slotTags,
    })),
    tags: slotTags,
  });
  expect(instanceType).to.equal(stack === 'dev' ? 't3.micro' : 't3.small');
  expect(Buffer.from(text(encoded), 'base64').toString()).to.equal(
    userData({
      region: 'eu-central-1',
      bucket: application.bucket,
      agent: application.agent,
      descriptor: `/beanpole/mywordpress/${stack}/${environment}/instance`,
      slot,
      platform: 'nodejs',
      mountsFiles: true,
    }),
  );
}

export function everyWorkQueueIsSafe(recording: Recording, name: string): void {
  const deadLetter = `${name}-dead-letter`;
  const queueTags = { tags: recording.only('aws:sqs/queue:Queue', name).inputs.tags };
  expect(queueTags.tags).to.include({ 'beanpole:environment': 'worker' });
  expect(recording.only('aws:sqs/queue:Queue', deadLetter).inputs).to.deep.equal({
    messageRetentionSeconds: 1_209_600,
    sqsManagedSseEnabled: true,
    ...queueTags,
  });
  expect(recording.only('aws:sqs/queue:Queue', name).inputs).to.deep.equal({
    visibilityTimeoutSeconds: 60,
    messageRetentionSeconds: 345_600,
    receiveWaitTimeSeconds: 20,
    redrivePolicy: JSON.stringify({ deadLetterTargetArn: arn(deadLetter), maxReceiveCount: 5 }),
    sqsManagedSseEnabled: true,
    ...queueTags,
  });
  for (const queue of [name, deadLetter]) {
    const { inputs } = recording.only('aws:sqs/queuePolicy:QueuePolicy', queue);
    expect(inputs.queueUrl).to.equal(`https://sqs.example/${queue}`);
    expect(JSON.parse(text(inputs.policy))).to.deep.equal({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'RefusePlainHttp',
          Effect: 'Deny',
          Principal: '*',
          Action: 'sqs:*',
          Resource: [arn(queue)],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    });
  }
  const alarm = deadLetter.replace('-queue-dead-letter', '-dead-letter-alarm');
  expect(recording.only('aws:cloudwatch/metricAlarm:MetricAlarm', alarm).inputs).to.deep.include({
    namespace: 'AWS/SQS',
    metricName: 'ApproximateNumberOfMessagesVisible',
    dimensions: { QueueName: deadLetter },
    threshold: 0,
    comparisonOperator: 'GreaterThanThreshold',
    treatMissingData: 'notBreaching',
    alarmActions: [application.alarmTopicArn],
    okActions: [application.alarmTopicArn],
  });
}

export function rolesAreNarrow(
  recording: Recording,
  stack: string,
  { hasElasticIp }: { hasElasticIp: boolean },
): void {
  const queueArn = arn(`mywordpress-${stack}-worker-queue`);
  const expected = {
    web: { hasElasticIp, hasSpot: false, targetQueueArn: queueArn },
    worker: {
      hasElasticIp: false,
      hasSpot: false,
      ownQueueArn: queueArn,
      ownDeadLetterQueueArn: `${queueArn}-dead-letter`,
    },
  };
  for (const environment of environments) {
    const name = `mywordpress-${stack}-${environment}-role`;
    const physicalName = `${name}-eu-central-1`;
    const role = recording.only('aws:iam/role:Role', name).inputs;
    expect(role.name).to.equal(physicalName);
    expect(JSON.parse(text(role.assumeRolePolicy))).to.deep.equal({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
    const permissions = recording.only('aws:iam/rolePolicy:RolePolicy', `${name}-permissions`).inputs;
    expect(permissions).to.include({ role: physicalName, name: 'permissions' });
    const args = {
      account,
      name: { application: 'mywordpress', stack, environment },
      bucket: application.bucket,
      databaseSecretArn: arn(`mywordpress-${stack}-database-secret`),
      ...expected[environment],
    };
    expect(JSON.parse(text(permissions.policy))).to.deep.equal({
      Version: '2012-10-17',
      Statement: instancePermissions(args),
    });
    expect(recording.only('aws:iam/instanceProfile:InstanceProfile', name).inputs).to.include({
      name: physicalName,
      role: physicalName,
    });
  }
  expect(recording.resources.filter(({ type }) => type.includes('RolePolicyAttachment'))).to.deep.equal([]);
}
