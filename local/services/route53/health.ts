import type { HealthCheckConfig, HealthCheckType } from '@aws-sdk/client-route-53';

/** When a health check is healthy, as pure functions. */

/** What one health checker thinks of what it looks at. */
export interface Opinion {
  readonly healthy: boolean;
  /** Results in a row that say the opposite. */
  readonly contrary: number;
  readonly last: Report;
  readonly lastFailure?: Report;
}

export interface Report {
  /** `Success: HTTP Status Code 200, OK`. */
  readonly status: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What came of one look; undefined: nothing that could change an opinion. */
export interface Finding {
  readonly healthy: boolean | undefined;
  readonly status: string;
}

/** An opinion after one more look: it turns when the threshold's number of looks in a row contradict it. */
export function afterLook(
  before: Opinion | undefined,
  { healthy: found, status }: Finding,
  threshold: number,
  at: number,
): Opinion {
  const healthy = before?.healthy ?? true;
  const contrary = found === undefined || found === healthy ? 0 : (before?.contrary ?? 0) + 1;
  const turns = contrary >= threshold;
  const last = { status, at };
  const lastFailure = found === false ? last : before?.lastFailure;
  return {
    healthy: turns ? !healthy : healthy,
    contrary: turns ? 0 : contrary,
    last,
    ...(lastFailure && { lastFailure }),
  };
}

/** What is known of all health checks. */
export interface Known {
  configOf(id: string): HealthCheckConfig | undefined;
  opinionsOf(id: string): readonly Opinion[];
}

/** More than this share of the health checkers makes an endpoint healthy. */
const healthyShare = 0.18;

/**
 * The state of a health check. A new one is healthy until something else is found, a disabled one always;
 * both the other way round when it is inverted. One that was deleted no longer keeps a record back.
 */
export function isHealthy(id: string, known: Known, parents: readonly string[] = []): boolean {
  const config = known.configOf(id);
  if (!config || parents.includes(id)) return true;
  const healthy = config.Disabled === true || isFoundHealthy(id, config, known, [...parents, id]);
  return healthy !== (config.Inverted ?? false);
}

function isFoundHealthy(
  id: string,
  config: HealthCheckConfig,
  known: Known,
  parents: readonly string[],
): boolean {
  if (config.Type === 'CALCULATED') {
    const children = config.ChildHealthChecks ?? [];
    const healthy = children.filter((child) => isHealthy(child, known, parents)).length;
    return healthy >= (config.HealthThreshold ?? 0);
  }
  const opinions = known.opinionsOf(id);
  const healthy = opinions.filter((one) => one.healthy).length;
  return opinions.length === 0 || healthy > opinions.length * healthyShare;
}

/** Whether a health check sends requests to an endpoint of its own. */
export const isEndpointCheck = (type: HealthCheckType | undefined): boolean =>
  type === 'TCP' || type?.startsWith('HTTP') === true;
