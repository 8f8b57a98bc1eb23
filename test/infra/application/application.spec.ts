import { expect } from 'chai';
import { deployDocumentContent } from '../../../infra/application/deploy-document.ts';
import { applicationDescriptor } from '../../../model/schemas.ts';
import type { SharedStack } from '../../../infra/config.ts';
import type { Recording } from '../../support/record-resources.ts';
import { everythingIsTagged } from '../expectations.ts';
import { agent, configurationOf, recordShared } from '../stacks.ts';

const refusal = (resources: readonly string[]) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'RefusePlainHttp',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: resources,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ],
});

describe('the application stack', () => {
  const configuration = configurationOf('application') as SharedStack;
  let recording: Recording;
  before(async () => {
    recording = await recordShared(configuration);
  });

  const tags = { 'beanpole:application': 'mywordpress', 'beanpole:stack': 'application' };
  const bucket = 'mywordpress-application-versions';

  it('tags everything', () => {
    everythingIsTagged(recording, 'application');
  });

  describe('version bucket', () => {
    it('survives a destroy by mistake', () => {
      expect(recording.only('aws:s3/bucket:Bucket').inputs).to.deep.equal({ forceDestroy: false, tags });
    });
    it('keeps old versions', () => {
      expect(recording.only('aws:s3/bucketVersioning:BucketVersioning').inputs).to.deep.equal({
        bucket,
        versioningConfiguration: { status: 'Enabled' },
      });
    });
    it('is encrypted', () => {
      const type = 'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration';
      expect(recording.only(type).inputs).to.deep.equal({
        bucket,
        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
      });
    });
    it('cannot be made public', () => {
      expect(recording.only('aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock').inputs).to.deep.equal({
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      });
    });
    it('refuses plain HTTP', () => {
      const { inputs, dependsOn } = recording.only('aws:s3/bucketPolicy:BucketPolicy');
      const arn = `arn:aws:mock:eu-central-1:123456789012:${bucket}`;
      expect(inputs.bucket).to.equal(bucket);
      expect(JSON.parse(String(inputs.policy))).to.deep.equal(refusal([arn, `${arn}/*`]));
      expect(dependsOn).to.include(`aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock::${bucket}`);
    });
    it('forgets replaced objects and abandoned uploads after a while', () => {
      const type = 'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration';
      expect(recording.only(type).inputs.rules).to.deep.equal([
        {
          id: 'noncurrent-versions',
          status: 'Enabled',
          filter: { prefix: '' },
          noncurrentVersionExpiration: { noncurrentDays: 30 },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
        },
      ]);
    });
    it('may be deleted with all it holds when the stack file says so', async () => {
      const shared = { ...configuration.shared, emptyBucketOnDestroy: true };
      const other = await recordShared({ ...configuration, shared });
      expect(other.only('aws:s3/bucket:Bucket').inputs.forceDestroy).to.equal(true);
    });
  });

  it('keeps the agent under its digest, older ones too', () => {
    const object = recording.only('aws:s3/bucketObjectv2:BucketObjectv2');
    expect(object.inputs).to.include({
      bucket,
      key: `agent/${agent.sha256}.mjs`,
      contentType: 'text/javascript',
    });
    expect(object.retainOnDelete).to.equal(true);
  });

  it('makes a hosted zone only when the stack file names one', async () => {
    expect(recording.only('aws:route53/zone:Zone').inputs.name).to.equal('mywordpress.example');
    const { hostedZone, ...shared } = configuration.shared;
    const without = await recordShared({ ...configuration, shared });
    expect(hostedZone).to.equal('mywordpress.example');
    expect(without.ofType('aws:route53/zone:Zone')).to.deep.equal([]);
    expect(without.outputs).to.have.keys('bucket', 'agent');
  });

  it('tells the other stacks where everything is', () => {
    const { inputs } = recording.only('aws:ssm/parameter:Parameter');
    expect(inputs.name).to.equal('/beanpole/mywordpress');
    expect(applicationDescriptor.parse(JSON.parse(String(inputs.insecureValue)))).to.deep.equal({
      application: 'mywordpress',
      region: 'eu-central-1',
      bucket,
      agent: { key: `agent/${agent.sha256}.mjs`, sha256: agent.sha256 },
      deployDocument: 'beanpole-mywordpress-deploy',
      alarmTopicArn: 'arn:aws:mock:eu-central-1:123456789012:mywordpress-application-alarms',
      hostedZone: {
        id: 'Z-APPLICATION',
        name: 'mywordpress.example',
        nameServers: ['ns-1.example', 'ns-2.example'],
      },
    });
  });

  it('tells the CLI which versions to keep, when the stack file says so', async () => {
    const { shared, ...rest } = configurationOf('application') as SharedStack;
    const limited = await recordShared({ ...rest, shared: { ...shared, versionMaxCount: 20 } });
    const { inputs } = limited.only('aws:ssm/parameter:Parameter');
    const descriptor = applicationDescriptor.parse(JSON.parse(String(inputs.insecureValue)));
    expect(descriptor.versionLifecycle).to.deep.equal({ maxCount: 20 });
  });

  it('puts out what a person needs next', () => {
    expect(recording.outputs).to.deep.equal({
      bucket,
      agent: agent.sha256,
      nameServers: ['ns-1.example', 'ns-2.example'],
    });
  });

  it('gives the deploy document its name in the contract', () => {
    expect(recording.only('aws:ssm/document:Document').inputs).to.deep.equal({
      name: 'beanpole-mywordpress-deploy',
      documentType: 'Command',
      documentFormat: 'JSON',
      content: deployDocumentContent(),
      tags,
    });
  });
});

describe('the deploy document', () => {
  const document = JSON.parse(deployDocumentContent()) as {
    parameters: Record<string, { allowedPattern: string }>;
    mainSteps: unknown[];
  };

  it('runs the agent with its parameters', () => {
    expect(document.mainSteps).to.deep.equal([
      {
        action: 'aws:runShellScript',
        name: 'deploy',
        inputs: {
          timeoutSeconds: '{{ Timeout }}',
          runCommand: [
            'exec /opt/beanpole/node /opt/beanpole/agent.mjs deploy --deployment {{ Deployment }} --token {{ FencingToken }} --bundle-key {{ BundleKey }} --sha256 {{ Sha256 }} --version {{ VersionLabel }} --configuration {{ Configuration }} {{ Stage }}',
          ],
        },
      },
    ]);
  });

  const accepted: Record<string, string> = {
    Deployment: '12',
    FencingToken: '7',
    BundleKey: `bundles/${'0a'.repeat(32)}.zip`,
    Sha256: '0a'.repeat(32),
    VersionLabel: 'v1.2-rc_3+build',
    Configuration: 'eyJhIjoxfQ==',
    Timeout: '3600',
    Stage: '--stage release',
  };
  for (const [name, value] of Object.entries(accepted))
    it(`admits as ${name} what a deployment sends, and nothing that a shell would interpret`, () => {
      const pattern = new RegExp(document.parameters[name]!.allowedPattern);
      expect(value).to.match(pattern);
      for (const hostile of [
        '; reboot',
        '$(reboot)',
        '`reboot`',
        '&& reboot',
        '| sh',
        '\nreboot',
        ' --version x',
        "'",
        '"',
        '>f',
      ])
        expect(`${value}${hostile}`).not.to.match(pattern);
      // An agent of before this parameter would not know the option.
      if (name !== 'Stage') expect('').not.to.match(pattern);
    });

  it('has no other parameters', () => {
    expect(document.parameters).to.have.all.keys(Object.keys(accepted));
  });
});
