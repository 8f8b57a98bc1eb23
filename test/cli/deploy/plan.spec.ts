import { expect } from 'chai';
import fc from 'fast-check';
import { openRecord, planDeployment, planReturn } from '../../../cli/deploy/plan.ts';
import type { DeploymentStep } from '../../../model/schemas.ts';
import type { GroupState } from '../../../cli/deploy/group.ts';
import { configuration, environment, group, groups, pointer, version } from '../support/fixtures.ts';

const opening = {
  number: 2,
  fencingToken: 7,
  startedBy: 'ann@laptop',
  startedAt: '2026-05-01T12:00:00.000Z',
};
const loadBalanced = environment({
  slots: {
    blue: { ...environment().slots.blue, targetGroupArn: 'arn:blue' },
    green: { ...environment().slots.green, targetGroupArn: 'arn:green' },
  },
});

describe('planDeployment', () => {
  it('deploys to the active slot in place', () => {
    const current = { active: 'green' as const, slots: { blue: null, green: pointer('v1', 1) } };
    const plan = planDeployment({
      environment: environment(),
      current,
      version: version('v2'),
      configuration,
      groups: groups(),
    });
    expect(plan.slot).to.equal('green');
    expect(plan.previous?.versionLabel).to.equal('v1');
    expect(plan.steps.map(({ id }) => id)).to.deep.equal(['instances', 'pointer', 'settle']);
    expect(plan.pointOfNoReturn).to.contain('goes back to v1');
  });

  it('gates on the load balancer where there is one', () => {
    const plan = planDeployment({
      environment: loadBalanced,
      current: undefined,
      version: version('v1'),
      configuration,
      groups: groups(),
    });
    expect(plan.steps.map(({ id }) => id)).to.deep.equal([
      'instances',
      'instances-health',
      'pointer',
      'settle',
    ]);
  });

  it('begins in blue, with nothing to go back to', () => {
    const plan = planDeployment({
      environment: environment(),
      current: undefined,
      version: version('v1'),
      configuration,
      groups: groups(),
    });
    expect(plan.slot).to.equal('blue');
    expect(plan.previous).to.be.null;
    expect(plan.pointOfNoReturn).to.contain('first instance that switches');
  });

  describe('of a version that does something once per deployment', () => {
    const once = (blue: GroupState) =>
      planDeployment({
        environment: environment(),
        current: undefined,
        version: version('v1', { onceSteps: ['WebServer'] }),
        configuration,
        groups: { ...groups(), blue },
      });

    it('has it done first, also where the first instance just boots', () => {
      const { instances, ...size } = group(['i-1']);
      const booting = {
        ...size,
        instances: instances.map((each) => ({ ...each, state: 'Booting' as const })),
      };
      for (const blue of [group(['i-1']), booting]) expect(once(blue).steps[0]?.id).to.equal('once');
    });

    it('says so where nobody can do it', () => {
      const { steps, notes } = once(group());
      expect(steps.map(({ id }) => id)).not.to.include('once');
      expect(notes).to.deep.equal([
        'dev/web has no instance: what v1 does once per deployment, its release step or container commands for the leader, is done by nobody.',
      ]);
    });
  });

  it('refuses a version without a bundle for the tier', () => {
    const plan = () =>
      planDeployment({
        environment: environment({ tier: 'Worker' }),
        current: undefined,
        version: version('v1'),
        configuration,
        groups: groups(),
      });
    expect(plan).to.throw('v1 cannot run on dev/web: the version has no source bundle for the Worker tier.');
  });

  it('refuses a version built for another architecture', () => {
    const plan = () =>
      planDeployment({
        environment: environment({ architecture: 'arm64' }),
        current: undefined,
        version: version('v1'),
        configuration,
        groups: groups(),
      });
    expect(plan).to.throw('it was built for x86_64, and the instances are arm64');
  });

  it('has a sentence and an undo for every step, moves the pointer after the gate and settles last', () => {
    const slot = fc.constantFrom('blue' as const, 'green' as const);
    const previous = fc.option(fc.constantFrom('v1', 'v2'), { nil: undefined });
    fc.assert(
      fc.property(slot, previous, fc.boolean(), (active, label, balanced) => {
        const slots = { blue: null, green: null, [active]: label === undefined ? null : pointer(label, 1) };
        const plan = planDeployment({
          environment: balanced ? loadBalanced : environment(),
          current: { active, slots },
          version: version('v2'),
          configuration,
          groups: groups(),
        });
        const ids = plan.steps.map(({ id }) => id);
        expect(plan.slot).to.equal(active);
        expect(
          plan.steps.every(
            ({ sentence, undo, withoutUndo }) =>
              sentence.endsWith('.') && (undo?.sentence ?? withoutUndo ?? '').endsWith('.'),
          ),
        ).to.equal(true);
        expect(ids.indexOf('instances')).to.be.lessThan(ids.indexOf('pointer'));
        expect(ids.at(-1)).to.equal('settle');
        expect(ids.includes('instances-health')).to.equal(balanced);
      }),
    );
  });
});

describe('planReturn', () => {
  const begun = (ids: readonly string[], previous: boolean) => {
    const current = previous
      ? { active: 'blue' as const, slots: { blue: pointer('v1', 1), green: null } }
      : undefined;
    const record = openRecord(
      planDeployment({
        environment: loadBalanced,
        current,
        version: version('v2'),
        configuration,
        groups: groups(),
      }),
      opening,
    );
    const steps = record.steps.map((step): DeploymentStep =>
      ids.includes(step.id) ? { ...step, status: 'Done' } : step,
    );
    return planReturn({ ...record, steps }).map(({ id }) => id);
  };

  it('has nothing to do before anything has begun', () => {
    expect(begun([], true)).to.deep.equal([]);
  });

  it('brings instances back when only they were touched', () => {
    expect(begun(['instances'], true)).to.deep.equal(['return-instances']);
  });

  it('moves the pointer back first, so that booting instances start the right version', () => {
    expect(begun(['instances', 'instances-health', 'pointer'], true)).to.deep.equal([
      'return-pointer',
      'return-instances',
    ]);
  });

  it('has no version to send after a first deployment', () => {
    expect(begun(['instances', 'instances-health', 'pointer'], false)).to.deep.equal(['return-pointer']);
  });
});
