import type { Dimension, MetricDatum } from '@aws-sdk/client-cloudwatch';
import { every } from '../../clock.ts';
import { ask, type Parts } from '../parts.ts';
import { backendName, groupsUsedBy, serverName } from './balancer-model.ts';
import type { BalancerPlane } from './haproxy/plane.ts';
import { describeHealth } from './health.ts';
import { countRequests, type RequestCounts } from './metrics.ts';
import type { ElbState, StoredLoadBalancer } from './state.ts';

/** Writes each load balancer's metrics to CloudWatch, at high resolution. */
export interface Reporting {
  onRequest(hostId: string, line: string): void;
  /** As of the last look: every target group has a healthy target. One without targets is not healthy. */
  isHealthy(loadBalancerArn: string): boolean;
  start(): void;
  stop(): void;
}

const step = 10_000;
const dataPerCall = 1000;

export function reporting(parts: Parts, state: ElbState, plane: () => BalancerPlane): Reporting {
  const counts = new Map<string, RequestCounts>();
  let stop: (() => void) | undefined;
  /** By load balancer: whether each of its target groups had a healthy target. */
  const health = new Map<string, boolean>();

  const byHost = (hostId: string): StoredLoadBalancer | undefined =>
    [...state.loadBalancers.values()].find((one) => one.hostId === hostId);

  function countsOf(hostId: string): RequestCounts | undefined {
    const loadBalancer = byHost(hostId);
    if (!loadBalancer) return undefined;
    const found =
      counts.get(hostId) ?? countRequests(dimension('LoadBalancer', loadBalancer.arn), groupDimension);
    counts.set(hostId, found);
    return found;
  }

  const groupDimension = (backend: string) => {
    const group = [...state.targetGroups.values()].find((one) => backendName(one) === backend);
    return group && dimension('TargetGroup', group.arn);
  };

  async function report(at: number): Promise<void> {
    // What was counted belongs to the time in which it was counted.
    const since = new Date(at - step);
    for (const hostId of counts.keys()) if (!byHost(hostId)) counts.delete(hostId);
    for (const arn of health.keys()) if (!state.loadBalancers.has(arn)) health.delete(arn);
    for (const loadBalancer of [...state.loadBalancers.values()]) {
      const hosts = await hostCounts(loadBalancer, since);
      const healthyCounts = hosts.filter(({ MetricName }) => MetricName === 'HealthyHostCount');
      health.set(
        loadBalancer.arn,
        healthyCounts.every(({ Value = 0 }) => Value > 0),
      );
      const healthy = (group: Dimension) =>
        healthyCounts.find(({ Dimensions }) => Dimensions?.[0]?.Value === group.Value)?.Value ?? 0;
      const data = [...(counts.get(loadBalancer.hostId)?.take(since, healthy) ?? []), ...hosts].map(
        (datum) => ({ ...datum, StorageResolution: 1 }),
      );
      for (let start = 0; start < data.length; start += dataPerCall) {
        const MetricData = data.slice(start, start + dataPerCall);
        await ask(parts, 'monitoring', 'PutMetricData', { Namespace: 'AWS/ApplicationELB', MetricData });
      }
    }
  }

  async function hostCounts(loadBalancer: StoredLoadBalancer, now: Date): Promise<MetricDatum[]> {
    const status = await plane()
      .status(loadBalancer.hostId)
      .catch(() => undefined);
    return groupsUsedBy(loadBalancer.arn, state).flatMap((group) => {
      const states = group.targets.map(
        (target) =>
          describeHealth(target, true, status?.get(`${backendName(group)}/${serverName(target)}`)).State,
      );
      const Dimensions = [dimension('TargetGroup', group.arn), dimension('LoadBalancer', loadBalancer.arn)];
      return (['healthy', 'unhealthy'] as const).map((wanted) => ({
        MetricName: wanted === 'healthy' ? 'HealthyHostCount' : 'UnHealthyHostCount',
        Dimensions,
        Timestamp: now,
        Value: states.filter((one) => one === wanted).length,
        Unit: 'Count' as const,
      }));
    });
  }

  return {
    onRequest(hostId, line) {
      countsOf(hostId)?.add(line);
    },
    isHealthy: (loadBalancerArn) => health.get(loadBalancerArn) ?? true,
    start() {
      stop = every(parts.lapse?.clock ?? parts.clock, step, (at) => report(at).catch(() => undefined));
    },
    stop() {
      stop?.();
    },
  };
}

/** CloudWatch names load balancing resources by the end of their ARN. */
const dimension = (Name: string, arn: string) => ({
  Name,
  Value: arn.split(':')[5]?.replace(/^loadbalancer\//, '') ?? arn,
});
