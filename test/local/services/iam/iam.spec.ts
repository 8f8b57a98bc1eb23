import * as iam from '@aws-sdk/client-iam';
import { expect } from 'chai';
import { createIam } from '../../../../local/services/iam/service.ts';
import { startEndpoint, type TestCloud } from '../../../support/endpoint.ts';
import { failure } from '../../../support/failure.ts';

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const document = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' },
});
const ssmCore = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';

describe('IAM', () => {
  let cloud: TestCloud;
  let client: iam.IAMClient;

  beforeEach(async () => {
    cloud = await startEndpoint({ iam: createIam });
    client = new iam.IAMClient(cloud.client);
  });
  afterEach(() => cloud.stop());

  const createRole = (RoleName = 'web') =>
    client.send(
      new iam.CreateRoleCommand({
        RoleName,
        AssumeRolePolicyDocument: trust,
        Path: '/app/',
        Tags: [{ Key: 'a', Value: 'b' }],
      }),
    );

  it('creates a role and answers it with its document percent-encoded', async () => {
    await createRole();
    const { Role } = await client.send(new iam.GetRoleCommand({ RoleName: 'web' }));
    expect(Role).to.deep.include({
      Arn: 'arn:aws:iam::123456789012:role/app/web',
      Path: '/app/',
      MaxSessionDuration: 3600,
      Tags: [{ Key: 'a', Value: 'b' }],
    });
    expect(Role?.RoleId).to.match(/^AROA[A-Z2-7]{17}$/);
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).to.equal(trust);
    expect(Role?.AssumeRolePolicyDocument).to.match(/^%7B/);
  });

  it('refuses a second role of a name, a missing one, a bad name and a bad document', async () => {
    await createRole();
    expect(await failure(createRole())).to.include({
      name: 'EntityAlreadyExistsException',
      message: 'Role with name web already exists.',
    });
    const missing = await failure(client.send(new iam.GetRoleCommand({ RoleName: 'nobody' })));
    expect(missing).to.include({
      name: 'NoSuchEntityException',
      message: 'The role with name nobody cannot be found.',
    });
    expect(missing.$metadata.httpStatusCode).to.equal(404);
    expect((await failure(createRole('a b'))).name).to.equal('ValidationError');
    const bad = client.send(new iam.CreateRoleCommand({ RoleName: 'x', AssumeRolePolicyDocument: '{' }));
    expect(await failure(bad)).to.include({
      name: 'MalformedPolicyDocumentException',
      message: 'This policy contains invalid Json',
    });
  });

  it('keeps inline and attached policies, and deletes a role only without them', async () => {
    await createRole();
    const role = { RoleName: 'web' };
    await client.send(new iam.PutRolePolicyCommand({ ...role, PolicyName: 'p', PolicyDocument: document }));
    await client.send(new iam.AttachRolePolicyCommand({ ...role, PolicyArn: ssmCore }));
    const inline = await client.send(new iam.GetRolePolicyCommand({ ...role, PolicyName: 'p' }));
    expect(decodeURIComponent(inline.PolicyDocument ?? '')).to.equal(document);
    expect((await client.send(new iam.ListRolePoliciesCommand(role))).PolicyNames).to.deep.equal(['p']);
    const attached = await client.send(new iam.ListAttachedRolePoliciesCommand(role));
    expect(attached.AttachedPolicies).to.deep.equal([
      { PolicyName: 'AmazonSSMManagedInstanceCore', PolicyArn: ssmCore },
    ]);
    expect(await failure(client.send(new iam.DeleteRoleCommand(role)))).to.include({
      name: 'DeleteConflictException',
      message: 'Cannot delete entity, must detach all policies first.',
    });
    await client.send(new iam.DetachRolePolicyCommand({ ...role, PolicyArn: ssmCore }));
    expect((await failure(client.send(new iam.DeleteRoleCommand(role)))).message).to.equal(
      'Cannot delete entity, must delete policies first.',
    );
    await client.send(new iam.DeleteRolePolicyCommand({ ...role, PolicyName: 'p' }));
    await client.send(new iam.DeleteRoleCommand(role));
    expect((await client.send(new iam.ListRolesCommand({}))).Roles).to.deep.equal([]);
  });

  it('pages lists', async () => {
    for (const name of ['a', 'b', 'c']) await createRole(name);
    const first = await client.send(new iam.ListRolesCommand({ MaxItems: 2 }));
    expect(first.Roles?.map(({ RoleName }) => RoleName)).to.deep.equal(['a', 'b']);
    const second = await client.send(new iam.ListRolesCommand({ MaxItems: 2, Marker: first.Marker }));
    expect(second.Roles?.map(({ RoleName }) => RoleName)).to.deep.equal(['c']);
    expect(second.IsTruncated).to.equal(false);
  });

  it('keeps versions of managed policies', async () => {
    const { Policy } = await client.send(
      new iam.CreatePolicyCommand({ PolicyName: 'p', PolicyDocument: document }),
    );
    const PolicyArn = Policy?.Arn;
    await client.send(
      new iam.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: document, SetAsDefault: true }),
    );
    const { Versions } = await client.send(new iam.ListPolicyVersionsCommand({ PolicyArn }));
    expect(Versions?.map(({ VersionId, IsDefaultVersion }) => [VersionId, IsDefaultVersion])).to.deep.equal([
      ['v1', false],
      ['v2', true],
    ]);
    expect((await failure(client.send(new iam.DeletePolicyCommand({ PolicyArn })))).name).to.equal(
      'DeleteConflictException',
    );
    await client.send(new iam.DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    await client.send(new iam.DeletePolicyCommand({ PolicyArn }));
    expect((await failure(client.send(new iam.GetPolicyCommand({ PolicyArn })))).name).to.equal(
      'NoSuchEntityException',
    );
  });

  it('carries a role on an instance profile', async () => {
    await createRole();
    const profile = { InstanceProfileName: 'web' };
    await client.send(new iam.CreateInstanceProfileCommand(profile));
    expect(cloud.parts.services.iam.roleOfProfile('web')).to.equal(undefined);
    await client.send(new iam.AddRoleToInstanceProfileCommand({ ...profile, RoleName: 'web' }));
    expect(
      (await failure(client.send(new iam.AddRoleToInstanceProfileCommand({ ...profile, RoleName: 'web' }))))
        .name,
    ).to.equal('LimitExceededException');
    const { InstanceProfile } = await client.send(new iam.GetInstanceProfileCommand(profile));
    expect(InstanceProfile?.Roles?.[0]).to.include({ RoleName: 'web' });
    expect(cloud.parts.services.iam.roleOfProfile(InstanceProfile?.Arn ?? '')).to.equal('web');
    expect((await failure(client.send(new iam.DeleteInstanceProfileCommand(profile)))).name).to.equal(
      'DeleteConflictException',
    );
    expect((await failure(client.send(new iam.DeleteRoleCommand({ RoleName: 'web' })))).name).to.equal(
      'DeleteConflictException',
    );
    await client.send(new iam.RemoveRoleFromInstanceProfileCommand({ ...profile, RoleName: 'web' }));
    await client.send(new iam.DeleteInstanceProfileCommand(profile));
  });

  it('lets a user sign with its key until the key is deleted', async () => {
    await client.send(new iam.CreateUserCommand({ UserName: 'dev' }));
    const { AccessKey } = await client.send(new iam.CreateAccessKeyCommand({ UserName: 'dev' }));
    const own = new iam.IAMClient(
      cloud.clientWith({
        accessKeyId: AccessKey?.AccessKeyId ?? '',
        secretAccessKey: AccessKey?.SecretAccessKey ?? '',
      }),
    );
    expect((await failure(own.send(new iam.GetUserCommand({})))).name).to.equal('AccessDenied');
    const readSelf = {
      Effect: 'Allow',
      Action: 'iam:GetUser',
      Resource: 'arn:aws:iam::*:user/${aws:username}',
    };
    await client.send(
      new iam.PutUserPolicyCommand({
        UserName: 'dev',
        PolicyName: 'self',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [readSelf] }),
      }),
    );
    expect((await own.send(new iam.GetUserCommand({}))).User).to.include({ UserName: 'dev' });
    await client.send(new iam.DeleteUserPolicyCommand({ UserName: 'dev', PolicyName: 'self' }));
    await client.send(
      new iam.UpdateAccessKeyCommand({
        UserName: 'dev',
        AccessKeyId: AccessKey?.AccessKeyId,
        Status: 'Inactive',
      }),
    );
    expect((await failure(own.send(new iam.GetUserCommand({})))).name).to.equal('InvalidClientTokenId');
    expect((await failure(client.send(new iam.DeleteUserCommand({ UserName: 'dev' })))).name).to.equal(
      'DeleteConflictException',
    );
    await client.send(
      new iam.DeleteAccessKeyCommand({ UserName: 'dev', AccessKeyId: AccessKey?.AccessKeyId }),
    );
    await client.send(new iam.DeleteUserCommand({ UserName: 'dev' }));
  });

  it('makes a root key once', () => {
    const { iam: service } = cloud.parts.services;
    const key = service.rootAccessKey();
    expect(key.accessKeyId).to.match(/^AKIA[A-Z2-7]{17}$/);
    expect(service.rootAccessKey()).to.equal(key);
    expect(service.accessKey(key.accessKeyId)?.caller.arn).to.equal('arn:aws:iam::123456789012:root');
  });
});
