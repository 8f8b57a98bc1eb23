/** Where the instance's health is looked for, and what is told of it. */
import type { S3Client } from '@aws-sdk/client-s3';
import type { Slot } from '../model/names.ts';
import type { HealthReport } from '../model/schemas.ts';
import type { Clock } from './clock.ts';
import type { Deployer } from './deploy/deployer.ts';
import { probe, type ProbeAnswer } from './health/probe.ts';
import { HealthReporter } from './health/reporter.ts';
import type { Health, HealthFacts } from './health/status.ts';
import { HealthWatch } from './health/watch.ts';
import type { Facts, Instance } from './instance.ts';
import type { AgentLog } from './logs/agent-log.ts';
import type { Problems } from './problems.ts';
import type { AgentState } from './state.ts';

export interface ObservationParts {
  readonly clock: Clock;
  readonly s3: S3Client;
  readonly log: AgentLog;
  readonly facts: () => Facts;
  readonly state: () => AgentState;
  readonly slot: Slot;
  /** Digest of the agent's own file. */
  readonly agent: string;
  readonly instance: Pick<Instance, 'live'>;
  readonly deployer: Pick<Deployer, 'current'>;
  readonly nginx: { readonly isRunning: boolean };
  readonly problems: Problems;
  readonly queueProblem: () => string | undefined;
  readonly isBooted: () => boolean;
}

export const checkTimeoutMilliseconds = 5000;
const webPort = 80;
const minute = 60_000;

export function healthWatch(parts: ObservationParts): HealthWatch {
  const { clock, s3, log, problems } = parts;
  const { identity, descriptor } = parts.facts();
  const { instanceId } = identity;
  const reporter = new HealthReporter({ s3, clock, bucket: descriptor.bucket, name: descriptor, instanceId });
  return new HealthWatch({
    clock,
    check: () => check(parts),
    facts: () => healthFacts(parts),
    describe: (health) => describe(parts, health),
    report: async (report) => {
      const problem = await reporter.report(report);
      const cause = `The health report cannot be written: ${problem ?? ''}`;
      problems.set('health report', problem === undefined ? undefined : { severity: 'Warning', cause });
    },
    onChange: ({ status, causes }) => {
      const severity = ['Ok', 'Info', 'Pending'].includes(status) ? 'INFO' : 'WARN';
      log.event(severity, [`Health is ${status}.`, ...causes].join(' '));
    },
  });
}

/** Through nginx where there is one: that is the way of the requests. */
function check({ facts, instance, isBooted }: ObservationParts): Promise<ProbeAnswer> | undefined {
  const { tier, healthCheckPath } = facts().descriptor;
  const port = tier === 'WebServer' ? webPort : instance.live?.release.port;
  if (!isBooted() || port === undefined) return undefined;
  return probe(port, healthCheckPath, checkTimeoutMilliseconds);
}

function healthFacts(parts: ObservationParts): Omit<HealthFacts, 'checks'> {
  const { live } = parts.instance;
  const queueProblem = parts.queueProblem();
  const lacksNginx = parts.facts().descriptor.tier === 'WebServer' && !parts.nginx.isRunning;
  return {
    isBooted: parts.isBooted(),
    deploying: parts.deployer.current?.versionLabel,
    versionLabel: live?.release.versionLabel ?? null,
    missing: [...(live?.missing ?? []), ...(lacksNginx ? ['nginx'] : [])],
    crashes: live?.crashesSince(parts.clock.now() - minute) ?? 0,
    problems: [
      ...parts.problems.all,
      ...(queueProblem === undefined ? [] : [{ severity: 'Degraded' as const, cause: queueProblem }]),
    ],
  };
}

function describe(parts: ObservationParts, { status, causes }: Health): HealthReport {
  const { live, fencing, launchedAt } = parts.state();
  return {
    ...parts.facts().identity,
    status,
    causes: [...causes],
    versionLabel: live?.versionLabel ?? null,
    deployment: live?.deployment ?? fencing.deployment,
    slot: parts.slot,
    agent: parts.agent,
    launchedAt,
    reportedAt: new Date(parts.clock.now()).toISOString(),
  };
}
