import { SSM } from '@aws-sdk/client-ssm';
import { expect } from 'chai';
import type { MachineCommandResult } from '../../../../local/instances/instances.ts';
import { createSsm } from '../../../../local/services/ssm/service.ts';
import { addInstance, failure, startRegion, type TestRegion } from '../../../support/region.ts';

const script = (...commands: string[]) => ({ DocumentName: 'AWS-RunShellScript', Parameters: { commands } });

describe('Run Command', () => {
  let region: TestRegion;
  let ssm: SSM;
  beforeEach(async () => {
    region = await startRegion({ ssm: createSsm });
    ssm = new SSM(region.client);
    for (const id of ['i-1', 'i-2', 'i-3'])
      addInstance(region, id, { role: id === 'i-3' ? 'worker' : 'web' });
  });
  afterEach(async () => {
    ssm.destroy();
    await region.close();
  });

  const send = async (input: object) =>
    (await ssm.sendCommand({ ...script('true'), ...input })).Command?.CommandId ?? '';
  const result = (CommandId: string, InstanceId = 'i-1') =>
    ssm.getCommandInvocation({ CommandId, InstanceId });
  /** Lets waves of deliveries pass. */
  async function pass(times = 6): Promise<void> {
    for (let i = 0; i < times; i++) {
      await region.settle();
      region.clock.advance(100);
    }
    await region.settle();
  }

  it('runs a shell script for real and keeps what it wrote', async () => {
    region.machines.answer = async () => ({ exitCode: 3, stdout: 'half done\n', stderr: 'oh no\n' });
    const id = await send({ ...script('echo a', 'exit 3'), InstanceIds: ['i-1'] });
    await region.settle();
    expect(region.machines.ran[0]?.command.argv).to.deep.equal(['/bin/sh', '-c', 'echo a\nexit 3']);
    expect(await result(id)).to.include({
      Status: 'Failed',
      StatusDetails: 'Failed',
      ResponseCode: 3,
      StandardOutputContent: 'half done\n',
      StandardErrorContent: 'oh no\nfailed to run commands: exit status 3',
      PluginName: 'aws:runShellScript',
    });
    const { Commands } = await ssm.listCommands({ CommandId: id });
    expect(Commands?.[0]).to.include({ Status: 'Failed', TargetCount: 1, CompletedCount: 1, ErrorCount: 1 });
    const { CommandInvocations } = await ssm.listCommandInvocations({ CommandId: id, Details: true });
    expect(CommandInvocations?.[0]?.CommandPlugins?.[0]?.Output).to.include('----------ERROR-------\noh no');
  });

  it('reaches instances by tag and goes no further after too many errors', async () => {
    region.machines.answer = async () => ({ exitCode: 1, stdout: '', stderr: '' });
    const id = await send({ Targets: [{ Key: 'tag:role', Values: ['web'] }], MaxConcurrency: '1' });
    await pass();
    expect(region.machines.ran.map(({ instanceId }) => instanceId)).to.deep.equal(['i-1']);
    expect(await result(id, 'i-2')).to.include({
      Status: 'Cancelled',
      StatusDetails: 'Terminated',
      ResponseCode: -1,
    });
    const nobody = await send({ Targets: [{ Key: 'tag:role', Values: ['none'] }] });
    const { Commands } = await ssm.listCommands({ CommandId: nobody });
    expect(Commands?.[0]?.StatusDetails).to.equal('NoInstancesInTag');
  });

  it('stops a command that runs too long', async () => {
    region.machines.answer = (_, { signal }) => untilAborted(signal);
    const id = await send({
      ...{
        DocumentName: 'AWS-RunShellScript',
        Parameters: { commands: ['sleep 99'], executionTimeout: ['60'] },
      },
      InstanceIds: ['i-1'],
    });
    await region.settle();
    expect((await result(id)).Status).to.equal('InProgress');
    region.clock.advance(60_000);
    await region.settle();
    expect(await result(id)).to.include({
      Status: 'TimedOut',
      StatusDetails: 'ExecutionTimedOut',
      ResponseCode: 137,
    });
  });

  it('cancels', async () => {
    region.machines.answer = (_, { signal }) => untilAborted(signal);
    const id = await send({ InstanceIds: ['i-1', 'i-2'], MaxConcurrency: '1' });
    await region.settle();
    await ssm.cancelCommand({ CommandId: id });
    await region.settle();
    expect((await result(id, 'i-1')).Status).to.equal('Cancelled');
    expect((await result(id, 'i-2')).Status).to.equal('Cancelled');
    expect((await ssm.listCommands({ CommandId: id })).Commands?.[0]?.Status).to.equal('Cancelled');
  });

  it('waits for a silent node, and gives up when the command expires', async () => {
    await ssm.describeInstanceInformation({});
    region.machines.running.delete('i-1');
    const { InstanceInformationList: nodes } = await ssm.describeInstanceInformation({});
    expect(nodes?.map(({ PingStatus }) => PingStatus)).to.deep.equal(['ConnectionLost', 'Online', 'Online']);
    const late = await send({ InstanceIds: ['i-1'] });
    await region.settle();
    expect((await result(late)).Status).to.equal('Delayed');
    region.machines.running.add('i-1');
    region.clock.advance(1000);
    await region.settle();
    expect((await result(late)).Status).to.equal('Success');
    region.machines.running.delete('i-1');
    const never = await send({ InstanceIds: ['i-1'], TimeoutSeconds: 30 });
    region.clock.advance(3_630_000);
    expect(await result(never)).to.include({ Status: 'TimedOut', StatusDetails: 'DeliveryTimedOut' });
  });

  it('refuses instances that are not managed, and requests out of range', async () => {
    expect((await failure(send({ InstanceIds: ['i-9'] }))).name).to.equal('InvalidInstanceId');
    expect((await failure(send({ InstanceIds: ['i-1', 'i-1'] }))).name).to.equal('DuplicateInstanceId');
    expect((await failure(send({ InstanceIds: ['i-1'], MaxConcurrency: '0' }))).name).to.equal(
      'ValidationException',
    );
    expect((await failure(send({ InstanceIds: ['i-1'], TimeoutSeconds: 29 }))).name).to.equal(
      'ValidationException',
    );
    expect((await failure(send({ InstanceIds: ['i-1'], DocumentName: 'none' }))).name).to.equal(
      'InvalidDocument',
    );
    expect((await failure(send({ InstanceIds: ['i-1'], Parameters: { no: ['x'] } }))).name).to.equal(
      'InvalidParameters',
    );
    expect((await failure(result('11111111-1111-1111-1111-111111111111'))).name).to.equal(
      'InvocationDoesNotExist',
    );
  });

  it('says after a power cut that a running command failed', async () => {
    region.machines.answer = () => new Promise(() => undefined);
    const id = await send({ InstanceIds: ['i-1'] });
    await region.settle();
    region = await region.restart();
    ssm.destroy();
    ssm = new SSM(region.client);
    const { Status, StandardErrorContent } = await result(id);
    expect(Status).to.equal('Failed');
    expect(StandardErrorContent).to.include('restarted while the command ran');
  });
});

function untilAborted(signal: AbortSignal | undefined): Promise<MachineCommandResult> {
  return new Promise((resolve) => {
    signal?.addEventListener('abort', () => {
      resolve({ exitCode: 137, stdout: '', stderr: '' });
    });
  });
}
