import * as sdk from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import { failure } from '../../../support/failure.ts';
import { imageId, instanceType, startRegion, type TestRegion } from './region.ts';

describe('EC2 launch templates', () => {
  let region: TestRegion;
  let ec2: sdk.EC2Client;
  before(async () => {
    region = await startRegion();
    ec2 = region.ec2;
  });
  after(() => region.stop());

  const create = (LaunchTemplateName: string, LaunchTemplateData: sdk.RequestLaunchTemplateData) =>
    ec2.send(new sdk.CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData }));

  it('number their versions and keep what is not said anew', async () => {
    const ImageId = await imageId(region);
    const { LaunchTemplate } = await create('web', { ImageId, InstanceType: instanceType });
    const LaunchTemplateId = LaunchTemplate!.LaunchTemplateId!;
    const { LaunchTemplateVersion } = await ec2.send(
      new sdk.CreateLaunchTemplateVersionCommand({
        LaunchTemplateId,
        SourceVersion: '1',
        LaunchTemplateData: { UserData: Buffer.from('#!/bin/sh').toString('base64') },
      }),
    );
    expect(LaunchTemplateVersion).to.include({ VersionNumber: 2, DefaultVersion: false });
    expect(LaunchTemplateVersion!.LaunchTemplateData).to.include({ ImageId, UserData: 'IyEvYmluL3No' });
    const named = async (...Versions: string[]) => {
      const found = await ec2.send(
        new sdk.DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions }),
      );
      return found.LaunchTemplateVersions!.map(({ VersionNumber }) => VersionNumber);
    };
    expect(await named('$Latest', '$Default')).to.deep.equal([2, 1]);
    await ec2.send(new sdk.ModifyLaunchTemplateCommand({ LaunchTemplateId, DefaultVersion: '2' }));
    expect(await named('$Default')).to.deep.equal([2]);
    const deleted = await ec2.send(
      new sdk.DeleteLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: ['1', '2', '9'] }),
    );
    expect(deleted.SuccessfullyDeletedLaunchTemplateVersions).to.have.length(1);
    expect(
      deleted.UnsuccessfullyDeletedLaunchTemplateVersions!.map(({ ResponseError }) => ResponseError!.Code),
    ).to.deep.equal(['unexpectedError', 'launchTemplateVersionDoesNotExist']);
    const missing = await failure(named('7'));
    expect(missing.name).to.equal('InvalidLaunchTemplateId.VersionNotFound');
  });

  it('have names of their own', async () => {
    const data = { InstanceType: instanceType };
    await create('once', data);
    expect((await failure(create('once', data))).name).to.equal(
      'InvalidLaunchTemplateName.AlreadyExistsException',
    );
    const found = await ec2.send(new sdk.DescribeLaunchTemplatesCommand({ LaunchTemplateNames: ['once'] }));
    await ec2.send(new sdk.DeleteLaunchTemplateCommand({ LaunchTemplateName: 'once' }));
    const LaunchTemplateIds = [found.LaunchTemplates![0]!.LaunchTemplateId!];
    const gone = await failure(ec2.send(new sdk.DescribeLaunchTemplatesCommand({ LaunchTemplateIds })));
    expect(gone.name).to.equal('InvalidLaunchTemplateId.NotFound');
  });

  const refusals: [string, string, sdk.RequestLaunchTemplateData][] = [
    ['UnsupportedOperation', 'LaunchTemplateData: KernelId', { KernelId: 'aki-1' }],
    ['UnsupportedOperation', 'a second disk', { BlockDeviceMappings: [{ DeviceName: '/dev/sdb' }] }],
    ['UnsupportedOperation', 'dedicated tenancy', { Placement: { Tenancy: 'dedicated' } }],
    ['InvalidUserData.Malformed', 'user data that is not base64', { UserData: '#!/bin/sh' }],
    [
      'InvalidParameterCombination',
      'groups beside interfaces',
      { SecurityGroupIds: ['sg-1'], NetworkInterfaces: [{ DeviceIndex: 0 }] },
    ],
  ];
  for (const [code, what, data] of refusals)
    it(`refuse ${what}`, async () => {
      expect((await failure(create('refused', data))).name).to.equal(code);
    });
});
