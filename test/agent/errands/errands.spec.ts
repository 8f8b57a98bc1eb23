import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  DescribeAutoScalingInstancesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { AssociateAddressCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { expect } from 'chai';
import { associateAddress } from '../../../agent/errands/address.ts';
import { readSecretVersion } from '../../../agent/errands/database.ts';
import { readDescriptor } from '../../../agent/errands/descriptor.ts';
import { describeError, FinalError, isFinal } from '../../../agent/errands/final-error.ts';
import { leaveGroup } from '../../../agent/errands/leave.ts';
import { completeHook } from '../../../agent/errands/lifecycle.ts';
import { readPointer } from '../../../agent/errands/pointer.ts';
import { resolveProperties } from '../../../agent/errands/properties.ts';
import { webDescriptor } from '../support/machine.ts';

const problem = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as Error,
  );

describe('the errand for', () => {
  // Of classes, since an errand makes its own client; given back after each test, for others use the real ones.
  const mockAll = () => ({
    ssm: mockClient(SSMClient),
    s3: mockClient(S3Client),
    autoScaling: mockClient(AutoScalingClient),
    ec2: mockClient(EC2Client),
    secrets: mockClient(SecretsManagerClient),
  });
  type Mocks = ReturnType<typeof mockAll>;
  let ssm: Mocks['ssm'];
  let s3: Mocks['s3'];
  let autoScaling: Mocks['autoScaling'];
  let ec2: Mocks['ec2'];
  let secrets: Mocks['secrets'];
  beforeEach(() => {
    ({ ssm, s3, autoScaling, ec2, secrets } = mockAll());
  });
  afterEach(() => {
    for (const mocked of [ssm, s3, autoScaling, ec2, secrets]) mocked.restore();
  });

  it('the descriptor checks what it reads and names what is wrong', async () => {
    ssm
      .on(GetParameterCommand, { Name: '/d' })
      .resolves({ Parameter: { Value: JSON.stringify(webDescriptor) } });
    expect(await readDescriptor({ parameter: '/d' })).to.deep.equal(webDescriptor);
    ssm.on(GetParameterCommand, { Name: '/d' }).resolves({ Parameter: { Value: '{"tier":"Web"}' } });
    const error = await problem(readDescriptor({ parameter: '/d' }));
    expect(error).to.be.instanceOf(FinalError);
    expect(error?.message).to.include('The parameter /d is not an instance descriptor').and.include('tier:');
  });

  it('the pointer takes a missing object for "never had a version" and nothing else', async () => {
    s3.on(GetObjectCommand).rejectsOnce(Object.assign(new Error('none'), { name: 'NoSuchKey' }));
    expect(await readPointer({ bucket: 'b', key: 'k' })).to.equal(null);
    s3.on(GetObjectCommand).rejects(Object.assign(new Error('denied'), { name: 'AccessDenied' }));
    const error = await problem(readPointer({ bucket: 'b', key: 'k' }));
    expect([error?.name, isFinal(error)]).to.deep.equal(['AccessDenied', false]);
  });

  it('properties reads the ordered versions, ten at a time, decrypted', async () => {
    const parameters = Array.from({ length: 12 }, (_, index) => ({
      name: `P${index}`,
      parameter: `/p/${index}`,
      version: index + 1,
    }));
    ssm.on(GetParametersCommand).callsFake(({ Names }: { Names: string[] }) => ({
      Parameters: Names.map((selector) => {
        const [Name, version] = selector.split(':');
        return { Name, Version: Number(version), Value: `value of ${selector}` };
      }),
    }));
    const configuration = { properties: { A: 'a', P3: 'overridden' }, parameters };
    const { properties } = await resolveProperties({ configuration, database: null });
    expect(properties).to.include({ A: 'a', P3: 'value of /p/3:4', P11: 'value of /p/11:12' });
    const inputs = ssm.commandCalls(GetParametersCommand).map(({ args }) => args[0].input);
    expect(inputs.map(({ Names, WithDecryption }) => [Names?.length, WithDecryption])).to.deep.equal([
      [10, true],
      [2, true],
    ]);
  });

  it('properties says which one is gone', async () => {
    ssm.on(GetParametersCommand).resolves({ Parameters: [], InvalidParameters: ['/p:3'] });
    const configuration = { properties: {}, parameters: [{ name: 'KEY', parameter: '/p', version: 3 }] };
    const error = await problem(resolveProperties({ configuration, database: null }));
    expect(error?.message).to.equal('The property KEY cannot be read: version 3 of /p is gone.');
  });

  const database = { host: 'db', readerHost: 'ro.db', port: 3306, name: 'ebdb', secretArn: 'arn:secret' };

  it('properties leads to the database, with the password that holds now', async () => {
    const SecretString = JSON.stringify({ username: 'shop', password: 'p/w' });
    secrets.on(GetSecretValueCommand).resolves({ SecretString, VersionId: 'second' });
    const configuration = { properties: { A: 'a', RDS_PASSWORD: 'mine' }, parameters: [] };
    expect(await resolveProperties({ configuration, database })).to.deep.equal({
      properties: {
        A: 'a',
        RDS_HOSTNAME: 'db',
        RDS_READER_HOSTNAME: 'ro.db',
        RDS_PORT: '3306',
        RDS_DB_NAME: 'ebdb',
        RDS_USERNAME: 'shop',
        RDS_PASSWORD: 'p/w',
      },
      databaseVersion: 'second',
    });
    expect(secrets.commandCalls(GetSecretValueCommand)[0]?.args[0].input).to.deep.equal({
      SecretId: 'arn:secret',
    });
  });

  it('properties refuses a secret that holds no password', async () => {
    secrets.on(GetSecretValueCommand).resolves({ SecretString: '{"username":"shop"}', VersionId: 'first' });
    const configuration = { properties: {}, parameters: [] };
    const error = await problem(resolveProperties({ configuration, database }));
    expect(error?.message).to.contain('arn:secret').and.not.to.contain('shop');
    expect(isFinal(error)).to.equal(true);
  });

  it('secretVersion tells the version that is current', async () => {
    secrets.on(DescribeSecretCommand).resolves({
      VersionIdsToStages: { first: ['AWSPREVIOUS'], second: ['AWSCURRENT'] },
    });
    expect(await readSecretVersion({ secretArn: 'arn:secret' })).to.equal('second');
  });

  const inState = (LifecycleState: string) =>
    autoScaling.on(DescribeAutoScalingInstancesCommand).resolves({
      AutoScalingInstances: [
        {
          InstanceId: 'i-1',
          AutoScalingGroupName: 'web-blue',
          LifecycleState,
          AvailabilityZone: 'a',
          HealthStatus: 'HEALTHY',
          ProtectedFromScaleIn: false,
        },
      ],
    });

  it('the launch hook completes it for the own group, only when it waits', async () => {
    autoScaling.on(CompleteLifecycleActionCommand).resolves({});
    const input = { instanceId: 'i-1', hook: 'beanpole-launch', result: 'CONTINUE' } as const;
    inState('Pending');
    expect(await completeHook(input)).to.deep.equal({ state: 'Pending', completed: false });
    inState('Pending:Wait');
    expect(await completeHook(input)).to.deep.equal({ state: 'Pending:Wait', completed: true });
    expect(
      autoScaling.commandCalls(CompleteLifecycleActionCommand).map(({ args }) => args[0].input),
    ).to.deep.equal([
      {
        AutoScalingGroupName: 'web-blue',
        LifecycleHookName: 'beanpole-launch',
        InstanceId: 'i-1',
        LifecycleActionResult: 'CONTINUE',
      },
    ]);
    autoScaling.on(DescribeAutoScalingInstancesCommand).resolves({ AutoScalingInstances: [] });
    expect(await completeHook(input)).to.deep.equal({ state: null, completed: false });
  });

  it('leaving the group has it replace the instance, unless it is on its way already', async () => {
    autoScaling.on(TerminateInstanceInAutoScalingGroupCommand).resolves({});
    for (const state of ['InService', 'Terminating:Wait', 'Detaching']) {
      inState(state);
      expect(await leaveGroup({ instanceId: 'i-1' })).to.deep.equal({ state });
    }
    autoScaling.on(DescribeAutoScalingInstancesCommand).resolves({ AutoScalingInstances: [] });
    expect(await leaveGroup({ instanceId: 'i-1' })).to.deep.equal({ state: null });
    expect(
      autoScaling.commandCalls(TerminateInstanceInAutoScalingGroupCommand).map(({ args }) => args[0].input),
    ).to.deep.equal([{ InstanceId: 'i-1', ShouldDecrementDesiredCapacity: false }]);
  });

  it('the Elastic IP takes it over from another instance', async () => {
    ec2.on(AssociateAddressCommand).resolves({});
    await associateAddress({ allocationId: 'eipalloc-1', instanceId: 'i-1' });
    expect(ec2.commandCalls(AssociateAddressCommand)[0]?.args[0].input).to.deep.equal({
      AllocationId: 'eipalloc-1',
      InstanceId: 'i-1',
      AllowReassociation: true,
    });
  });

  it('anything says in one line why it failed', () => {
    expect(describeError(new FinalError('No Procfile.'))).to.equal('No Procfile.');
    expect(describeError(Object.assign(new Error('denied'), { name: 'AccessDenied' }))).to.equal(
      'AccessDenied: denied',
    );
    expect(describeError(new AggregateError([new Error('connect ECONNREFUSED')], ''))).to.include(
      'connect ECONNREFUSED',
    );
  });
});
