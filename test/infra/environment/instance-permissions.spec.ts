import { expect } from 'chai';
import { instancePermissions } from '../../../infra/environment/instance-permissions.ts';
import type { PermissionsArgs } from '../../../infra/environment/instance-permissions.ts';
import { pointless } from '../../support/iam-reference.ts';
import { account } from '../stacks.ts';

const args: PermissionsArgs = {
  account,
  name: { application: 'mywordpress', stack: 'dev', environment: 'web' },
  bucket: 'versions',
  hasElasticIp: false,
  hasSpot: false,
};

const own = {
  StringEquals: {
    'aws:ResourceTag/beanpole:application': 'mywordpress',
    'aws:ResourceTag/beanpole:stack': 'dev',
    'aws:ResourceTag/beanpole:environment': 'web',
  },
};

const always = [
  {
    Sid: 'ReadBundlesAndPointers',
    Effect: 'Allow',
    Action: ['s3:GetObject'],
    Resource: [
      'arn:aws:s3:::versions/bundles/*',
      'arn:aws:s3:::versions/agent/*',
      'arn:aws:s3:::versions/environments/dev/web/*',
    ],
  },
  { Sid: 'SeeWhatIsMissing', Effect: 'Allow', Action: ['s3:ListBucket'], Resource: 'arn:aws:s3:::versions' },
  {
    Sid: 'ReportHealth',
    Effect: 'Allow',
    Action: ['s3:PutObject'],
    Resource: 'arn:aws:s3:::versions/environments/dev/web/health/*',
  },
  {
    Sid: 'ReadOwnParameters',
    Effect: 'Allow',
    Action: ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'],
    Resource: [
      'arn:aws:ssm:eu-central-1:123456789012:parameter/beanpole/mywordpress/dev/web',
      'arn:aws:ssm:eu-central-1:123456789012:parameter/beanpole/mywordpress/dev/web/*',
    ],
  },
  {
    Sid: 'WriteOwnLogs',
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
    Resource: [
      'arn:aws:logs:eu-central-1:123456789012:log-group:/beanpole/mywordpress/dev/web/*',
      'arn:aws:logs:eu-central-1:123456789012:log-group:/beanpole/mywordpress/dev/web/*:log-stream:*',
    ],
  },
  {
    Sid: 'PublishMetrics',
    Effect: 'Allow',
    Action: ['cloudwatch:PutMetricData'],
    Resource: '*',
    Condition: { StringEquals: { 'cloudwatch:namespace': 'Beanpole' } },
  },
  {
    Sid: 'AnswerLifecycleHooks',
    Effect: 'Allow',
    Action: ['autoscaling:CompleteLifecycleAction', 'autoscaling:RecordLifecycleActionHeartbeat'],
    Resource: 'arn:aws:autoscaling:eu-central-1:123456789012:autoScalingGroup:*:autoScalingGroupName/*',
    Condition: own,
  },
  {
    Sid: 'FindOwnGroup',
    Effect: 'Allow',
    Action: ['autoscaling:DescribeAutoScalingInstances'],
    Resource: '*',
  },
];

const runCommand = {
  Sid: 'RunCommand',
  Effect: 'Allow',
  Action: [
    'ssm:UpdateInstanceInformation',
    'ssm:ListAssociations',
    'ssm:ListInstanceAssociations',
    'ssmmessages:CreateControlChannel',
    'ssmmessages:CreateDataChannel',
    'ssmmessages:OpenControlChannel',
    'ssmmessages:OpenDataChannel',
    'ec2messages:AcknowledgeMessage',
    'ec2messages:DeleteMessage',
    'ec2messages:FailMessage',
    'ec2messages:GetEndpoint',
    'ec2messages:GetMessages',
    'ec2messages:SendReply',
  ],
  Resource: '*',
};

