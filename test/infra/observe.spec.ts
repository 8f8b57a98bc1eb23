import { type AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  DescribeImagesCommand,
  DescribeLaunchTemplateVersionsCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { expect } from 'chai';
import type { EnvironmentConfiguration, EnvironmentStack } from '../../infra/config.ts';
import { amazonLinuxParameter, clientsIn, observe, observeAccount } from '../../infra/observe.ts';
import { ensureDomainInZone, isHeld, lockHeld, lockSentence } from '../../infra/observed.ts';
import type { DeploymentLock, EnvironmentDescriptor } from '../../model/schemas.ts';
import { deploymentOptions } from '../../model/schemas.ts';
import { account, application, configurationOf } from './stacks.ts';

const clients = clientsIn('eu-central-1');
const autoScaling = mockClient(clients.autoScaling as AutoScalingClient);
const ec2 = mockClient(clients.ec2 as EC2Client);
const s3 = mockClient(clients.s3 as S3Client);
const ssm = mockClient(clients.ssm as SSMClient);
const sts = mockClient(clients.sts as STSClient);

const named = (name: string) => Object.assign(new Error(name), { name });
const name = { application: 'mywordpress', stack: 'dev', environment: 'web' };

const lock: DeploymentLock = {
  holder: 'ann@laptop',
  reason: 'deploy v2',
  fencingToken: 3,
  deployment: 2,
  acquiredAt: '2026-11-21T10:00:00.000Z',
  expiresAt: '2026-11-21T10:01:00.000Z',
};

const descriptor: EnvironmentDescriptor = {
  ...name,
  region: 'eu-central-1',
  tier: 'WebServer',
  type: 'SingleInstance',
  platform: 'nodejs',
  architecture: 'x86_64',
  bucket: application.bucket,
  deployDocument: application.deployDocument,
  deploymentPolicy: 'AllAtOnce',
  deploymentOptions: deploymentOptions.parse({}),
  deploymentTimeoutSeconds: 600,
  minSize: 1,
  maxSize: 1,
  slots: {
    blue: { autoScalingGroup: 'group-blue', launchTemplateId: 'lt-blue', launchTemplateVersion: '2' },
    green: { autoScalingGroup: 'group-green', launchTemplateId: 'lt-green', launchTemplateVersion: '2' },
  },
  properties: {},
};

function stackWith(changes: Partial<EnvironmentConfiguration> = {}): EnvironmentStack {
  const configuration = configurationOf('dev') as EnvironmentStack;
  return { ...configuration, environments: { web: { ...configuration.environments.web!, ...changes } } };
}

const body = (content: unknown) =>
  ({
    Body: { transformToString: () => Promise.resolve(JSON.stringify(content)) },
  }) as unknown as GetObjectCommandOutput;

const parameter = (Name: string, Value: string) =>
  ssm.on(GetParameterCommand, { Name }).resolves({ Parameter: { Value } });
const image = (ImageId: string, Architecture: 'x86_64' | 'arm64') =>
  ec2.on(DescribeImagesCommand, { ImageIds: [ImageId] }).resolves({ Images: [{ ImageId, Architecture }] });

async function failure(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('It did not fail.');
}

describe('what the program reads before it registers anything', () => {
  beforeEach(() => {
    for (const client of [autoScaling, ec2, s3, ssm, sts]) client.reset();
    ssm.on(GetParameterCommand).rejects(named('ParameterNotFound'));
    s3.on(GetObjectCommand).rejects(named('NoSuchKey'));
    ec2.on(DescribeImagesCommand).rejects(named('InvalidAMIID.NotFound'));
    parameter('/beanpole/mywordpress', JSON.stringify(application));
    parameter(amazonLinuxParameter('x86_64'), 'ami-newest');
    parameter(amazonLinuxParameter('arm64'), 'ami-newest-arm');
    image('ami-newest', 'x86_64');
    image('ami-newest-arm', 'arm64');
  });

  const observeWeb = async (changes: Partial<EnvironmentConfiguration> = {}) =>
    (await observe(clients, account, stackWith(changes))).environments.web;

  const runningSince = (version: string) => {
    parameter('/beanpole/mywordpress/dev/web/environment', JSON.stringify(descriptor));
    autoScaling
      .on(DescribeAutoScalingGroupsCommand)
      .resolves({ AutoScalingGroups: [{ LaunchTemplate: { Version: version } } as never] });
    ec2
      .on(DescribeLaunchTemplateVersionsCommand, { LaunchTemplateId: 'lt-blue', Versions: ['$Latest'] })
      .resolves({
        LaunchTemplateVersions: [{ LaunchTemplateData: { ImageId: 'ami-in-use' } }],
      });
    image('ami-in-use', 'x86_64');
  };

  it('is the account with its partition', async () => {
    sts.on(GetCallerIdentityCommand).resolves({ Account: '1', Arn: 'arn:aws-cn:iam::1:user/ann' });
    expect(await observeAccount(clients, 'cn-north-1')).to.deep.equal({
      id: '1',
      partition: 'aws-cn',
      region: 'cn-north-1',
    });
  });

  it('fails with what to do when there are no credentials', async () => {
    sts
      .on(GetCallerIdentityCommand)
      .rejects(Object.assign(new Error('Could not load credentials'), { name: 'CredentialsProviderError' }));
    expect(await failure(() => observeAccount(clients, 'eu-central-1'))).to.equal(
      'Could not read who the caller is (sts:GetCallerIdentity) from AWS: CredentialsProviderError: Could not load credentials\nNothing was changed.\nNext: check credentials and region (`aws sts get-caller-identity`), then try again.',
    );
  });

  it('names the command that makes a missing application stack', async () => {
    ssm.on(GetParameterCommand, { Name: '/beanpole/mywordpress' }).rejects(named('ParameterNotFound'));
    expect(await failure(() => observe(clients, account, stackWith()))).to.equal(
      'The application mywordpress has no shared resources in eu-central-1: its descriptor was not found, so the version bucket and the agent are unknown.\nNothing was changed.\nNext: make them with `pulumi up -s application`.',
    );
  });

  it('is the newest Amazon Linux and blue before the first up', async () => {
    expect(await observeWeb()).to.deep.equal({
      activeSlot: 'blue',
      image: { id: 'ami-newest', architecture: 'x86_64' },
      runningTemplateVersion: undefined,
      lock: undefined,
    });
  });

  it('knows the template version that a mixed group launches', async () => {
    runningSince('1');
    const LaunchTemplateSpecification = { LaunchTemplateId: 'lt-blue', Version: '7' };
    autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({
      AutoScalingGroups: [
        { MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification } } } as never,
      ],
    });
    expect((await observeWeb())?.runningTemplateVersion).to.equal('7');
  });

  it('keeps the image in use when a newer one has come out', async () => {
    runningSince('1');
    expect(await observeWeb()).to.deep.include({
      image: { id: 'ami-in-use', architecture: 'x86_64' },
      runningTemplateVersion: '1',
    });
  });

  it('takes another image when the instance type needs another architecture', async () => {
    runningSince('1');
    expect((await observeWeb({ instanceTypes: ['t4g.micro'] }))?.image).to.deep.equal({
      id: 'ami-newest-arm',
      architecture: 'arm64',
    });
  });

  it('takes another image when the one in use is gone', async () => {
    runningSince('1');
    ec2.on(DescribeImagesCommand, { ImageIds: ['ami-in-use'] }).resolves({ Images: [] });
    expect((await observeWeb())?.image.id).to.equal('ami-newest');
  });

  it('takes the image of the stack file before any other', async () => {
    runningSince('1');
    image('ami-0000000000000000a', 'x86_64');
    expect((await observeWeb({ imageId: 'ami-0000000000000000a' }))?.image.id).to.equal(
      'ami-0000000000000000a',
    );
  });

  it('refuses an image whose disk the root volume could not hold', async () => {
    const disk = (size: number, device = '/dev/xvda') =>
      ec2.on(DescribeImagesCommand, { ImageIds: ['ami-0000000000000000d'] }).resolves({
        Images: [
          {
            ImageId: 'ami-0000000000000000d',
            Architecture: 'x86_64',
            RootDeviceName: device,
            BlockDeviceMappings: [{ DeviceName: device, Ebs: { VolumeSize: size } }],
          },
        ],
      });
    const baked = { imageId: 'ami-0000000000000000d' };
    disk(20);
    expect(await failure(() => observeWeb(baked))).to.match(/has 20 GB, more than rootVolumeSizeGb \(8\)/);
    expect((await observeWeb({ ...baked, rootVolumeSizeGb: 20 }))?.image.id).to.equal(baked.imageId);
    disk(8, '/dev/sda1');
    expect(await failure(() => observeWeb(baked))).to.match(/root volume at \/dev\/sda1/);
  });

  it('refuses an image that is not there or for another architecture', async () => {
    expect(await failure(() => observeWeb({ imageId: 'ami-0000000000000000b' }))).to.match(
      /^The image ami-0000000000000000b does not exist in this region/,
    );
    image('ami-0000000000000000c', 'arm64');
    expect(await failure(() => observeWeb({ imageId: 'ami-0000000000000000c' }))).to.match(
      /^The image ami-0000000000000000c is for arm64, but t3.micro is x86_64\./,
    );
  });

  it('follows the pointer to the active slot and its group', async () => {
    runningSince('7');
    s3.on(GetObjectCommand, { Bucket: 'versions-bucket', Key: 'environments/dev/web/current.json' }).resolves(
      body({ active: 'green', slots: { blue: null, green: null } }),
    );
    expect((await observeWeb())?.activeSlot).to.equal('green');
    expect(autoScaling.commandCalls(DescribeAutoScalingGroupsCommand)[0]?.args[0].input).to.deep.equal({
      AutoScalingGroupNames: ['group-green'],
    });
  });

  it('sees who holds the lock', async () => {
    s3.on(GetObjectCommand, { Bucket: 'versions-bucket', Key: 'environments/dev/web/lock.json' }).resolves(
      body(lock),
    );
    expect((await observeWeb())?.lock).to.deep.equal(lock);
  });

  it('does not take a denied read for "nothing there"', async () => {
    s3.on(GetObjectCommand).rejects(Object.assign(new Error('Access Denied'), { name: 'AccessDenied' }));
    expect(await failure(() => observeWeb())).to.match(
      /^Could not read s3:\/\/versions-bucket\/environments\/dev\/web\/(current|lock)\.json from AWS: AccessDenied/,
    );
  });

  it('does not plan against what it does not understand', async () => {
    parameter('/beanpole/mywordpress', '{"application":"mywordpress"}');
    expect(await failure(() => observe(clients, account, stackWith()))).to.match(
      /^Could not use the parameter \/beanpole\/mywordpress: it was not written by this version/,
    );
  });
});

