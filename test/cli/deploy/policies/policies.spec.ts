import { expect } from 'chai';
import type { UserError } from '../../../../cli/errors.ts';
import { openRecord, planDeployment, planReturn, type PlanInput } from '../../../../cli/deploy/plan.ts';
import { policies } from '../../../../cli/deploy/policies/index.ts';
import type { DeploymentPolicy } from '../../../../model/schemas.ts';
import { balanced, configuration, environment, group, pointer, version } from '../../support/fixtures.ts';

const current = { active: 'blue' as const, slots: { blue: pointer('v1', 1), green: null } };
const four = { blue: group(['i-1', 'i-2', 'i-3', 'i-4']), green: group() };

const plan = (changes: Partial<PlanInput> = {}) =>
  planDeployment({
    environment: balanced(),
    current,
    version: version('v2'),
    configuration,
    groups: four,
    ...changes,
  });
const ids = (changes: Partial<PlanInput>) => plan(changes).steps.map(({ id }) => id);
const refusal = (changes: Partial<PlanInput>) => {
  try {
    plan(changes);
  } catch (error) {
    return (error as UserError).message;
  }
  return 'allowed';
};

describe('the policies', () => {
  it('AllAtOnce sends to all, and changes nothing of Auto Scaling', () => {
    expect(ids({ policy: 'AllAtOnce' })).to.deep.equal([
      'instances',
      'instances-health',
      'pointer',
      'settle',
    ]);
  });

  it('Rolling gates each batch before the next', () => {
    expect(ids({ policy: 'Rolling', options: { batchSizeType: 'Fixed', batchSize: 2 } })).to.deep.equal([
      'suspend-blue',
      'batch-1',
      'batch-1-health',
      'batch-2',
      'batch-2-health',
      'pointer',
      'settle',
      'resume-blue',
    ]);
  });

  it('Rolling names the instances of each batch', () => {
    const tasks = plan({ policy: 'Rolling', options: { batchSizeType: 'Percentage', batchSize: 50 } })
      .steps.map(({ task }) => task)
      .filter((task) => task.action === 'Deploy');
    expect(tasks.map(({ instanceIds }) => instanceIds?.length)).to.deep.equal([2, 2]);
  });

  it('RollingWithAdditionalBatch begins with extra instances and ends without them', () => {
    expect(ids({ policy: 'RollingWithAdditionalBatch', options: { batchSize: 50 } })).to.deep.equal([
      'suspend-blue',
      'add-instances',
      'added',
      'additional-batch',
      'additional-batch-health',
      'batch-1',
      'batch-1-health',
      'batch-2',
      'batch-2-health',
      'pointer',
      'settle',
      'remove-instances',
      'resume-blue',
    ]);
  });

  it('Immutable first empties an idle slot that an earlier deployment has left filled', () => {
    const left = group(['i-9']);
    expect(ids({ policy: 'Immutable', groups: { ...four, green: left } }).slice(0, 6)).to.deep.equal([
      'suspend-blue',
      'suspend-green',
      'aside',
      'vacate',
      'vacated',
      'pointer',
    ]);
    const [, , aside] = plan({
      policy: 'Immutable',
      environment: environment(),
      groups: { ...four, green: left },
    }).steps;
    expect(aside?.task).to.deep.equal({ action: 'MoveAddress', slot: 'blue' });
    const leaving = group([], { instances: left.instances.map((each) => ({ ...each, state: 'Leaving' })) });
    expect(ids({ policy: 'Immutable', groups: { ...four, green: leaving } })).not.to.include('vacate');
  });

  it('Immutable fills the idle slot, lets both serve, and empties the old one', () => {
    expect(ids({ policy: 'Immutable' })).to.deep.equal([
      'suspend-blue',
      'suspend-green',
      'pointer',
      'fill',
      'filled',
      'traffic-50',
      'beside',
      'traffic-100',
      'activate',
      'empty',
      'resume-blue',
      'resume-green',
    ]);
  });

  it('TrafficSplitting evaluates its share before it takes everything', () => {
    expect(ids({ policy: 'TrafficSplitting' })).to.deep.equal([
      'suspend-blue',
      'suspend-green',
      'pointer',
      'fill',
      'filled',
      'traffic-10',
      'evaluate',
      'traffic-100',
      'activate',
      'empty',
      'resume-blue',
      'resume-green',
    ]);
  });

  it('BlueGreen switches at once and keeps the old slot warm', () => {
    expect(ids({ policy: 'BlueGreen' }).slice(4)).to.deep.equal([
      'filled',
      'traffic-100',
      'activate',
      'keep-warm',
      'empty',
      'resume-blue',
      'resume-green',
    ]);
    expect(ids({ policy: 'BlueGreen', options: { keepWarmSeconds: 0 } })).not.to.include('keep-warm');
  });

  it('move the Elastic IP where there is no load balancer', () => {
    const steps = ids({
      environment: environment(),
      policy: 'Immutable',
      groups: { ...four, blue: group(['i-1']) },
    });
    expect(steps).to.include.members(['activate', 'address', 'empty']);
    expect(steps.some((id) => id.startsWith('traffic'))).to.equal(false);
  });

  it('take a worker over by filling and emptying only', () => {
    const worker = environment({ tier: 'Worker', type: 'LoadBalanced' });
    const { WebServer } = version('v2').bundles;
    const bundles = { Worker: WebServer };
    const steps = ids({ environment: worker, policy: 'Immutable', version: version('v2', { bundles }) });
    expect(steps.slice(2)).to.deep.equal([
      'pointer',
      'fill',
      'filled',
      'activate',
      'empty',
      'resume-blue',
      'resume-green',
    ]);
  });

  it('leave out the load balancer when its judgement is to be ignored', () => {
    const steps = ids({ policy: 'Rolling', options: { ignoreHealthCheck: true } });
    expect(steps.filter((id) => id.endsWith('-health'))).to.deep.equal([]);
  });

  it('do not resume what somebody else has suspended', () => {
    const groups = { blue: { ...four.blue, suspendedProcesses: ['AZRebalance'] }, green: group() };
    expect(ids({ policy: 'Rolling', groups })).not.to.include.members(['suspend-blue', 'resume-blue']);
    const [first] = plan({ policy: 'Immutable', groups }).steps;
    expect(first?.task).to.deep.include({ processes: ['AlarmNotification', 'ScheduledActions'] });
  });

  for (const name of Object.keys(policies) as DeploymentPolicy[])
    it(`${name}: every step has a sentence, an id of its own, and an undo or a reason for none`, () => {
      const { steps } = plan({ policy: name });
      expect(new Set(steps.map(({ id }) => id)).size).to.equal(steps.length);
      for (const { id, sentence, undo, withoutUndo } of steps) {
        expect(sentence, id).to.match(/^[A-Z].*\.$/);
        expect(undo?.sentence ?? withoutUndo, id).to.match(/^[A-Z].*\.$/);
        if (undo) expect(undo.id).to.match(/^return-/);
      }
    });

  for (const name of Object.keys(policies) as DeploymentPolicy[])
    it(`${name}: steps with the same undo agree on it`, () => {
      const undos = new Map<string, unknown>();
      for (const { undo } of plan({ policy: name }).steps) {
        if (!undo) continue;
        expect(undo.task).to.deep.equal(undos.get(undo.id) ?? undo.task);
        undos.set(undo.id, undo.task);
      }
    });

  for (const [policy, type, tier, why] of [
    ['Rolling', 'SingleInstance', 'WebServer', 'makes no batches'],
    ['RollingWithAdditionalBatch', 'SingleInstance', 'WebServer', 'takes no additional ones'],
    ['TrafficSplitting', 'SingleInstance', 'WebServer', 'only a load balancer splits traffic'],
    ['TrafficSplitting', 'LoadBalanced', 'Worker', 'only a load balancer splits traffic'],
    ['BlueGreen', 'LoadBalanced', 'Worker', 'would go on taking messages'],
  ] as const)
    it(`refuse ${policy} on a ${type} ${tier}, and say why`, () => {
      const { WebServer } = version('v2').bundles;
      const bundles = { WebServer, Worker: WebServer };
      const message = refusal({
        environment: environment({ type, tier }),
        policy,
        version: version('v2', { bundles }),
      });
      expect(message).to.contain(`with ${policy}: `).and.to.contain(why);
    });

  it('make the first deployment in place: there is nothing to protect', () => {
    const first = plan({ policy: 'BlueGreen', current: undefined });
    expect(first.policy).to.equal('AllAtOnce');
    expect(first.notes.join()).to.contain('placeholder page');
  });
});

