import type {
  CreateTargetGroupCommandInput,
  ModifyTargetGroupCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { unsupported, validation } from './errors.ts';
import type { HealthCheck } from './state.ts';

/** What a target group may be. */

export const defaultHealthCheck: HealthCheck = {
  path: '/',
  port: 'traffic-port',
  intervalSeconds: 30,
  timeoutSeconds: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: '200',
};

/** Refuses what no part of the data plane would act on. */
export function refuseUnbacked(
  input: Partial<CreateTargetGroupCommandInput & ModifyTargetGroupCommandInput>,
): void {
  const only: [string, string | boolean | number | undefined, string | boolean][] = [
    ['Protocol', input.Protocol, 'HTTP'],
    ['ProtocolVersion', input.ProtocolVersion, 'HTTP1'],
    ['TargetType', input.TargetType, 'instance'],
    ['HealthCheckProtocol', input.HealthCheckProtocol, 'HTTP'],
    ['HealthCheckEnabled', input.HealthCheckEnabled, true],
    ['IpAddressType', input.IpAddressType, 'ipv4'],
    ['Matcher.GrpcCode', input.Matcher?.GrpcCode, ''],
    ['TargetControlPort', input.TargetControlPort, ''],
  ];
  for (const [member, value, allowed] of only) {
    if (value !== undefined && value !== allowed) throw unsupported(`${member} ${value}`);
  }
}

/** The health check after a change; throws AWS's refusal. */
export function checkHealthCheck(
  input: Partial<CreateTargetGroupCommandInput & ModifyTargetGroupCommandInput>,
  current: HealthCheck,
): HealthCheck {
  const next: HealthCheck = {
    path: input.HealthCheckPath ?? current.path,
    port: input.HealthCheckPort ?? current.port,
    intervalSeconds: input.HealthCheckIntervalSeconds ?? current.intervalSeconds,
    timeoutSeconds: input.HealthCheckTimeoutSeconds ?? current.timeoutSeconds,
    healthyThreshold: input.HealthyThresholdCount ?? current.healthyThreshold,
    unhealthyThreshold: input.UnhealthyThresholdCount ?? current.unhealthyThreshold,
    matcher: input.Matcher?.HttpCode ?? current.matcher,
  };
  inRange('Health check interval', next.intervalSeconds, 5, 300);
  inRange('Health check timeout', next.timeoutSeconds, 2, 120);
  inRange('Healthy threshold count', next.healthyThreshold, 2, 10);
  inRange('Unhealthy threshold count', next.unhealthyThreshold, 2, 10);
  if (next.timeoutSeconds >= next.intervalSeconds)
    throw validation('Health check interval must be greater than the timeout.');
  if (!/^\/[\x21-\x7e]{0,1023}$/.test(next.path))
    throw validation(
      `Health check path '${next.path}' must start with '/' and be at most 1024 printable characters`,
    );
  if (next.port !== 'traffic-port')
    inRange('Health check port', /^\d+$/.test(next.port) ? Number(next.port) : 0, 1, 65_535);
  checkMatcher(next.matcher);
  return next;
}

function inRange(what: string, value: number, low: number, high: number): void {
  if (value < low || value > high) throw validation(`${what} '${value}' must be between ${low} and ${high}`);
}

function checkMatcher(matcher: string): void {
  const codes = matcher.split(/[,-]/).map(Number);
  const wellFormed = /^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$/.test(matcher);
  if (!wellFormed || codes.some((code) => code < 200 || code > 499)) {
    throw validation(`Health check matcher HTTP code '${matcher}' must be within '200-499' inclusive`);
  }
}
