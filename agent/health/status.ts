import type { HealthReport } from '../../model/schemas.ts';

export interface HealthFacts {
  readonly isBooted: boolean;
  /** Version being deployed now. */
  readonly deploying: string | undefined;
  /** Null: only the placeholder serves. */
  readonly versionLabel: string | null;
  /** Process types that should run and do not. */
  readonly missing: readonly string[];
  /** Crashes in the last minute. */
  readonly crashes: number;
  /** The last health checks, newest last; a text says what was wrong. */
  readonly checks: readonly (string | undefined)[];
  /** Standing problems of the agent itself: AWS unreachable, nginx down, the last boot's failure. */
  readonly problems: readonly {
    readonly severity: 'Warning' | 'Degraded' | 'Severe';
    readonly cause: string;
  }[];
}

export type HealthStatus = HealthReport['status'];
export interface Health {
  readonly status: HealthStatus;
  readonly causes: readonly string[];
}

/** Failing checks in a row that make an instance Severe; fewer are a Warning. */
export const severeAfterChecks = 3;

const order: readonly HealthStatus[] = ['Ok', 'Info', 'Pending', 'Unknown', 'Warning', 'Degraded', 'Severe'];

/** Elastic Beanstalk's words for how an instance is; the worst finding decides, all causes are told. */
export function healthStatus(facts: HealthFacts): Health {
  const findings = [
    ...bootFindings(facts),
    ...processFindings(facts),
    ...checkFindings(facts),
    ...facts.problems.map(({ severity, cause }) => ({ status: severity, cause })),
  ];
  const worst = findings.reduce((rank, { status }) => Math.max(rank, order.indexOf(status)), 0);
  return { status: order[worst] ?? 'Unknown', causes: findings.map(({ cause }) => cause) };
}

interface Finding {
  readonly status: HealthStatus;
  readonly cause: string;
}

function bootFindings({ isBooted, deploying }: HealthFacts): Finding[] {
  if (deploying !== undefined)
    return [{ status: isBooted ? 'Info' : 'Pending', cause: `${deploying} is being deployed.` }];
  return isBooted ? [] : [{ status: 'Pending', cause: 'The instance is starting.' }];
}

function processFindings({ missing, crashes, isBooted }: HealthFacts): Finding[] {
  const findings: Finding[] = [];
  // An instance that is starting has not got that far yet.
  if (missing.length > 0)
    findings.push({
      status: isBooted ? 'Severe' : 'Pending',
      cause: `Not running${isBooted ? '' : ' yet'}: ${missing.join(', ')}.`,
    });
  if (crashes > 0)
    findings.push({ status: 'Degraded', cause: `Processes crashed ${crashes} times in the last minute.` });
  return findings;
}

function checkFindings({ checks, isBooted }: HealthFacts): Finding[] {
  if (!isBooted) return [];
  const failing = checks.length - 1 - checks.findLastIndex((check) => check === undefined);
  const last = checks.at(-1);
  if (last === undefined) return [];
  return [
    {
      status: failing >= severeAfterChecks ? 'Severe' : 'Warning',
      cause: `The health check fails since ${failing} checks: ${last}.`,
    },
  ];
}
