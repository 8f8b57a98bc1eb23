/** What an environment's instances may do in AWS. Pure, so that its test reads like an audit. */
import { keys, metricNamespace, parameters, tags } from '../../model/names.ts';
import type { EnvironmentName } from '../../model/names.ts';
import type { Account } from '../observed.ts';

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface PermissionsArgs {
  readonly account: Account;
  readonly name: EnvironmentName;
  readonly bucket: string;
  /** A worker's own queue. */
  readonly ownQueueArn?: string | undefined;
  /** Where the worker moves what it cannot do, with the reason. */
  readonly ownDeadLetterQueueArn?: string | undefined;
  /** The queue that a web application gives work to. */
  readonly targetQueueArn?: string | undefined;
  /** Whether instances associate an Elastic IP with themselves. */
  readonly hasElasticIp: boolean;
  /** Master user of the stack's database. */
  readonly databaseSecretArn?: string | undefined;
}

/**
 * What AmazonSSMManagedInstanceCore gives for Run Command (`ec2messages`, `ssmmessages`) and for Session Manager
 * (`ssmmessages`); the managed policy itself would open every parameter in the account.
 */
const runCommandActions = [
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
] as const;

export function instancePermissions(args: PermissionsArgs): Statement[] {
  return [
    ...bucketStatements(args),
    ...parameterStatements(args),
    ...observabilityStatements(args),
    ...lifecycleStatements(args),
    ...queueStatements(args),
    ...(args.ownQueueArn === undefined ? [] : scheduleStatements(args)),
    ...(args.hasElasticIp ? elasticIpStatements(args) : []),
    ...secretStatements(args),
    { Sid: 'RunCommand', Effect: 'Allow', Action: runCommandActions, Resource: '*' },
  ];
}

const arn = ({ account }: PermissionsArgs, service: string, rest: string): string =>
  `arn:${account.partition}:${service}:${account.region}:${account.id}:${rest}`;

const bucketArn = ({ account, bucket }: PermissionsArgs): string => `arn:${account.partition}:s3:::${bucket}`;

/** Only what carries this environment's tags: so no policy needs the id of something that needs the role. */
const taggedAsOwn = ({ name }: PermissionsArgs): NonNullable<Statement['Condition']> => ({
  StringEquals: Object.fromEntries(
    Object.entries(tags(name)).map(([key, value]) => [`aws:ResourceTag/${key}`, value]),
  ),
});

function bucketStatements(args: PermissionsArgs): Statement[] {
  const object = (key: string) => `${bucketArn(args)}/${key}`;
  return [
    {
      Sid: 'ReadBundlesAndPointers',
      Effect: 'Allow',
      Action: ['s3:GetObject'],
      Resource: [object('bundles/*'), object('agent/*'), object(`${keys.environment(args.name)}*`)],
    },
    // Without it S3 answers 403 instead of 404 for a pointer that does not exist yet. Keys hold no secrets.
    { Sid: 'SeeWhatIsMissing', Effect: 'Allow', Action: ['s3:ListBucket'], Resource: bucketArn(args) },
    {
      Sid: 'ReportHealth',
      Effect: 'Allow',
      Action: ['s3:PutObject'],
      Resource: object(`${keys.healths(args.name)}*`),
    },
  ];
}

function parameterStatements(args: PermissionsArgs): Statement[] {
  const own = arn(args, 'ssm', `parameter${parameters.environment(args.name)}`);
  return [
    {
      Sid: 'ReadOwnParameters',
      Effect: 'Allow',
      Action: ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'],
      Resource: [own, `${own}/*`],
    },
  ];
}

function observabilityStatements(args: PermissionsArgs): Statement[] {
  const group = arn(args, 'logs', `log-group:${parameters.environment(args.name)}/*`);
  return [
    {
      Sid: 'WriteOwnLogs',
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      Resource: [group, `${group}:log-stream:*`],
    },
    {
      Sid: 'PublishMetrics',
      Effect: 'Allow',
      Action: ['cloudwatch:PutMetricData'],
      Resource: '*',
      Condition: { StringEquals: { 'cloudwatch:namespace': metricNamespace } },
    },
  ];
}

function lifecycleStatements(args: PermissionsArgs): Statement[] {
  return [
    {
      Sid: 'AnswerLifecycleHooks',
      Effect: 'Allow',
      Action: ['autoscaling:CompleteLifecycleAction', 'autoscaling:RecordLifecycleActionHeartbeat'],
      Resource: arn(args, 'autoscaling', 'autoScalingGroup:*:autoScalingGroupName/*'),
      Condition: taggedAsOwn(args),
    },
    // Describe calls know no resources.
    {
      Sid: 'FindOwnGroup',
      Effect: 'Allow',
      Action: ['autoscaling:DescribeAutoScalingInstances'],
      Resource: '*',
    },
  ];
}

function queueStatements({
  ownQueueArn,
  ownDeadLetterQueueArn,
  targetQueueArn,
}: PermissionsArgs): Statement[] {
  const statements: Statement[] = [];
  if (ownQueueArn !== undefined)
    statements.push({
      Sid: 'WorkOnOwnQueue',
      Effect: 'Allow',
      // SendMessage: periodic tasks are messages, too.
      Action: [
        'sqs:ReceiveMessage',
        'sqs:DeleteMessage',
        'sqs:ChangeMessageVisibility',
        'sqs:GetQueueAttributes',
        'sqs:SendMessage',
      ],
      Resource: ownQueueArn,
    });
  if (ownDeadLetterQueueArn !== undefined)
    statements.push({
      Sid: 'BuryDeadLetters',
      Effect: 'Allow',
      Action: ['sqs:SendMessage'],
      Resource: ownDeadLetterQueueArn,
    });
  if (targetQueueArn !== undefined)
    statements.push({
      Sid: 'GiveWork',
      Effect: 'Allow',
      Action: ['sqs:SendMessage', 'sqs:GetQueueAttributes'],
      Resource: targetQueueArn,
    });
  return statements;
}

/** DescribeSecret tells of a rotation without telling the password. */
function secretStatements({ databaseSecretArn }: PermissionsArgs): Statement[] {
  if (databaseSecretArn === undefined) return [];
  const actions = ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'];
  return [{ Sid: 'ReadDatabasePassword', Effect: 'Allow', Action: actions, Resource: databaseSecretArn }];
}

function scheduleStatements(args: PermissionsArgs): Statement[] {
  return [
    {
      Sid: 'SchedulePeriodicTasks',
      Effect: 'Allow',
      Action: ['s3:PutObject'],
      Resource: `${bucketArn(args)}/${keys.schedule(args.name)}`,
    },
  ];
}

function elasticIpStatements(args: PermissionsArgs): Statement[] {
  return [
    {
      Sid: 'AssociateOwnElasticIp',
      Effect: 'Allow',
      Action: ['ec2:AssociateAddress'],
      Resource: ['elastic-ip/*', 'instance/*', 'network-interface/*'].map((resource) =>
        arn(args, 'ec2', resource),
      ),
      Condition: taggedAsOwn(args),
    },
    { Sid: 'FindElasticIp', Effect: 'Allow', Action: ['ec2:DescribeAddresses'], Resource: '*' },
  ];
}
