import type { DescribeAlarmsCommandOutput } from '@aws-sdk/client-cloudwatch';
import type { HealthCheckConfig } from '@aws-sdk/client-route-53';
import { ask, type Parts } from '../parts.ts';
import { checkerRegions } from './health-check-rules.ts';
import { afterLook, isEndpointCheck, type Finding } from './health.ts';
import type { DnsState } from './state.ts';

/** Looks at what health checks watch, from each of their regions, and keeps what is thought of it. */
export interface HealthCheckers {
  /** Begins to look, or goes on with new settings. */
  watch(id: string): void;
  forget(id: string): void;
  start(): void;
  stop(): void;
}

/** Sends one request to an endpoint. Never rejects. */
export type Probe = (config: HealthCheckConfig) => Promise<Finding>;

/** How often the state of an alarm is looked at; AWS says nothing of it. */
const alarmSeconds = 10;

/**
 * The checkers of one health check do not wait for each other: they start spread over an interval, and each
 * begins its next look an interval after the answer to the last.
 */
export function healthCheckers(parts: Parts, state: DnsState, probe: Probe): HealthCheckers {
  const watches = new Map<string, { readonly cancels: Map<string, () => void> }>();

  function watch(id: string): void {
    end(id);
    const config = state.healthChecks.get(id)?.config;
    if (!config || config.Type === 'CALCULATED') return;
    const regions = regionsOf(config);
    keepOnly(id, regions);
    watches.set(id, { cancels: new Map() });
    const interval = intervalOf(config);
    for (const [index, region] of regions.entries())
      lookAfter(id, region, ((index + 1) * interval) / regions.length);
  }

  /** A checker that no longer looks has no say. */
  function keepOnly(id: string, regions: readonly string[]): void {
    const opinions = Object.entries(state.opinions.get(id) ?? {});
    state.opinions.set(id, Object.fromEntries(opinions.filter(([region]) => regions.includes(region))));
  }

  function lookAfter(id: string, region: string, delay: number): void {
    const current = watches.get(id);
    const cancel = parts.clock.after(delay, () => {
      void look(id, region).then((config) => {
        if (config && watches.get(id) === current) lookAfter(id, region, intervalOf(config));
      });
    });
    current?.cancels.set(region, cancel);
  }

  /** One look; answers the settings, as long as there is the health check. */
  async function look(id: string, region: string): Promise<HealthCheckConfig | undefined> {
    const config = state.healthChecks.get(id)?.config;
    if (!config || config.Disabled) return config;
    const current = watches.get(id);
    const finding = await (isEndpointCheck(config.Type) ? probe(config) : lookAtAlarm(config));
    if (watches.get(id) !== current) return undefined;
    const opinions = state.opinions.get(id) ?? {};
    // An alarm has waited long enough before it went off.
    const threshold = isEndpointCheck(config.Type) ? (config.FailureThreshold ?? 3) : 1;
    const opinion = afterLook(opinions[region], finding, threshold, parts.clock.now());
    state.opinions.set(id, { ...opinions, [region]: opinion });
    return config;
  }

  async function lookAtAlarm(config: HealthCheckConfig): Promise<Finding> {
    const { MetricAlarms = [], CompositeAlarms = [] } = await ask<DescribeAlarmsCommandOutput>(
      parts,
      'monitoring',
      'DescribeAlarms',
      { AlarmNames: [config.AlarmIdentifier?.Name], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] },
    ).catch(() => ({ MetricAlarms: [], CompositeAlarms: [] }));
    return findingOf([...MetricAlarms, ...CompositeAlarms][0]?.StateValue, config);
  }

  function end(id: string): void {
    for (const cancel of watches.get(id)?.cancels.values() ?? []) cancel();
    watches.delete(id);
  }

  return {
    watch,
    forget(id) {
      end(id);
      state.opinions.delete(id);
    },
    start() {
      for (const { id } of [...state.healthChecks.values()]) watch(id);
    },
    stop() {
      for (const id of [...watches.keys()]) end(id);
    },
  };
}

function regionsOf(config: HealthCheckConfig): readonly string[] {
  if (!isEndpointCheck(config.Type)) return [config.AlarmIdentifier?.Region ?? ''];
  return config.Regions && config.Regions.length > 0 ? config.Regions : checkerRegions;
}

const intervalOf = (config: HealthCheckConfig): number => (config.RequestInterval ?? alarmSeconds) * 1000;

/** An alarm that knows too little leaves things as they are, unless the health check says otherwise. */
function findingOf(
  alarm: string | undefined,
  { InsufficientDataHealthStatus: otherwise = 'LastKnownStatus' }: HealthCheckConfig,
): Finding {
  if (alarm === 'OK') return { healthy: true, status: 'Success: The alarm is in the OK state.' };
  if (alarm === 'ALARM') return { healthy: false, status: 'Failure: The alarm is in the ALARM state.' };
  const healthy = otherwise === 'LastKnownStatus' ? undefined : otherwise === 'Healthy';
  return { healthy, status: `The alarm has insufficient data; ${otherwise} applies.` };
}
