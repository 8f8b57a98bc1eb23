/** Every policy with every fault at every one of its steps: it ends completely old or completely new. */
import { expect } from 'chai';
import { policies } from '../../../cli/deploy/policies/index.ts';
import type { DeploymentPolicy, DeploymentRecord } from '../../../model/schemas.ts';
import { slots } from '../../../model/names.ts';
import { balanced, environment, pointer } from '../support/fixtures.ts';
import { SimulatedEnvironment, type Scene } from '../support/simulated-environment.ts';

const options = {
  batchSizeType: 'Fixed',
  batchSize: 2,
  evaluationTimeSeconds: 3,
  keepWarmSeconds: 3,
} as const;
const names = Object.keys(policies) as DeploymentPolicy[];
const scenes: Record<string, Scene> = {
  ...Object.fromEntries(
    names.map((policy) => [policy, { environment: balanced(), policy, options, instances: 4 }]),
  ),
  'Immutable into a slot that is not empty': {
    environment: balanced(),
    policy: 'Immutable',
    instances: 4,
    leftBehind: 4,
  },
  'AllAtOnce of a single instance': { environment: environment(), policy: 'AllAtOnce', instances: 1 },
  'Immutable of a single instance': { environment: environment(), policy: 'Immutable', instances: 1 },
  'BlueGreen of a single instance': {
    environment: environment(),
    policy: 'BlueGreen',
    options,
    instances: 1,
  },
};

/** A deployment whose command lives ends by itself; whether it is to be resumed or aborted makes no difference. */
const waysOn = (fault: string) =>
  /agent|process|instance/.test(fault) ? (['resume'] as const) : (['resume', 'abort'] as const);

/** What goes wrong at a step. */
const faults: Readonly<Record<string, (stage: SimulatedEnvironment) => void>> = {
  'the command is killed before the step': (stage) => {
    stage.outage = 'killed';
    stage.isDeaf = true;
  },
  'the command is killed after the step': (stage) => {
    stage.isDeaf = true;
  },
  'the agent is killed': (stage) => {
    for (const machine of firstRunning(stage)) machine.losesResult = true;
  },
  'the process dies': (stage) => {
    for (const machine of firstRunning(stage)) machine.health = 'unhealthy';
  },
  'an instance dies': (stage) => {
    for (const machine of firstRunning(stage)) machine.state = 'Leaving';
  },
  'a call is refused': (stage) => {
    stage.refusals = 1;
  },
  'AWS does not answer': (stage) => {
    stage.outage = 'connect ECONNREFUSED';
  },
};

function firstRunning(stage: SimulatedEnvironment) {
  const machines = slots.flatMap((slot) => [...stage.groups[slot].fleet.machines.values()]);
  return machines.filter(({ state }) => state === 'InService').slice(-1);
}

/** Deploys with a fault at one step; whatever is unfinished then is ended by another command. */
async function endOf(
  scene: Scene,
  step: string,
  fault: (stage: SimulatedEnvironment) => void,
  how: 'resume' | 'abort',
): Promise<{ stage: SimulatedEnvironment; record: DeploymentRecord }> {
  const stage = new SimulatedEnvironment(scene);
  let isDone = false;
  stage.onStep = (id) => {
    if (id !== step || isDone) return;
    isDone = true;
    fault(stage);
  };
  const record = await stage.deploy().catch(() => stage.record());
  stage.outage = undefined;
  const ended = record.status === 'InProgress' ? await stage.takeOver(how) : record;
  expect(isDone, `${step} was reached`).to.equal(true);
  heal(stage);
  stage.rest();
  return { stage, record: ended };
}

/** A process that died has been started again by its agent. */
function heal(stage: SimulatedEnvironment): void {
  for (const slot of slots)
    for (const machine of stage.groups[slot].fleet.machines.values()) machine.health = 'healthy';
}

function expectWhole(stage: SimulatedEnvironment, { status }: DeploymentRecord): void {
  const { scene, groups, weights } = stage;
  const current = stage.current();
  const isNew = status === 'Succeeded';
  expect(status).to.be.oneOf(['Succeeded', 'RolledBack', 'Aborted']);
  const { active } = current;
  const idle = active === 'blue' ? 'green' : 'blue';
  if (!isNew)
    expect(current).to.deep.equal({ active: 'blue', slots: { blue: pointer('v1', 1), green: null } });
  expect(current.slots[active]?.versionLabel).to.equal(isNew ? 'v2' : 'v1');
  const serving = [...groups[active].fleet.machines.values()].map((machine) => machine.serving);
  expect(serving).to.deep.equal(Array.from({ length: scene.instances }, () => (isNew ? 'v2' : 'v1')));
  expect(groups[active].size).to.deep.equal({
    minSize: scene.instances,
    maxSize: scene.instances + 2,
    desiredCapacity: scene.instances,
  });
  // Whoever goes back may leave an idle slot as it was found.
  if (isNew || scene.leftBehind === undefined) {
    expect([...groups[idle].fleet.machines.keys()], 'nothing is orphaned').to.deep.equal([]);
    expect(groups[idle].size).to.deep.equal({ minSize: 0, maxSize: 0, desiredCapacity: 0 });
  }
  for (const slot of slots) expect([...groups[slot].suspended], 'suspended processes').to.deep.equal([]);
  if (scene.environment.slots.blue.targetGroupArn !== undefined) expect(weights[active]).to.equal(100);
}

describe('deployments with faults', () => {
  for (const [title, scene] of Object.entries(scenes)) {
    describe(title, () => {
      it('without any fault brings everything to the new version, and loses nobody', async () => {
        const stage = new SimulatedEnvironment(scene);
        const record = await stage.deploy();
        stage.rest();
        expect(record.status).to.equal('Succeeded');
        expectWhole(stage, record);
        if (scene.environment.slots.blue.targetGroupArn !== undefined) expect(stage.lost).to.deep.equal([]);
      });

      it('with a version that does not start takes everything back', async () => {
        const stage = new SimulatedEnvironment(scene);
        stage.broken.add('v2');
        for (const machine of stage.groups.blue.fleet.machines.values()) machine.broken.add('v2');
        const record = await stage.deploy();
        stage.rest();
        expect(record.status).to.equal('RolledBack');
        expectWhole(stage, record);
        if (scene.environment.slots.blue.targetGroupArn !== undefined) expect(stage.lost).to.deep.equal([]);
      });

      for (const step of new SimulatedEnvironment(scene).stepIds())
        for (const [what, fault] of Object.entries(faults))
          for (const how of waysOn(what))
            it(`${step}: ${what}, then ${how}`, async () => {
              const { stage, record } = await endOf(scene, step, fault, how);
              expectWhole(stage, record);
            });
    });
  }
});
