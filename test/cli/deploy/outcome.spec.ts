import { expect } from 'chai';
import { whatRunsNow } from '../../../cli/deploy/outcome.ts';
import { openRecord, pendingStep, planDeployment, planReturn } from '../../../cli/deploy/plan.ts';
import { balanced, configuration, group, groups, name, pointer, version } from '../support/fixtures.ts';

describe('what runs after a deployment that could not be taken back', () => {
  it('names the additional instances that are left, and what takes them away', () => {
    const plan = planDeployment({
      environment: balanced(),
      current: { active: 'blue', slots: { blue: pointer('v1', 1), green: null } },
      version: version('v2'),
      configuration,
      groups: { ...groups(), blue: group(['i-1', 'i-2']) },
      policy: 'RollingWithAdditionalBatch',
    });
    const opening = { number: 2, fencingToken: 7, startedBy: 'ann', startedAt: '2026-05-01T12:00:00.000Z' };
    const record = openRecord(plan, opening);
    const begun = { ...record, steps: record.steps.map((step) => ({ ...step, status: 'Done' as const })) };
    const steps = [...begun.steps, ...planReturn(begun).map(pendingStep)];
    expect(whatRunsNow(name, { ...begun, steps, status: 'RollbackFailed' })).to.deep.equal([
      'dev/web is not fully back at v1.',
      'It keeps its additional instances; beanpole scale dev/web --instances 2 takes them away.',
    ]);
  });
});
