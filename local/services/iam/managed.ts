import type { Policy } from './state.ts';

const ssmCore = [
  'ssm:DescribeAssociation',
  'ssm:GetDeployablePatchSnapshotForInstance',
  'ssm:GetDocument',
  'ssm:DescribeDocument',
  'ssm:GetManifest',
  'ssm:GetParameter',
  'ssm:GetParameters',
  'ssm:ListAssociations',
  'ssm:ListInstanceAssociations',
  'ssm:PutInventory',
  'ssm:PutComplianceItems',
  'ssm:PutConfigurePackageResult',
  'ssm:UpdateAssociationStatus',
  'ssm:UpdateInstanceAssociationStatus',
  'ssm:UpdateInstanceInformation',
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
];
const agentServer = [
  'cloudwatch:PutMetricData',
  'ec2:DescribeVolumes',
  'ec2:DescribeTags',
  'logs:PutLogEvents',
  'logs:PutRetentionPolicy',
  'logs:DescribeLogStreams',
  'logs:DescribeLogGroups',
  'logs:CreateLogStream',
  'logs:CreateLogGroup',
];

/** AWS's own managed policies, as far as anyone here attaches them. */
export const managedPolicies: ReadonlyMap<string, Policy> = new Map(
  [
    policy('AmazonSSMManagedInstanceCore', 'ANPAIXSHM2BNB2D3AXXRU', ssmCore),
    policy('CloudWatchAgentServerPolicy', 'ANPAIGYJPVJ4R4SXXLJKS', agentServer),
    policy('AmazonS3ReadOnlyAccess', 'ANPAIZTJ4DXE7G6AGAE6M', ['s3:Get*', 's3:List*', 's3:Describe*']),
    policy('AmazonEC2ReadOnlyAccess', 'ANPAIGDT4SV4GSETWTBZK', [
      'ec2:Describe*',
      'elasticloadbalancing:Describe*',
      'autoscaling:Describe*',
    ]),
    policy('AdministratorAccess', 'ANPAIWMBCKSKIEE64ZLYK', ['*']),
  ].map((managed) => [managed.arn, managed]),
);

function policy(name: string, id: string, actions: string[]): Policy {
  const created = Date.UTC(2019, 2, 15);
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
  });
  const versions = [{ id: 'v1', document, created }];
  return {
    name,
    path: '/',
    id,
    arn: `arn:aws:iam::aws:policy/${name}`,
    created,
    tags: {},
    versions,
    defaultVersion: 'v1',
    lastVersion: 1,
  };
}
