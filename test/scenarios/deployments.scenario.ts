import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { DeploymentRecord } from '../../model/schemas.ts';
import { keepAsking } from '../../tools/demo/client.ts';
import { awsOf, type Aws } from '../support/aws.ts';
import { until } from '../support/client.ts';
import { edit, must, startCloud, type Finished, type TestCloud } from '../support/cloud.ts';
import { combinations, policyNames, sample, type Combination } from '../support/deployment-faults.ts';
import { processesOn } from '../support/instance-processes.ts';
import { writeTinyApp } from '../support/tiny-app.ts';

const host = 'www.mywordpress.example';
/** `npm run test:faults` tries them all; otherwise a few are drawn. */
const isExhaustive = process.env.FAULTS === 'all';
const seed = Number(process.env.FAULTS_SEED ?? 45_756);
const drawn = 2;

/** Every policy on four instances under load, and faults in the middle of them. */
describe('deployments of four instances', () => {
  let cloud: TestCloud;
  let aws: Aws;
  let running = 'v1';

  const deploy = (version: string, ...options: string[]): Promise<Finished> =>
    cloud.beanpole('deploy', 'prod/web', '--version', version, ...options);
  const record = async (): Promise<DeploymentRecord> =>
    JSON.parse(await must(cloud.beanpole('deployments', 'show', 'prod/web', '--json'))) as DeploymentRecord;
  const status = async () =>
    (JSON.parse(await must(cloud.beanpole('status', 'prod/web', '--json'))) as EnvironmentStatus[])[0];
  const groups = async () => {
    const { AutoScalingGroups = [] } = await aws.autoscaling.describeAutoScalingGroups({
      Filters: [{ Name: 'tag:beanpole:environment', Values: ['web'] }],
    });
    return AutoScalingGroups;
  };
  const inService = async (): Promise<string[]> =>
    (await groups())
      .flatMap(({ Instances = [] }) => Instances)
      .filter(({ LifecycleState }) => LifecycleState === 'InService')
      .map(({ InstanceId = '' }) => InstanceId);

  /** Four instances in one slot, none in the other, nothing suspended. */
  async function ensureWhole(version: string): Promise<void> {
    await until('four instances are left', 90, async () => (await inService()).length === 4);
    await until('status shows one version', 60, async () => {
      const { version: shown, instances = [] } = (await status()) ?? {};
      return (
        shown === version && instances.length === 4 && instances.every((each) => each.version === version)
      );
    });
    const all = await groups();
    expect(all.map(({ DesiredCapacity }) => DesiredCapacity).sort()).to.deep.equal([0, 4]);
    expect(all.flatMap(({ SuspendedProcesses }) => SuspendedProcesses)).to.deep.equal([]);
    if (isExhaustive) await ensureUnchanged();
  }

  async function ensureUnchanged(): Promise<void> {
    const options = ['--yes', '--skip-preview', '--expect-no-changes', '--refresh', '--stack', 'prod'];
    await must(cloud.pulumi('up', ...options));
  }

  async function underLoad<T>(work: () => Promise<T>): Promise<T> {
    const clients = keepAsking(cloud.frontDoorPort, host);
    const result = await work().finally(() => clients.stop());
    const { failures, requests } = await clients.stop();
    expect(failures).to.deep.equal([]);
    expect(requests).to.be.above(100);
    return result;
  }

  before(async () => {
    cloud = await startCloud();
    aws = awsOf(cloud);
    edit(join(cloud.project, 'Pulumi.prod.yaml'), () => stackFile);
    for (const stack of ['application', 'prod']) await cloud.up(stack);
    for (const version of ['v1', 'v2', 'broken']) {
      writeTinyApp(join(cloud.project, 'app'), { mark: version, isBroken: version === 'broken' });
      await must(cloud.beanpole('version', 'create', version));
    }
    await until('four instances are up', 120, async () => (await inService()).length === 4);
    await must(deploy('v1'));
  });
  after(() => cloud.remove());

  const other = () => (running === 'v1' ? 'v2' : 'v1');

  for (const policy of policyNames)
    it(`${policy} loses no request, and leaves nothing behind`, async () => {
      const version = other();
      await must(underLoad(() => deploy(version, '--policy', policy, '--batch-size', '2')));
      running = version;
      await ensureWhole(version);
    });

  it('leaves nothing for Pulumi to do after all of them', () => ensureUnchanged());

  it('goes back from new instances that cannot start the version, and says why', async () => {
    const { code, stderr } = await underLoad(() => deploy('broken', '--policy', 'Immutable'));
    expect(code).to.equal(3);
    expect(stderr).to.contain('could not be started');
    await ensureWhole(running);
  });

  it('rolls out a changed instance type by a deployment of the same version', async () => {
    edit(join(cloud.project, 'Pulumi.prod.yaml'), (text) => text.replace('t3.small', 't3.medium'));
    await cloud.up('prod');
    expect((await status())?.infrastructureChangePending).to.equal(true);
    const { stderr } = await underLoad(() => deploy(running, '--policy', 'Rolling'));
    expect(stderr).to.contain('Immutable instead of Rolling');
    expect((await status())?.infrastructureChangePending).to.equal(false);
    await ensureWhole(running);
  });

  it('goes on by itself with --no-wait, and is taken back by an abort from elsewhere', async () => {
    await must(deploy(other(), '--policy', 'BlueGreen', '--keep-warm', '10m', '--no-wait'));
    await until('the other version has all the traffic', 90, async () =>
      (await record()).steps.some(({ id, status: state }) => id === 'keep-warm' && state === 'InProgress'),
    );
    await must(cloud.beanpole('abort', 'prod/web'));
    expect((await record()).status).to.equal('Aborted');
    await ensureWhole(running);
  });

  describe(`with faults (FAULTS_SEED=${seed})`, () => {
    const faults: Record<string, (victim: string, command: ChildProcess) => Promise<void>> = {
      'the agent is killed': (victim) => kill(victim, 'agent.mjs run'),
      'the process dies': (victim) => kill(victim, 'server.js'),
      'an instance dies': async (victim) => {
        await aws.ec2.terminateInstances({ InstanceIds: [victim] });
      },
      'the command is killed': (_, command) => {
        command.kill('SIGKILL');
        return Promise.resolve();
      },
      'the cloud is killed': async () => {
        const { pid } = JSON.parse(await must(cloud.beanpole('local', 'status', '--json'))) as {
          pid: number;
        };
        const [daemon] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
        process.kill(Number(daemon), 'SIGKILL');
      },
    };

    async function kill(instance: string, command: string): Promise<void> {
      for (const pid of processesOn(cloud.folder, instance, command)) process.kill(pid, 'SIGKILL');
      return Promise.resolve();
    }

    /** Deploys, injects the fault when a step begins, and ends by another command what is left. */
    async function deployWith({ policy, index, fault }: Combination): Promise<void> {
      const version = other();
      const options = ['--version', version, '--policy', policy, '--batch-size', '2'];
      const plan = await must(cloud.beanpole('deploy', 'prod/web', '--dry-run', '--json', ...options));
      const [{ steps }] = JSON.parse(plan) as [DeploymentRecord];
      const sentence = steps[index]?.sentence ?? '';
      const [victim = ''] = await inService();
      const child = cloud.startBeanpole('deploy', 'prod/web', ...options);
      const closed = once(child, 'close');
      let output = '';
      let injected: Promise<void> | undefined;
      child.stderr?.on('data', (text: Buffer) => {
        output += text.toString();
        if (injected || !output.includes(sentence)) return;
        injected = faults[fault]?.(victim, child);
      });
      await closed;
      await injected;
      expect(injected, output).not.to.equal(undefined);
      if (fault === 'the cloud is killed')
        // On the ports that it had: instances and queues know them.
        await must(cloud.beanpole('local', 'start'));
      if ((await record()).status === 'InProgress')
        await cloud.beanpole('resume', 'prod/web', '--wait-for-lock');
      const { status: state } = await record();
      expect(state).to.be.oneOf(['Succeeded', 'RolledBack', 'Aborted']);
      if (state === 'Succeeded') running = version;
      await ensureWhole(running);
      await ensureUnchanged();
    }

    const table = combinations(Object.keys(faults));
    for (const combination of isExhaustive ? table : sample(table, drawn, seed))
      it(`${combination.policy}, ${combination.step}: ${combination.fault}`, () => deployWith(combination));
  });
});

interface EnvironmentStatus {
  readonly version: string | null;
  readonly instances: readonly { readonly version: string | null }[];
  readonly infrastructureChangePending: boolean;
}

const stackFile = `config:
  aws:region: eu-central-1
  beanpole:application: mywordpress
  beanpole:network: { cidr: 10.20.0.0/16, availabilityZones: 2, natGateways: Single }
  beanpole:domain: { name: mywordpress.example }
  beanpole:environments:
    web:
      tier: WebServer
      type: LoadBalanced
      record: www
      instanceTypes: [t3.small]
      minSize: 4
      maxSize: 8
      startTimeoutSeconds: 20
      drainTimeoutSeconds: 2
      healthCheckIntervalSeconds: 5
      healthCheckTimeoutSeconds: 2
      healthyThresholdCount: 2
      deregistrationDelaySeconds: 2
      evaluationTimeSeconds: 2
      keepWarmSeconds: 2
`;