describe('instancePermissions', () => {
  it('of an environment without queue and address are these and no others', () => {
    expect(instancePermissions(args)).to.deep.equal([...always, runCommand]);
  });

  it('let a worker work on its own queue', () => {
    const statements = instancePermissions({
      ...args,
      ownQueueArn: 'arn:own',
      ownDeadLetterQueueArn: 'arn:dead',
    });
    expect(statements).to.deep.equal([
      ...always,
      {
        Sid: 'WorkOnOwnQueue',
        Effect: 'Allow',
        Action: [
          'sqs:ReceiveMessage',
          'sqs:DeleteMessage',
          'sqs:ChangeMessageVisibility',
          'sqs:GetQueueAttributes',
          'sqs:SendMessage',
        ],
        Resource: 'arn:own',
      },
      {
        Sid: 'BuryDeadLetters',
        Effect: 'Allow',
        Action: ['sqs:SendMessage'],
        Resource: 'arn:dead',
      },
      {
        Sid: 'SchedulePeriodicTasks',
        Effect: 'Allow',
        Action: ['s3:PutObject'],
        Resource: 'arn:aws:s3:::versions/environments/dev/web/cron/schedule.json',
      },
      runCommand,
    ]);
  });

  it('let a web application give work and nothing else', () => {
    const statements = instancePermissions({ ...args, targetQueueArn: 'arn:target' });
    expect(statements).to.deep.equal([
      ...always,
      {
        Sid: 'GiveWork',
        Effect: 'Allow',
        Action: ['sqs:SendMessage', 'sqs:GetQueueAttributes'],
        Resource: 'arn:target',
      },
      runCommand,
    ]);
  });

  it('let instances read the password of their database, and no other secret', () => {
    expect(instancePermissions({ ...args, databaseSecretArn: 'arn:secret' })).to.deep.equal([
      ...always,
      {
        Sid: 'ReadDatabasePassword',
        Effect: 'Allow',
        Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
        Resource: 'arn:secret',
      },
      runCommand,
    ]);
  });

  it('let a single web instance take its own address and no other', () => {
    const statements = instancePermissions({ ...args, hasElasticIp: true });
    expect(statements).to.deep.equal([
      ...always,
      {
        Sid: 'AssociateOwnElasticIp',
        Effect: 'Allow',
        Action: ['ec2:AssociateAddress'],
        Resource: ['elastic-ip', 'instance', 'network-interface'].map(
          (kind) => `arn:aws:ec2:eu-central-1:123456789012:${kind}/*`,
        ),
        Condition: own,
      },
      { Sid: 'FindElasticIp', Effect: 'Allow', Action: ['ec2:DescribeAddresses'], Resource: '*' },
      runCommand,
    ]);
  });

  it('fit into an inline policy, which may have 10,240 characters', () => {
    const statements = instancePermissions({
      ...args,
      hasElasticIp: true,
      ownQueueArn: 'a'.repeat(120),
      targetQueueArn: 'b'.repeat(120),
    });
    expect(JSON.stringify(statements)).to.have.length.below(9000);
  });

  it('let a spot instance have itself taken out of its own group', () => {
    const lifecycle = instancePermissions({ ...args, hasSpot: true }).find(
      ({ Sid }) => Sid === 'AnswerLifecycleHooks',
    );
    expect(lifecycle?.Action).to.include('autoscaling:TerminateInstanceInAutoScalingGroup');
    expect(lifecycle?.Condition).to.deep.equal(own);
  });

  it('asks for actions that AWS has, on resources that they know', async () => {
    const queue = 'arn:aws:sqs:eu-central-1:123456789012:mywordpress-dev-worker';
    const databaseSecretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1-abcdef';
    const queues = { ownQueueArn: queue, ownDeadLetterQueueArn: `${queue}-dead`, targetQueueArn: queue };
    const all = { ...args, ...queues, databaseSecretArn, hasElasticIp: true, hasSpot: true };
    expect(await pointless(instancePermissions(all))).to.deep.equal([]);
  });
});
