import { IAM } from '@aws-sdk/client-iam';
import { STS } from '@aws-sdk/client-sts';
import { expect } from 'chai';
import { MetadataService } from '../../../../local/instances/metadata.ts';
import { createIam } from '../../../../local/services/iam/service.ts';
import { createSts } from '../../../../local/services/sts/service.ts';
import { launch1, makeNetwork, startRegion, type TestRegion } from './region.ts';

describe('the role of an instance', () => {
  let region: TestRegion;
  let iam: IAM;
  let id: string;
  beforeEach(async () => {
    region = await startRegion({ iam: createIam, sts: createSts });
    iam = new IAM(region.cloud.client);
    await iam.createRole({ RoleName: 'web', AssumeRolePolicyDocument: trusting('ec2.amazonaws.com') });
    await iam.createInstanceProfile({ InstanceProfileName: 'web' });
    await iam.addRoleToInstanceProfile({ InstanceProfileName: 'web', RoleName: 'web' });
    const { subnetId } = await makeNetwork(region);
    id = await launch1(region, subnetId, {
      IamInstanceProfile: { Name: 'web' },
      MetadataOptions: { HttpTokens: 'optional' },
    });
  });
  afterEach(() => region.stop());

  const trusting = (Service: string) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' },
    });
  const read = async (path: string): Promise<Record<string, string>> => {
    const imds = new MetadataService(region.cloud.parts.services.ec2, region.cloud.clock);
    const request = { method: 'GET', path: `/latest/meta-data/iam/${path}`, headers: {} };
    return JSON.parse((await imds.answer(id, request)).body) as Record<string, string>;
  };

  it('gives it credentials that work', async () => {
    const found = await read('security-credentials/web');
    expect(found.Code).to.equal('Success');
    const sts = new STS(
      region.cloud.clientWith({
        accessKeyId: found.AccessKeyId ?? '',
        secretAccessKey: found.SecretAccessKey ?? '',
        sessionToken: found.Token ?? '',
      }),
    );
    expect((await sts.getCallerIdentity({})).Arn).to.match(new RegExp(`assumed-role/web/${id}$`));
  });

  it('gives none where it does not trust EC2, and says so, until it does', async () => {
    const PolicyDocument = trusting('lambda.amazonaws.com');
    await iam.updateAssumeRolePolicy({ RoleName: 'web', PolicyDocument });
    const found = await read('security-credentials/web');
    expect(found).to.have.keys('Code', 'Message', 'LastUpdated');
    expect(found.Code).to.equal('AssumeRoleUnauthorizedAccess');
    expect(found.Message).to.match(/^EC2 cannot assume the role web\./);
    expect((await read('info')).Code).to.equal('Success');
    await iam.updateAssumeRolePolicy({ RoleName: 'web', PolicyDocument: trusting('ec2.amazonaws.com') });
    expect((await read('security-credentials/web')).Code).to.equal('Success');
  });
});
