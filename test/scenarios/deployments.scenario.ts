import { join } from 'node:path';
import { expect } from 'chai';
import { attempt } from '../faults/attempt.ts';
import { combinations, policyNames, sample, titleOf } from '../faults/combinations.ts';
import { host, Stage } from '../faults/stage.ts';
import { watchedBeanpole } from '../faults/watched-record.ts';
import { until } from '../support/client.ts';
import { edit, must } from '../support/cloud.ts';
import { startSteadyLoad } from '../support/steady-load.ts';

const seed = Number(process.env.FAULTS_SEED ?? 45_756);
/** `npm run test:faults` tries them all; here a few are drawn. */
const drawn = 2;
const requestsPerSecond = 100;

/** Every policy on four instances under load, and faults in the middle of them. */
describe('deployments of four instances', () => {
  let stage: Stage;

  async function underLoad<T>(work: () => Promise<T>): Promise<T> {
    const load = await startSteadyLoad(stage.cloud, host, requestsPerSecond);
    const result = await work().finally(() => load.stop());
    const { lost, requests } = await load.stop();
    expect(lost).to.deep.equal([]);
    expect(requests.pooled).to.be.above(requestsPerSecond / 4);
    expect(requests.single).to.be.above(requestsPerSecond / 4);
    return result;
  }

  before(async () => {
    stage = await Stage.create();
  });
  after(() => stage.remove());

  for (const policy of policyNames)
    it(`${policy} loses no request, and leaves nothing behind`, async () => {
      const version = stage.other;
      await must(underLoad(() => stage.deploy(version, '--policy', policy, '--batch-size', '2')));
      stage.running = version;
      await stage.ensureWhole(version);
      await stage.ensureUnchanged();
    });

  it('goes back from new instances that cannot start the version, and says why', async () => {
    const { code, stderr } = await underLoad(() => stage.deploy('broken', '--policy', 'Immutable'));
    expect(code).to.equal(3);
    expect(stderr).to.contain('could not be started');
    await stage.ensureWhole(stage.running);
  });

  it('rolls out a changed instance type by a deployment of the same version', async () => {
    edit(join(stage.cloud.project, 'Pulumi.prod.yaml'), (text) => text.replace('t3.small', 't3.medium'));
    await stage.cloud.up('prod');
    expect((await stage.status())?.infrastructureChangePending).to.equal(true);
    const { stderr } = await underLoad(() => stage.deploy(stage.running, '--policy', 'Rolling'));
    expect(stderr).to.contain('Immutable instead of Rolling');
    expect((await stage.status())?.infrastructureChangePending).to.equal(false);
    await stage.ensureWhole(stage.running);
  });

  for (const [policy, step] of [
    ['Rolling', 'batch-1'],
    ['Immutable', 'traffic-50'],
  ] as const)
    it(`boots what is added in the middle of ${policy} with the version that is allowed then`, async () => {
      const { running, other } = stage;
      const before = new Set(await stage.instances());
      const added = async () => (await stage.bootedVersions()).filter(({ id }) => !before.has(id));
      const args = ['deploy', 'prod/web', '--version', other, '--policy', policy, '--batch-size', '2'];
      const isInPlace = policy === 'Rolling';
      let seen: readonly string[] = [];
      const { code } = await underLoad(() =>
        watchedBeanpole(stage.cloud, args, async (reached) => {
          if (reached.step.id !== step || reached.moment !== 'ends') return;
          await stage.addInstances();
          await until('what was added is in service', 90, async () => {
            seen = (await added()).map(({ version }) => version).sort();
            return seen.length === (isInPlace ? 1 : 6);
          });
        }),
      );
      expect(code).to.equal(0);
      expect(seen).to.deep.equal(isInPlace ? [running] : [running, ...Array<string>(5).fill(other)].sort());
      stage.running = other;
      await must(stage.cloud.beanpole('scale', 'prod/web', '--instances', '4'));
      await stage.ensureWhole(other);
    });

  it('goes on by itself with --no-wait, and is taken back by an abort from elsewhere', async () => {
    await must(stage.deploy(stage.other, '--policy', 'BlueGreen', '--keep-warm', '10m', '--no-wait'));
    await until('the other version has all the traffic', 90, async () =>
      (await stage.latest()).record.steps.some(
        ({ id, status: state }) => id === 'keep-warm' && state === 'InProgress',
      ),
    );
    await must(stage.cloud.beanpole('abort', 'prod/web'));
    expect((await stage.latest()).record.status).to.equal('Aborted');
    await stage.ensureWhole(stage.running);
  });

  describe(`with faults (FAULTS_SEED=${seed})`, () => {
    for (const combination of sample(combinations, drawn, seed))
      it(titleOf(combination), () => attempt(stage, combination));
  });
});
