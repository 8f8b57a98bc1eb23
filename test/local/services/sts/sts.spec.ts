import * as iam from '@aws-sdk/client-iam';
import * as sts from '@aws-sdk/client-sts';
import { expect } from 'chai';
import { createIam } from '../../../../local/services/iam/service.ts';
import { createSts } from '../../../../local/services/sts/service.ts';
import { startEndpoint, type Credentials, type TestCloud } from '../../../support/endpoint.ts';
import { failure } from '../../../support/failure.ts';

const trust = (principal: object): string =>
  JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }] });

describe('STS', () => {
  let cloud: TestCloud;
  let admin: iam.IAMClient;

  beforeEach(async () => {
    cloud = await startEndpoint({ iam: createIam, sts: createSts });
    admin = new iam.IAMClient(cloud.client);
    const AssumeRolePolicyDocument = trust({ AWS: cloud.account });
    await admin.send(new iam.CreateRoleCommand({ RoleName: 'deployer', AssumeRolePolicyDocument }));
    await admin.send(
      new iam.CreateRoleCommand({
        RoleName: 'machine',
        AssumeRolePolicyDocument: trust({ Service: 'ec2.amazonaws.com' }),
      }),
    );
  });
  afterEach(() => cloud.stop());

  const identity = (credentials: Credentials) =>
    new sts.STSClient(cloud.clientWith(credentials)).send(new sts.GetCallerIdentityCommand({}));

  async function user(): Promise<Credentials> {
    await admin.send(new iam.CreateUserCommand({ UserName: 'dev' }));
    const assume = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [assume] });
    await admin.send(new iam.PutUserPolicyCommand({ UserName: 'dev', PolicyName: 'roles', PolicyDocument }));
    const { AccessKey } = await admin.send(new iam.CreateAccessKeyCommand({ UserName: 'dev' }));
    return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  }

  it('knows root', async () => {
    expect(await identity(cloud.client.credentials)).to.include({
      Account: cloud.account,
      Arn: `arn:aws:iam::${cloud.account}:root`,
      UserId: cloud.account,
    });
  });

  it('gives a trusted user a role, until it expires', async () => {
    const client = new sts.STSClient(cloud.clientWith(await user()));
    const RoleArn = `arn:aws:iam::${cloud.account}:role/deployer`;
    const { Credentials: given } = await client.send(
      new sts.AssumeRoleCommand({ RoleArn, RoleSessionName: 'job', DurationSeconds: 900 }),
    );
    const temporary = {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    };
    expect(given?.Expiration?.getTime()).to.equal(cloud.clock.now() + 900_000);
    expect((await identity(temporary)).Arn).to.equal(
      `arn:aws:sts::${cloud.account}:assumed-role/deployer/job`,
    );
    expect((await failure(identity({ ...temporary, sessionToken: 'wrong' }))).name).to.equal(
      'InvalidClientTokenId',
    );
    cloud.clock.advance(900_000);
    expect((await failure(identity(temporary))).name).to.equal('InvalidClientTokenId');
  });

  it('denies roles that do not trust the caller, missing ones, and root', async () => {
    const client = new sts.STSClient(cloud.clientWith(await user()));
    for (const role of ['machine', 'missing']) {
      const command = new sts.AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${cloud.account}:role/${role}`,
        RoleSessionName: 'job',
      });
      expect((await failure(client.send(command))).name).to.equal('AccessDenied');
    }
    const root = new sts.STSClient(cloud.client).send(
      new sts.AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${cloud.account}:role/deployer`,
        RoleSessionName: 'job',
      }),
    );
    expect((await failure(root)).message).to.equal('Roles may not be assumed by root accounts.');
  });

  it('gives instances the same credentials for half of their life', async () => {
    const first = cloud.credentials('machine', 'i-1');
    expect((await identity(first)).Arn).to.equal(`arn:aws:sts::${cloud.account}:assumed-role/machine/i-1`);
    cloud.clock.advance(2 * 3_600_000);
    expect(cloud.credentials('machine', 'i-1').accessKeyId).to.equal(first.accessKeyId);
    cloud.clock.advance(2 * 3_600_000);
    expect(cloud.credentials('machine', 'i-1').accessKeyId).to.not.equal(first.accessKeyId);
    expect((await identity(first)).Account).to.equal(cloud.account);
  });

  it('forgets the credentials of a deleted role', async () => {
    const credentials = cloud.credentials('machine', 'i-1');
    await admin.send(new iam.DeleteRoleCommand({ RoleName: 'machine' }));
    expect((await failure(identity(credentials))).name).to.equal('InvalidClientTokenId');
  });
});
