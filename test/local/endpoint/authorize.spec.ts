import { ACM } from '@aws-sdk/client-acm';
import { AutoScaling } from '@aws-sdk/client-auto-scaling';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { EC2 } from '@aws-sdk/client-ec2';
import { EFS } from '@aws-sdk/client-efs';
import { IAM } from '@aws-sdk/client-iam';
import { Route53 } from '@aws-sdk/client-route-53';
import { S3 } from '@aws-sdk/client-s3';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import { SSM } from '@aws-sdk/client-ssm';
import { STS } from '@aws-sdk/client-sts';
import { expect } from 'chai';
import { createAcm } from '../../../local/services/acm/service.ts';
import { createAutoScaling } from '../../../local/services/autoscaling/service.ts';
import { createCloudWatch } from '../../../local/services/cloudwatch/service.ts';
import { createEc2 } from '../../../local/services/ec2/service.ts';
import { createEfs } from '../../../local/services/efs/service.ts';
import { createIam } from '../../../local/services/iam/service.ts';
import { createLogs } from '../../../local/services/logs/service.ts';
import { createRoute53 } from '../../../local/services/route53/service.ts';
import { createS3 } from '../../../local/services/s3/service.ts';
import { createSecretsManager } from '../../../local/services/secretsmanager/service.ts';
import { createSns } from '../../../local/services/sns/service.ts';
import { createSqs } from '../../../local/services/sqs/service.ts';
import { createSsm } from '../../../local/services/ssm/service.ts';
import { createSts } from '../../../local/services/sts/service.ts';
import { startEndpoint, type Credentials, type TestCloud } from '../../support/endpoint.ts';
import { failure } from '../../support/failure.ts';

