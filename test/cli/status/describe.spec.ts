import { expect } from 'chai';
import type { DeploymentRecord, HealthReport } from '../../../model/schemas.ts';
import { openRecord, planDeployment } from '../../../cli/deploy/plan.ts';
import { describe as describeEnvironment } from '../../../cli/status/describe.ts';
import type { Observation } from '../../../cli/status/observe.ts';
import { configuration, environment, groups, pointer, version } from '../support/fixtures.ts';

const now = Date.UTC(2026, 4, 1, 12);
const current = { active: 'blue' as const, slots: { blue: pointer('v1', 1), green: null } };

const report = (changes: Partial<HealthReport> = {}): HealthReport => ({
  instanceId: 'i-1',
  availabilityZone: 'eu-central-1a',
  privateIp: '10.0.0.1',
  status: 'Ok',
  causes: [],
  versionLabel: 'v1',
  deployment: 1,
  launchedAt: '2026-05-01T11:00:00.000Z',
  reportedAt: new Date(now - 10_000).toISOString(),
  ...changes,
});

const instance = (
  changes: Partial<Observation['instances'][number]> = {},
): Observation['instances'][number] => ({
  id: 'i-1',
  zone: 'eu-central-1a',
  state: 'InService',
  launchTemplateVersion: '1',
  report: report(),
  ...changes,
});

const status = (changes: Partial<Observation>) =>
  describeEnvironment(
    {
      environment: environment(),
      current,
      lock: undefined,
      record: undefined,
      desired: 1,
      instances: [instance()],
      ...changes,
    },
    now,
  );

const interrupted = (changes: Partial<DeploymentRecord> = {}): DeploymentRecord => {
  const plan = planDeployment({
    environment: environment(),
    current,
    version: version('v2'),
    configuration,
    groups: groups(),
  });
  const record = openRecord(plan, {
    number: 3,
    fencingToken: 1,
    startedBy: 'ann',
    startedAt: '2026-05-01T11:59:00.000Z',
  });
  const [first, ...rest] = record.steps;
  return { ...record, steps: first ? [{ ...first, status: 'InProgress' }, ...rest] : [], ...changes };
};

describe('the status of an environment', () => {
  it('is as bad as its worst instance', () => {
    const sick = instance({
      id: 'i-2',
      report: report({ status: 'Severe', causes: ['no process answers'] }),
    });
    expect(status({ instances: [instance(), sick] }).health).to.equal('Severe');
  });

  it('does not trust an old report', () => {
    const old = instance({ report: report({ reportedAt: new Date(now - 10 * 60_000).toISOString() }) });
    expect(status({ instances: [old] }).instances[0]).to.deep.include({
      status: 'Unknown',
      causes: ['last reported 10 min ago'],
    });
  });

  it('is pending while its first instance boots', () => {
    const booting = instance({ state: 'Booting', report: undefined });
    expect(status({ instances: [booting] })).to.include({ health: 'Pending' });
    expect(status({ instances: [] }).health).to.equal('Pending');
  });

  it('leaves out what is being terminated', () => {
    expect(
      status({ instances: [instance(), instance({ id: 'i-2', state: 'Leaving' })] }).instances,
    ).to.have.length(1);
  });

  it('shows a pending infrastructure change', () => {
    const { infrastructureChangePending, notes } = status({
      instances: [instance({ launchTemplateVersion: '0' })],
    });
    expect(infrastructureChangePending).to.equal(true);
    expect(notes).to.deep.equal([
      'An infrastructure change is pending: it takes new instances, which the next deployment launches; next: beanpole deploy dev/web',
    ]);
  });

  it('explains who holds the lock', () => {
    const lock = {
      holder: 'bob',
      reason: 'deployment 3 of v2',
      fencingToken: 1,
      deployment: 3,
      acquiredAt: '2026-05-01T11:59:50.000Z',
      expiresAt: '2026-05-01T12:00:05.000Z',
    };
    const held = status({ lock, record: interrupted() });
    expect(held.notes).to.deep.equal([
      'Locked by bob since 2026-05-01T11:59:50.000Z: deployment 3 of v2; the lock frees itself in 5.0 s unless it is renewed.',
    ]);
    expect(held.lock).to.include({ holder: 'bob' });
  });

  it('explains an interrupted deployment once its lease has run out', () => {
    expect(status({ record: interrupted() }).notes[0]).to.equal(
      'Deployment 3 of v2 by ann was interrupted at step "instances" (Send v2 to every running instance of dev/web (slot blue) at the same time, and wait for the result of each); ' +
        'next: beanpole resume dev/web continues it, beanpole abort dev/web undoes it.',
    );
  });

  it('explains that an interrupted way back goes on', () => {
    expect(status({ record: interrupted({ reason: 'i-1: web exited' }) }).notes[0]).to.contain(
      'goes on undoing it',
    );
  });

  it('keeps saying that a rollback failed', () => {
    expect(
      status({ record: interrupted({ status: 'RollbackFailed', reason: 'i-1 did not answer' }) }).notes[0],
    ).to.contain(
      'Deployment 3 of v2 failed and was not fully rolled back: i-1 did not answer; next: beanpole deploy dev/web',
    );
  });
});
