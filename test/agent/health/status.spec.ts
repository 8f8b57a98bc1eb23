import { expect } from 'chai';
import { healthStatus, type HealthFacts } from '../../../agent/health/status.ts';
import { isDue } from '../../../agent/health/reporter.ts';
import type { HealthReport } from '../../../model/schemas.ts';

const fine: HealthFacts = {
  isBooted: true,
  deploying: undefined,
  versionLabel: 'v1',
  missing: [],
  crashes: 0,
  checks: [undefined, undefined],
  problems: [],
};

describe('health', () => {
  for (const { title, facts, status, cause } of [
    { title: 'all is well', facts: {}, status: 'Ok', cause: undefined },
    {
      title: 'the instance starts',
      facts: { isBooted: false, checks: [] },
      status: 'Pending',
      cause: 'is starting',
    },
    {
      title: 'a version is being deployed',
      facts: { deploying: 'v2' },
      status: 'Info',
      cause: 'v2 is being deployed',
    },
    {
      title: 'the first version is being deployed at boot',
      facts: { isBooted: false, deploying: 'v2' },
      status: 'Pending',
      cause: 'v2',
    },
    {
      title: 'one check fails',
      facts: { checks: [undefined, 'answered 500'] },
      status: 'Warning',
      cause: 'since 1 checks: answered 500',
    },
    {
      title: 'three checks fail',
      facts: { checks: [undefined, 'a', 'b', 'c'] },
      status: 'Severe',
      cause: 'since 3 checks: c',
    },
    {
      title: 'checks pass again',
      facts: { checks: ['a', 'b', 'c', undefined] },
      status: 'Ok',
      cause: undefined,
    },
    {
      title: 'a process does not run',
      facts: { missing: ['web'] },
      status: 'Severe',
      cause: 'Not running: web',
    },
    { title: 'a process crashed', facts: { crashes: 2 }, status: 'Degraded', cause: 'crashed 2 times' },
    {
      title: 'logs cannot be sent',
      facts: { problems: [{ severity: 'Warning' as const, cause: 'Logs cannot be sent' }] },
      status: 'Warning',
      cause: 'Logs',
    },
  ] as const)
    it(`is ${status} when ${title}`, () => {
      const health = healthStatus({ ...fine, ...facts });
      expect(health.status).to.equal(status);
      if (cause === undefined) expect(health.causes).to.deep.equal([]);
      else expect(health.causes.join(' ')).to.include(cause);
    });

  it('tells all causes, the worst decides', () => {
    const health = healthStatus({ ...fine, deploying: 'v2', missing: ['web'], crashes: 1 });
    expect([health.status, health.causes.length]).to.deep.equal(['Severe', 3]);
  });
});

describe('a health report', () => {
  const at = Date.parse('2026-01-01T00:00:00Z');
  const report: HealthReport = {
    instanceId: 'i-1',
    availabilityZone: 'a',
    privateIp: '10.0.0.5',
    status: 'Warning',
    causes: ['fails since 1 checks'],
    versionLabel: 'v1',
    deployment: 1,
    launchedAt: '2026-01-01T00:00:00Z',
    reportedAt: '2026-01-01T00:00:00Z',
  };

  it('is written once a minute', () => {
    expect(isDue(report, undefined, at)).to.equal(true);
    expect(isDue(report, report, at + 59_999)).to.equal(false);
    expect(isDue(report, report, at + 60_000)).to.equal(true);
  });

  it('is written on change, but not when only a number in a cause moves', () => {
    expect(isDue({ ...report, status: 'Severe' }, report, at)).to.equal(true);
    expect(isDue({ ...report, versionLabel: 'v2' }, report, at)).to.equal(true);
    expect(isDue({ ...report, causes: ['another'] }, report, at)).to.equal(true);
    expect(isDue({ ...report, causes: ['fails since 2 checks'] }, report, at)).to.equal(false);
  });
});