describe('a call by a role', () => {
  let cloud: TestCloud;
  let iam: IAM;
  let web: Credentials;

  before(async function () {
    this.timeout(20_000);
    cloud = await startEndpoint({
      acm: createAcm,
      autoscaling: createAutoScaling,
      ec2: createEc2,
      elasticfilesystem: createEfs,
      iam: createIam,
      logs: createLogs,
      monitoring: createCloudWatch,
      route53: createRoute53,
      s3: createS3,
      secretsmanager: createSecretsManager,
      sns: createSns,
      sqs: createSqs,
      ssm: createSsm,
      sts: createSts,
    });
    iam = new IAM(cloud.client);
    await role('web', { Service: 'ec2.amazonaws.com' });
    web = cloud.credentials('web', 'i-0123456789abcdef0');
  });
  after(() => cloud.stop());
  afterEach(() => permit());

  const text = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

  const role = (RoleName: string, Principal: object) =>
    iam.createRole({
      RoleName,
      AssumeRolePolicyDocument: text({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }),
    });

  /** Gives the role these permissions and no others. */
  async function permit(...statements: object[]): Promise<void> {
    const granted = statements.map((statement) => ({ Effect: 'Allow', Resource: '*', ...statement }));
    const PolicyDocument = text({ Effect: 'Allow', Action: 'none:*', Resource: '*' }, ...granted);
    await iam.putRolePolicy({ RoleName: 'web', PolicyName: 'permissions', PolicyDocument });
  }

  const mine = () => cloud.clientWith(web);
  const bucket = () => new S3({ ...mine(), forcePathStyle: true });
  const says = async (call: Promise<unknown>): Promise<string> => {
    try {
      await call;
      return 'allowed';
    } catch (error) {
      return (error as Error).name;
    }
  };

  const me = 'arn:aws:sts::123456789012:assumed-role/web/i-0123456789abcdef0';
  const here = 'eu-central-1:123456789012';
  for (const [service, call, code, status, message] of [
    ['acm', () => new ACM(mine()).listCertificates({}), 'AccessDeniedException', 403, 'acm:ListCertificates'],
    [
      'autoscaling',
      () => new AutoScaling(mine()).setDesiredCapacity({ AutoScalingGroupName: 'g', DesiredCapacity: 1 }),
      'AccessDenied',
      403,
      `autoscaling:SetDesiredCapacity on resource: arn:aws:autoscaling:${here}:autoScalingGroup:*:autoScalingGroupName/g`,
    ],
    [
      'cloudwatch',
      () => new CloudWatch(mine()).putMetricData({ Namespace: 'n', MetricData: [] }),
      'AccessDenied',
      403,
      'cloudwatch:PutMetricData',
    ],
    ['ec2', () => new EC2(mine()).describeVpcs({}), 'UnauthorizedOperation', 403, 'ec2:DescribeVpcs'],
    [
      'efs',
      () => new EFS(mine()).createFileSystem({ CreationToken: 'c' }),
      'AccessDeniedException',
      403,
      'elasticfilesystem:CreateFileSystem',
    ],
    [
      'logs',
      () => new CloudWatchLogs(mine()).createLogStream({ logGroupName: 'g', logStreamName: 's' }),
      'AccessDeniedException',
      400,
      `logs:CreateLogStream on resource: arn:aws:logs:${here}:log-group:g:log-stream:s`,
    ],
    [
      'route53',
      () => new Route53(mine()).getHostedZone({ Id: '/hostedzone/Z1' }),
      'AccessDenied',
      403,
      'route53:GetHostedZone on resource: arn:aws:route53:::hostedzone/Z1',
    ],
    [
      's3',
      () => bucket().getObject({ Bucket: 'b', Key: 'a/b c' }),
      'AccessDenied',
      403,
      's3:GetObject on resource: "arn:aws:s3:::b/a/b c"',
    ],
    [
      'secretsmanager',
      () => new SecretsManager(mine()).getSecretValue({ SecretId: 's' }),
      'AccessDeniedException',
      400,
      `secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:${here}:secret:s-??????`,
    ],
    [
      'sns',
      () => new SNS(mine()).publish({ TopicArn: `arn:aws:sns:${here}:t`, Message: 'm' }),
      'AuthorizationErrorException',
      403,
      `SNS:Publish on resource: arn:aws:sns:${here}:t`,
    ],
    [
      'sqs',
      () => new SQS(mine()).sendMessage({ QueueUrl: `${cloud.origin}/123456789012/q`, MessageBody: 'm' }),
      'AccessDenied',
      403,
      `sqs:sendmessage on resource: arn:aws:sqs:${here}:q`,
    ],
    [
      'ssm',
      () => new SSM(mine()).getParameter({ Name: '/a/b' }),
      'AccessDeniedException',
      400,
      `ssm:GetParameter on resource: arn:aws:ssm:${here}:parameter/a/b`,
    ],
  ] as readonly [string, () => Promise<unknown>, string, number, string][])
    it(`to ${service} is refused in the service's own words`, async () => {
      const error = (await failure(call())) as Error & { $metadata?: { httpStatusCode?: number } };
      const action = message.split(' ')[0] ?? '';
      const before = service === 'ec2' ? 'You are not authorized to perform this operation. ' : '';
      expect(error.message).to.equal(
        `${before}User: ${me} is not authorized to perform: ${message} because no identity-based policy allows the ${action} action`,
      );
      expect([error.name, error.$metadata?.httpStatusCode]).to.deep.equal([code, status]);
    });

  it('is allowed what its policy says, from one moment to the next', async () => {
    const parameter = { Name: '/own/a', Value: 'v', Type: 'String' } as const;
    await new SSM(cloud.client).putParameter(parameter);
    const read = () => says(new SSM(mine()).getParameter({ Name: '/own/a' }));
    expect(await read()).to.equal('AccessDeniedException');
    await permit({ Action: 'ssm:GetParameter', Resource: `arn:aws:ssm:${here}:parameter/own/*` });
    expect(await read()).to.equal('allowed');
    await permit({ Action: 'ssm:*' }, { Effect: 'Deny', Action: 'ssm:GetParameter' });
    const denied = await failure(new SSM(mine()).getParameter({ Name: '/own/a' }));
    expect(denied.message).to.match(/ with an explicit deny in an identity-based policy$/);
  });

  it('needs every name of several to be allowed', async () => {
    await permit({ Action: 'ssm:GetParameters', Resource: `arn:aws:ssm:${here}:parameter/own/*` });
    const read = (...Names: string[]) => says(new SSM(mine()).getParameters({ Names }));
    expect(await read('/own/a', '/own/b')).to.equal('allowed');
    expect(await read('/own/a', '/other/b')).to.equal('AccessDeniedException');
  });

  it('may always ask who it is', async () => {
    await permit({ Effect: 'Deny', Action: '*' });
    expect((await new STS(mine()).getCallerIdentity({})).Arn).to.equal(me);
  });

  it('learns that an object is missing only where it may list', async () => {
    const admin = new S3({ ...cloud.client, forcePathStyle: true });
    await admin.createBucket({ Bucket: 'versions' });
    const read = () => says(bucket().getObject({ Bucket: 'versions', Key: 'none' }));
    const head = () => says(bucket().headObject({ Bucket: 'versions', Key: 'none' }));
    await permit({ Action: 's3:GetObject' });
    expect([await read(), await head()]).to.deep.equal(['AccessDenied', 'Unknown']);
    await permit({ Action: ['s3:GetObject', 's3:ListBucket'] });
    expect([await read(), await head()]).to.deep.equal(['NoSuchKey', 'NotFound']);
  });

  it('deletes those of many keys that it may, and is told of each other one', async () => {
    const admin = new S3({ ...cloud.client, forcePathStyle: true });
    await admin.createBucket({ Bucket: 'many' });
    await admin.putBucketVersioning({
      Bucket: 'many',
      VersioningConfiguration: { Status: 'Enabled' },
    });
    const { VersionId } = await admin.putObject({ Bucket: 'many', Key: 'mine/a', Body: 'x' });
    await admin.putObject({ Bucket: 'many', Key: 'other/b', Body: 'x' });
    await permit({ Action: 's3:DeleteObject', Resource: 'arn:aws:s3:::many/mine/*' });
    const answer = await bucket().deleteObjects({
      Bucket: 'many',
      Delete: { Objects: [{ Key: 'mine/a' }, { Key: 'other/b' }, { Key: 'mine/a', VersionId }] },
    });
    expect(answer.Deleted?.map(({ Key }) => Key)).to.deep.equal(['mine/a']);
    const because = (action: string, key: string) =>
      `User: ${me} is not authorized to perform: s3:${action} on resource: "arn:aws:s3:::many/${key}" because no identity-based policy allows the s3:${action} action`;
    expect(answer.Errors).to.deep.equal([
      { Key: 'other/b', Code: 'AccessDenied', Message: because('DeleteObject', 'other/b') },
      { Key: 'mine/a', VersionId, Code: 'AccessDenied', Message: because('DeleteObjectVersion', 'mine/a') },
    ]);
    const left = await admin.listObjectsV2({ Bucket: 'many' });
    expect(left.Contents?.map(({ Key }) => Key)).to.deep.equal(['other/b']);
    const { Body } = await admin.getObject({ Bucket: 'many', Key: 'mine/a', VersionId });
    expect(await Body?.transformToString()).to.equal('x');
    await permit({
      Action: 's3:DeleteObjectVersion',
      Condition: { StringEquals: { 's3:VersionId': VersionId } },
    });
    const second = await bucket().deleteObjects({
      Bucket: 'many',
      Delete: {
        Objects: [
          { Key: 'mine/a', VersionId },
          { Key: 'other/b', VersionId: 'other' },
        ],
      },
    });
    expect(second.Errors?.map(({ Key, Code }) => [Key, Code])).to.deep.equal([['other/b', 'AccessDenied']]);
  });

  it('needs both sides of a copy', async () => {
    const admin = new S3({ ...cloud.client, forcePathStyle: true });
    await admin.putObject({ Bucket: 'versions', Key: 'from', Body: 'x' });
    const copy = () =>
      says(bucket().copyObject({ Bucket: 'versions', Key: 'to', CopySource: 'versions/from' }));
    await permit({ Action: 's3:PutObject' });
    expect(await copy()).to.equal('AccessDenied');
    await permit(
      { Action: 's3:PutObject' },
      { Action: 's3:GetObject', Resource: 'arn:aws:s3:::versions/from' },
    );
    expect(await copy()).to.equal('allowed');
  });

  it('is denied the source of a copy, whichever way it is written', async () => {
    const admin = new S3({ ...cloud.client, forcePathStyle: true });
    await admin.createBucket({ Bucket: 'secret' });
    await admin.putObject({ Bucket: 'secret', Key: 'x', Body: 'x' });
    const { UploadId } = await admin.createMultipartUpload({ Bucket: 'versions', Key: 'to' });
    await permit(
      { Action: 's3:*' },
      { Effect: 'Deny', Action: 's3:GetObject', Resource: 'arn:aws:s3:::secret/*' },
    );
    for (const CopySource of ['secret/x', '/secret/x', '%2Fsecret/x', '%2fsecret%2Fx']) {
      const to = { Bucket: 'versions', Key: 'to', CopySource };
      expect(await says(bucket().copyObject(to)), CopySource).to.equal('AccessDenied');
      const part = bucket().uploadPartCopy({ ...to, UploadId, PartNumber: 1 });
      expect(await says(part), `part from ${CopySource}`).to.equal('AccessDenied');
    }
  });

  it('lists under the prefix that a condition allows', async () => {
    await permit({ Action: 's3:ListBucket', Condition: { StringLike: { 's3:prefix': 'mine/*' } } });
    const list = (Prefix?: string) => says(bucket().listObjectsV2({ Bucket: 'versions', Prefix }));
    expect([await list('mine/a'), await list('other/'), await list()]).to.deep.equal([
      'allowed',
      'AccessDenied',
      'AccessDenied',
    ]);
  });

  it('is allowed or denied by a bucket`s own policy', async () => {
    const admin = new S3({ ...cloud.client, forcePathStyle: true });
    await admin.createBucket({ Bucket: 'shared' });
    await admin.putObject({ Bucket: 'shared', Key: 'k', Body: 'x' });
    const policy = (Effect: string, Principal: unknown) =>
      admin.putBucketPolicy({
        Bucket: 'shared',
        Policy: text({ Effect, Principal, Action: 's3:GetObject', Resource: 'arn:aws:s3:::shared/*' }),
      });
    const read = () => says(bucket().getObject({ Bucket: 'shared', Key: 'k' }));
    await policy('Allow', { AWS: 'arn:aws:iam::123456789012:role/web' });
    expect(await read()).to.equal('allowed');
    await policy('Deny', '*');
    await permit({ Action: 's3:*' });
    expect(await read()).to.equal('AccessDenied');
    const root = await failure(admin.getObject({ Bucket: 'shared', Key: 'k' }));
    expect(root.message).to.match(/explicit deny in a resource-based policy$/);
  });

  it('by the account`s root can always put a bucket`s policy right', async () => {
    const admin = new S3({ ...cloud.client, forcePathStyle: true });
    const Bucket = 'locked';
    await admin.createBucket({ Bucket });
    const Resource = ['arn:aws:s3:::locked', 'arn:aws:s3:::locked/*'];
    const Policy = text({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource });
    await admin.putBucketPolicy({ Bucket, Policy });
    await permit({ Action: 's3:*' });
    expect(await says(bucket().deleteBucketPolicy({ Bucket }))).to.equal('AccessDenied');
    expect(await says(admin.deleteBucket({ Bucket }))).to.equal('AccessDenied');
    expect((await admin.getBucketPolicy({ Bucket })).Policy).to.equal(Policy);
    await admin.putBucketPolicy({ Bucket, Policy });
    await admin.deleteBucketPolicy({ Bucket });
    await admin.deleteBucket({ Bucket });
  });

  it('comes over TLS, as far as policies are concerned', async () => {
    const Condition = { Bool: { 'aws:SecureTransport': 'false' } };
    const admin = new SQS(cloud.client);
    const statement = { Effect: 'Deny', Principal: '*', Action: 'sqs:*', Resource: '*', Condition };
    const { QueueUrl } = await admin.createQueue({
      QueueName: 'safe',
      Attributes: { Policy: text(statement) },
    });
    await permit({ Action: 'sqs:SendMessage', Resource: `arn:aws:sqs:${here}:safe` });
    expect(await says(new SQS(mine()).sendMessage({ QueueUrl, MessageBody: 'm' }))).to.equal('allowed');
    expect(await says(new SQS(mine()).receiveMessage({ QueueUrl }))).to.equal('AccessDenied');
  });

  it('is told apart by tags of resources and of requests', async () => {
    const ec2 = new EC2(cloud.client);
    const { Vpc } = await ec2.createVpc({ CidrBlock: '10.0.0.0/16' });
    const own = { Key: 'Team', Value: 'red' };
    const tagged = { TagSpecifications: [{ ResourceType: 'subnet' as const, Tags: [own] }] };
    const change = () =>
      says(new EC2(mine()).modifyVpcAttribute({ VpcId: Vpc?.VpcId, EnableDnsSupport: { Value: true } }));
    await permit({
      Action: 'ec2:ModifyVpcAttribute',
      Condition: { StringEquals: { 'ec2:ResourceTag/Team': 'red' } },
    });
    expect(await change()).to.equal('UnauthorizedOperation');
    await ec2.createTags({ Resources: [Vpc?.VpcId ?? ''], Tags: [own] });
    expect(await change()).to.equal('allowed');

    const create = (CidrBlock: string, more: object) =>
      says(new EC2(mine()).createSubnet({ VpcId: Vpc?.VpcId, CidrBlock, ...more }));
    const onCreation = { StringEquals: { 'ec2:CreateAction': 'CreateSubnet', 'aws:RequestTag/Team': 'red' } };
    await permit({ Action: 'ec2:CreateSubnet' });
    expect(await create('10.0.0.0/24', {})).to.equal('allowed');
    expect(await create('10.0.1.0/24', tagged)).to.equal('UnauthorizedOperation');
    await permit({ Action: 'ec2:CreateSubnet' }, { Action: 'ec2:CreateTags', Condition: onCreation });
    expect(await create('10.0.1.0/24', tagged)).to.equal('allowed');
    expect(await says(new EC2(mine()).createTags({ Resources: [Vpc?.VpcId ?? ''], Tags: [own] }))).to.equal(
      'UnauthorizedOperation',
    );
  });

  it('passes a role only where it may', async () => {
    await iam.createInstanceProfile({ InstanceProfileName: 'web' });
    const add = () =>
      says(new IAM(mine()).addRoleToInstanceProfile({ InstanceProfileName: 'web', RoleName: 'web' }));
    await permit({ Action: 'iam:AddRoleToInstanceProfile' });
    const missing = new IAM(mine()).addRoleToInstanceProfile({ InstanceProfileName: 'web', RoleName: 'web' });
    expect((await failure(missing)).message).to.contain(
      'iam:PassRole on resource: arn:aws:iam::123456789012:role/web',
    );
    const Condition = { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } };
    await permit({ Action: 'iam:AddRoleToInstanceProfile' }, { Action: 'iam:PassRole', Condition });
    expect(await add()).to.equal('allowed');
    const launch = (client: EC2) =>
      client.runInstances({
        ImageId: 'ami-1',
        MinCount: 1,
        MaxCount: 1,
        IamInstanceProfile: { Name: 'web' },
      });
    await permit({ Action: ['ec2:RunInstances', 'ec2:CreateTags'] });
    expect((await failure(launch(new EC2(mine())))).message).to.contain('iam:PassRole');
  });

  it('is bound by a permissions boundary', async () => {
    const { Policy } = await iam.createPolicy({
      PolicyName: 'boundary',
      PolicyDocument: text({ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }),
    });
    await iam.putRolePermissionsBoundary({ RoleName: 'web', PermissionsBoundary: Policy?.Arn });
    await permit({ Action: ['sqs:ListQueues', 'ssm:DescribeParameters'] });
    expect(await says(new SQS(mine()).listQueues({}))).to.equal('allowed');
    expect((await failure(new SSM(mine()).describeParameters({}))).message).to.match(
      /because no permissions boundary allows the ssm:DescribeParameters action$/,
    );
    const { Role } = await iam.getRole({ RoleName: 'web' });
    expect(Role?.PermissionsBoundary?.PermissionsBoundaryArn).to.equal(Policy?.Arn);
    await iam.deleteRolePermissionsBoundary({ RoleName: 'web' });
    expect(await says(new SSM(mine()).describeParameters({}))).to.equal('allowed');
  });

  it('is bound by its session`s policy', async () => {
    await role('narrowed', { AWS: 'arn:aws:iam::123456789012:role/web' });
    const PolicyDocument = text({ Effect: 'Allow', Action: '*', Resource: '*' });
    await iam.putRolePolicy({ RoleName: 'narrowed', PolicyName: 'all', PolicyDocument });
    const RoleArn = 'arn:aws:iam::123456789012:role/narrowed';
    const Policy = text({ Effect: 'Allow', Action: 'sqs:*', Resource: '*' });
    // The trust policy names the role itself: it needs no permission of its own.
    const { Credentials: given } = await new STS(mine()).assumeRole({
      RoleArn,
      RoleSessionName: 's1',
      Policy,
    });
    const narrowed = cloud.clientWith({
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    });
    expect(await says(new SQS(narrowed).listQueues({}))).to.equal('allowed');
    expect((await failure(new SSM(narrowed).describeParameters({}))).message).to.contain(
      'no session policy allows',
    );
  });

  it('is told in advance by the simulator', async () => {
    const arn = `arn:aws:ssm:${here}:parameter/own/a`;
    await permit(
      { Action: 'ssm:GetParameter', Resource: arn },
      { Effect: 'Deny', Action: 'ssm:PutParameter' },
    );
    const { EvaluationResults } = await iam.simulatePrincipalPolicy({
      PolicySourceArn: 'arn:aws:iam::123456789012:role/web',
      ActionNames: ['ssm:GetParameter', 'ssm:PutParameter', 'ssm:DeleteParameter'],
      ResourceArns: [arn],
    });
    expect(EvaluationResults?.map(({ EvalDecision }) => EvalDecision)).to.deep.equal([
      'allowed',
      'explicitDeny',
      'implicitDeny',
    ]);
  });

  it('is refused, and the log says so, where a condition asks for what nothing here tells', async () => {
    const said: unknown[] = [];
    const original = console.error;
    console.error = (...words: unknown[]) => said.push(...words);
    await permit({ Action: 'sqs:ListQueues', Condition: { StringEquals: { 'aws:Moon': 'full' } } });
    const result = await says(new SQS(mine()).listQueues({}));
    console.error = original;
    expect(result).to.equal('AccessDenied');
    expect(said).to.have.length(1);
    expect(said[0]).to.match(/condition key aws:moon/);
  });

  it('cannot be given a policy that is no policy', async () => {
    const Condition = { StringIsLike: { 'aws:username': 'a' } };
    expect((await failure(permit({ Action: '*', Condition }))).message).to.equal(
      'Invalid Condition type : StringIsLike.',
    );
    const long = Array.from({ length: 400 }, (_, index) => `service:Action${index}${'x'.repeat(20)}`);
    expect((await failure(permit({ Action: long }))).name).to.equal('LimitExceededException');
  });
});