describe('a pending infrastructure change', () => {
  const changed = balanced({
    slots: {
      blue: { ...balanced().slots.blue, launchTemplateVersion: '3' },
      green: { ...balanced().slots.green, launchTemplateVersion: '2' },
    },
  });

  it('turns a policy in place into a replacement with the new template', () => {
    const replaced = plan({ environment: changed, policy: 'Rolling' });
    expect(replaced).to.include({ policy: 'Immutable', slot: 'green' });
    expect(replaced.notes.join())
      .to.contain('version 3, instances run 1')
      .and.to.contain('instead of Rolling');
    expect(replaced.steps.map(({ task }) => task)).to.deep.include({
      action: 'UseLaunchTemplate',
      slot: 'green',
      version: '2',
    });
  });

  it('is rolled out by a replacing policy by the way', () => {
    const replaced = plan({ environment: changed, policy: 'TrafficSplitting' });
    expect(replaced.policy).to.equal('TrafficSplitting');
    expect(replaced.notes.join()).to.contain('the new instances have it');
  });
});

describe('the way back', () => {
  /** As if the runner had begun so many steps. */
  const back = (policy: DeploymentPolicy, begun: number) => {
    const opening = { number: 2, fencingToken: 7, startedBy: 'ann', startedAt: '2026-05-01T12:00:00.000Z' };
    const record = openRecord(plan({ policy }), opening);
    const steps = record.steps.map((step, index) =>
      index < begun ? { ...step, status: 'Done' as const } : step,
    );
    return planReturn({ steps }).map(({ id }) => id);
  };

  it('sends every instance back at once, however many batches there were', () => {
    expect(back('Rolling', 7)).to.deep.equal(['return-instances', 'return-processes-blue']);
    expect(back('Rolling', 11)).to.deep.equal([
      'return-pointer',
      'return-instances',
      'return-processes-blue',
    ]);
  });

  it('returns the traffic before it takes instances away', () => {
    expect(back('TrafficSplitting', 7)).to.deep.equal([
      'return-traffic',
      'return-empty',
      'return-pointer',
      'return-processes-green',
      'return-processes-blue',
    ]);
  });

  it('makes the old slot active again first', () => {
    expect(back('BlueGreen', 8)[0]).to.equal('return-active');
  });
});
