import type { TargetHealth, TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ServerStatus } from './haproxy/runtime.ts';
import type { HealthCheck, StoredTarget } from './state.ts';

/** What target health means, as pure functions. */

/**
 * Whether a new target is decided: one success makes it healthy; without one it is unhealthy after as
 * many intervals as the threshold says. Until then it waits.
 */
export function decide(
  { since }: StoredTarget,
  { intervalSeconds, unhealthyThreshold }: HealthCheck,
  status: ServerStatus | undefined,
  now: number,
): 'healthy' | 'unhealthy' | 'waits' {
  if (status?.check.endsWith('OK')) return 'healthy';
  return now - since >= intervalSeconds * unhealthyThreshold * 1000 ? 'unhealthy' : 'waits';
}

/** A registered target's health as AWS reports it. */
export function describeHealth(
  target: StoredTarget,
  inUse: boolean,
  status: ServerStatus | undefined,
): TargetHealth {
  if (target.phase === 'draining') {
    return reason('draining', 'Target.DeregistrationInProgress', 'Target deregistration is in progress');
  }
  if (target.stopped) return reason('unused', 'Target.InvalidState', 'Target is in the stopped state');
  if (!inUse) {
    return reason(
      'unused',
      'Target.NotInUse',
      'Target group is not configured to receive traffic from the load balancer',
    );
  }
  if (target.phase === 'probing') {
    return reason('initial', 'Elb.InitialHealthChecking', 'Initial health checks in progress');
  }
  if (!status) return reason('initial', 'Elb.RegistrationInProgress', 'Target registration is in progress');
  return status.up ? { State: 'healthy' } : unhealthy(status);
}

function unhealthy({ check, code }: ServerStatus): TargetHealth {
  if (check === 'L7STS') {
    return reason(
      'unhealthy',
      'Target.ResponseCodeMismatch',
      `Health checks failed with these codes: [${code}]`,
    );
  }
  if (check.endsWith('TOUT')) return reason('unhealthy', 'Target.Timeout', 'Request timed out');
  return reason('unhealthy', 'Target.FailedHealthChecks', 'Health checks failed');
}

const reason = (
  State: NonNullable<TargetHealth['State']>,
  Reason: NonNullable<TargetHealth['Reason']>,
  Description: string,
): TargetHealth => ({ State, Reason, Description });

export const notRegistered = (id: string, port: number): TargetHealthDescription => ({
  Target: { Id: id, Port: port },
  TargetHealth: reason('unused', 'Target.NotRegistered', 'Target is not registered to the target group'),
});