describe('a lock', () => {
  const at = (time: string) => new Date(`2026-11-21T${time}Z`);

  it('is held until it runs out', () => {
    expect(isHeld(lock, at('10:00:59'))).to.equal(true);
    expect(isHeld(lock, at('10:01:00'))).to.equal(false);
  });

  it('is free without a holder', () => {
    expect(isHeld({ ...lock, holder: null }, at('10:00:00'))).to.equal(false);
    expect(isHeld(undefined, at('10:00:00'))).to.equal(false);
  });

  it('says who holds it, since when and why, and what to do', () => {
    expect(lockHeld([lockSentence(name, lock)], 'dev').message).to.equal(
      [
        'dev/web is locked by ann@laptop since 2026-11-21T10:00:00.000Z: deploy v2. The lock runs out at 2026-11-21T10:01:00.000Z unless it is renewed.',
        'Nothing was changed.',
        'Next: wait for it (`beanpole status dev` shows it), then run `pulumi up -s dev` again.',
      ].join('\n'),
    );
  });
});

describe('the domain of a stack', () => {
  const zone = application.hostedZone;

  it('is the hosted zone or below it', () => {
    expect(() => {
      ensureDomainInZone('mywordpress.example', zone, 'dev');
      ensureDomainInZone('dev.mywordpress.example', zone, 'dev');
    }).not.to.throw();
  });

  for (const domain of ['example', 'other.example', 'xmywordpress.example'])
    it(`is refused when it is ${domain}`, () => {
      expect(() => {
        ensureDomainInZone(domain, zone, 'dev');
      }).to.throw(
        `Pulumi.dev.yaml: beanpole:domain.name is ${domain}, but the application's hosted zone is mywordpress.example.`,
      );
    });

  it('is refused when there is no hosted zone', () => {
    expect(() => {
      ensureDomainInZone('mywordpress.example', undefined, 'dev');
    }).to.throw('but the application has no hosted zone');
  });
});
