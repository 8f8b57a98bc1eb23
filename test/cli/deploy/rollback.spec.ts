import { expect } from 'chai';
import { openRecord, planDeployment } from '../../../cli/deploy/plan.ts';
import { rollbackTarget } from '../../../cli/deploy/rollback.ts';
import type { DeploymentRecord } from '../../../model/schemas.ts';
import { configuration, environment, groups, pointer, version } from '../support/fixtures.ts';

/** Deployment `number` of a version, after another one. */
function record(
  number: number,
  label: string,
  before: string | null,
  changes: Partial<DeploymentRecord> = {},
): DeploymentRecord {
  const previous = before === null ? null : pointer(before, number - 1);
  const current = { active: 'blue' as const, slots: { blue: previous, green: null } };
  const plan = planDeployment({
    environment: environment(),
    current,
    version: version(label),
    configuration,
    groups: groups(),
  });
  const opening = { number, fencingToken: 1, startedBy: 'ann', startedAt: '2026-05-01T12:00:00.000Z' };
  return { ...openRecord(plan, opening), status: 'Succeeded', ...changes };
}
const target = (records: readonly DeploymentRecord[], to?: string) =>
  rollbackTarget(environment(), records, to);

describe('a rollback', () => {
  it('goes to what ran before, with the configuration that it had', () => {
    const { pointer: back, rollbackOf } = target([record(2, 'v2', 'v1'), record(1, 'v1', null)]);
    expect(back).to.deep.equal(pointer('v1', 1));
    expect(rollbackOf).to.equal(2);
  });

  it('does not count deployments that failed', () => {
    const records = [record(3, 'v3', 'v2', { status: 'RolledBack' }), record(2, 'v2', 'v1')];
    expect(target(records).rollbackOf).to.equal(2);
  });

  it('does not count restarts', () => {
    const records = [record(3, 'v2', 'v2'), record(2, 'v2', 'v1'), record(1, 'v1', null)];
    expect(target(records).pointer.versionLabel).to.equal('v1');
  });

  it('is not itself rolled back by a second one', () => {
    const records = [record(3, 'v1', 'v2', { rollbackOf: 2 }), record(2, 'v2', 'v1')];
    expect(() => target(records)).to.throw(
      'dev/web is rolled back already: deployment 3 took back deployment 2, and v1 runs.',
    );
  });

  it('goes further back when a version is named', () => {
    const records = [record(3, 'v3', 'v2'), record(2, 'v2', 'v1'), record(1, 'v1', null)];
    expect(target(records, 'v1').pointer.versionLabel).to.equal('v1');
  });

  for (const [what, records, to, message] of [
    ['nothing has succeeded', [], undefined, 'no deployment to dev/web has succeeded'],
    ['there is nothing before', [record(1, 'v1', null)], undefined, 'v1 is the first version of dev/web'],
    [
      'a deployment is under way',
      [record(2, 'v2', 'v1', { status: 'InProgress' })],
      undefined,
      'Deployment 2 of v2 to dev/web has not ended yet',
    ],
    ['the version runs already', [record(2, 'v2', 'v1')], 'v2', 'dev/web runs v2 already'],
    ['the version never ran there', [record(2, 'v2', 'v1')], 'v9', 'v9 has never run on dev/web'],
  ] as const)
    it(`says so when ${what}`, () => {
      expect(() => target(records, to)).to.throw(message);
    });
});
