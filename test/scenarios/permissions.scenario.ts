import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { SQS } from '@aws-sdk/client-sqs';
import { SSM } from '@aws-sdk/client-ssm';
import { STS } from '@aws-sdk/client-sts';
import { expect } from 'chai';
import { awsOf, type Aws } from '../support/aws.ts';
import { ask, until } from '../support/client.ts';
import { must, startCloud, type TestCloud } from '../support/cloud.ts';
import { failure } from '../support/failure.ts';

/** Whoever deploys has docs/deployer-policy.json and nothing else; an instance only what its environment needs. */
describe('permissions', () => {
  let cloud: TestCloud;
  let root: Aws;
  let account: string;

  before(async () => {
    cloud = await startCloud();
    root = awsOf(cloud);
    account = (await new STS(clientOf(cloud.env)).getCallerIdentity({})).Account ?? '';
    Object.assign(cloud.env, await deployer());
  });
  after(() => cloud.remove());

  const clientOf = (env: NodeJS.ProcessEnv) => ({
    endpoint: env.AWS_ENDPOINT_URL ?? '',
    region: env.AWS_REGION ?? '',
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
      ...(env.AWS_SESSION_TOKEN !== undefined && { sessionToken: env.AWS_SESSION_TOKEN }),
    },
  });

  /** A role with the policy as docs/aws.md says to make it, assumed by a user who may do nothing else. */
  async function deployer(): Promise<Record<string, string>> {
    const policy = readFileSync(join(import.meta.dirname, '../../docs/deployer-policy.json'), 'utf8')
      .replaceAll('ACCOUNT', account)
      .replaceAll('REGION', cloud.env.AWS_REGION ?? '')
      .replaceAll('APPLICATION', 'mywordpress');
    const trust = { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' };
    const { Role } = await root.iam.createRole({
      RoleName: 'deployer',
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
      MaxSessionDuration: 43_200,
    });
    await root.iam.putRolePolicy({ RoleName: 'deployer', PolicyName: 'beanpole', PolicyDocument: policy });
    await root.iam.createUser({ UserName: 'ann' });
    const assume = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: Role?.Arn };
    await root.iam.putUserPolicy({
      UserName: 'ann',
      PolicyName: 'deploy',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [assume] }),
    });
    const { AccessKey } = await root.iam.createAccessKey({ UserName: 'ann' });
    const ann = {
      ...cloud.env,
      AWS_ACCESS_KEY_ID: AccessKey?.AccessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: AccessKey?.SecretAccessKey ?? '',
    };
    const { Credentials } = await new STS(clientOf(ann)).assumeRole({
      RoleArn: Role?.Arn ?? '',
      RoleSessionName: 'ann',
      DurationSeconds: 43_200,
    });
    return {
      AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey ?? '',
      AWS_SESSION_TOKEN: Credentials?.SessionToken ?? '',
    };
  }

  it('of a deployer bring up the application and dev', async () => {
    await cloud.up('application');
    await cloud.up('dev');
    await must(cloud.pulumi('up', '--yes', '--skip-preview', '--expect-no-changes', '--stack', 'dev'));
  });

  it('of a deployer are enough for every command of a day', async () => {
    await must(cloud.beanpole('version', 'create', 'v1'));
    await must(cloud.beanpole('deploy', 'dev', '--version', 'v1'));
    await until('dev answers with v1', 60, async () => {
      return (await ask(cloud.frontDoorPort, 'dev.mywordpress.example')).version === 'v1';
    });
    for (const command of commands) await must(cloud.beanpole(...command.split(' ')));
  });

  const commands = [
    'status',
    'version list',
    'version show v1',
    'events dev/web',
    'logs dev/web',
    'deployments list dev/web',
    'config set dev/web GREETING=hello',
    'config list dev/web',
    'config unset dev/web GREETING',
    'queue status dev/worker',
    'queue peek dev/worker',
    'cron list dev/worker',
    'restart dev/worker',
  ];

  it('of a deployer end where the application ends', async () => {
    const iam = new IAM(clientOf(cloud.env));
    expect((await failure(iam.createUser({ UserName: 'eve' }))).message).to.equal(
      `User: arn:aws:sts::${account}:assumed-role/deployer/ann is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::${account}:user/eve because no identity-based policy allows the iam:CreateUser action`,
    );
    const s3 = new S3({ ...clientOf(cloud.env), forcePathStyle: true });
    expect((await failure(s3.createBucket({ Bucket: 'another' }))).name).to.equal('AccessDenied');
    const sqs = new SQS(clientOf(cloud.env));
    expect((await failure(sqs.createQueue({ QueueName: 'another' }))).name).to.equal('AccessDenied');
    const policy = { PolicyName: 'more', PolicyDocument: allowAll };
    expect((await failure(iam.putRolePolicy({ RoleName: 'deployer', ...policy }))).name).to.equal(
      'AccessDenied',
    );
  });

  const allowAll = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  });

  it('that are missing are named to the user, with what to do', async () => {
    await root.iam.createUser({ UserName: 'bob' });
    const { AccessKey } = await root.iam.createAccessKey({ UserName: 'bob' });
    const bob = {
      AWS_ACCESS_KEY_ID: AccessKey?.AccessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: AccessKey?.SecretAccessKey ?? '',
    };
    const { AWS_SESSION_TOKEN: token, ...deploying } = cloud.env;
    Object.assign(cloud.env, bob, { AWS_SESSION_TOKEN: undefined });
    const { code, stderr } = await cloud.beanpole('status', 'dev');
    Object.assign(cloud.env, deploying, { AWS_SESSION_TOKEN: token });
    expect(code).to.equal(2);
    expect(stderr).to.match(/user\/bob may not ssm:GetParameter/);
    expect(stderr).to.match(/Next: allow ssm:GetParameter\w* on arn:aws:ssm:.*docs\/aws\.md/);
  });

  /** What the metadata service gives an instance, as a command on it prints it. */
  async function credentialsOn(environment: string) {
    const { Reservations } = await root.ec2.describeInstances({
      Filters: [
        { Name: 'tag:beanpole:environment', Values: [environment] },
        { Name: 'instance-state-name', Values: ['running'] },
      ],
    });
    const id = Reservations?.[0]?.Instances?.[0]?.InstanceId ?? '';
    const script = [
      'base=http://169.254.169.254/latest',
      'token=$(curl -sf -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" $base/api/token)',
      'get() { curl -sf -H "X-aws-ec2-metadata-token: $token" $base/meta-data/iam/security-credentials/$1; }',
      'get $(get)',
    ];
    const { Command } = await root.ssm.sendCommand({
      DocumentName: 'AWS-RunShellScript',
      InstanceIds: [id],
      Parameters: { commands: script },
    });
    let printed = '';
    await until('the instance has told', 60, async () => {
      const answer = { CommandId: Command?.CommandId ?? '', InstanceId: id };
      const found = await root.ssm.getCommandInvocation(answer).catch(() => undefined);
      printed = found?.StandardOutputContent ?? '';
      return found?.Status === 'Success';
    });
    const told = JSON.parse(printed) as { AccessKeyId: string; SecretAccessKey: string; Token: string };
    return {
      endpoint: cloud.env.AWS_ENDPOINT_URL ?? '',
      region: cloud.env.AWS_REGION ?? '',
      credentials: {
        accessKeyId: told.AccessKeyId,
        secretAccessKey: told.SecretAccessKey,
        sessionToken: told.Token,
      },
    };
  }

  const refused = async (call: Promise<unknown>): Promise<string> => {
    const { name, message } = await failure(call);
    return `${name}: ${message}`;
  };

  it('of an instance end where its environment ends', async () => {
    const web = await credentialsOn('web');
    const ssm = new SSM(web);
    await root.ssm.putParameter({
      Name: '/beanpole/mywordpress/prod/web/properties/KEY',
      Value: 'x',
      Type: 'SecureString',
    });
    await root.secretsmanager.createSecret({ Name: 'prod-password', SecretString: 'x' });
    await root.sqs.createQueue({ QueueName: 'mywordpress-prod-worker' });
    await root.ssm.putParameter({
      Name: '/beanpole/mywordpress/dev/web/properties/OWN',
      Value: 'x',
      Type: 'String',
    });

    const own = await ssm.getParameter({ Name: '/beanpole/mywordpress/dev/web/properties/OWN' });
    expect(own.Parameter?.Value).to.equal('x');
    for (const path of ['prod/web', 'dev/worker'])
      expect(
        await refused(ssm.getParametersByPath({ Path: `/beanpole/mywordpress/${path}/properties` })),
      ).to.match(
        /^AccessDeniedException: User: .*assumed-role.* is not authorized to perform: ssm:GetParametersByPath/,
      );
    expect(await refused(new SecretsManager(web).getSecretValue({ SecretId: 'prod-password' }))).to.match(
      /secretsmanager:GetSecretValue/,
    );
    const { QueueUrl } = await root.sqs.getQueueUrl({ QueueName: 'mywordpress-prod-worker' });
    const message = { QueueUrl, MessageBody: 'x' };
    expect(await refused(new SQS(web).sendMessage(message))).to.match(/sqs:sendmessage/);
    const s3 = new S3({ ...web, forcePathStyle: true });
    const Bucket = (await root.s3.listBuckets({})).Buckets?.[0]?.Name ?? '';
    for (const Key of ['environments/prod/web/current.json', 'environments/dev/worker/current.json'])
      expect(await refused(s3.getObject({ Bucket, Key }))).to.match(/s3:GetObject on resource/);
    const pointer = { Bucket, Key: 'environments/dev/web/current.json' };
    expect((await s3.getObject(pointer)).ETag).to.be.a('string');
    expect(await refused(s3.putObject({ ...pointer, Body: '{}' }))).to.match(/s3:PutObject on resource/);
  });

  it('let a web instance give work and a worker take it, and not the other way', async () => {
    const web = new SQS(await credentialsOn('web'));
    const worker = new SQS(await credentialsOn('worker'));
    const { QueueUrls = [] } = await root.sqs.listQueues({ QueueNamePrefix: 'mywordpress-dev' });
    const QueueUrl = QueueUrls.find((url) => !url.includes('dead')) ?? '';
    await web.sendMessage({ QueueUrl, MessageBody: '{}' });
    expect(await refused(web.receiveMessage({ QueueUrl }))).to.match(/sqs:receivemessage/);
    await worker.receiveMessage({ QueueUrl });
    expect(await refused(worker.purgeQueue({ QueueUrl }))).to.match(/sqs:purgequeue/);
    expect(await refused(worker.deleteQueue({ QueueUrl }))).to.match(/sqs:deletequeue/);
  });

  it('of a deployer bring up prod', async () => {
    await cloud.up('prod');
    await must(cloud.beanpole('deploy', 'prod', '--version', 'v1'));
    await must(cloud.beanpole('status', 'prod'));
  });

  it('of a deployer take dev down again', async () => {
    await must(cloud.pulumi('destroy', '--yes', '--skip-preview', '--stack', 'dev'));
  });
});
