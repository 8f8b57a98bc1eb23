import type { DescribeInstancesResult, Instance } from '@aws-sdk/client-ec2';
import type {
  DeregisterTargetsCommandInput,
  DescribeTargetHealthCommandInput,
  DescribeTargetHealthCommandOutput,
  RegisterTargetsCommandInput,
  TargetDescription,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { ask, type Parts } from '../parts.ts';
import { backendName, balancerOf, serverName } from './balancer-model.ts';
import type { Balancing } from './balancing.ts';
import { unsupported, validation } from './errors.ts';
import type { BalancerPlane } from './haproxy/plane.ts';
import { describeHealth, notRegistered } from './health.ts';
import type { ElbState, StoredTarget, StoredTargetGroup } from './state.ts';
import { findTargetGroup } from './target-groups.ts';

/** Registering targets, letting them go, and how they are. */
export function targetOperations(parts: Parts, state: ElbState, balancing: Balancing, plane: BalancerPlane) {
  return {
    async RegisterTargets(input: RegisterTargetsCommandInput): Promise<Record<string, never>> {
      const given = input.Targets ?? [];
      if (given.length === 0) throw validation('A target must be specified');
      const instances = await findInstances(given, findTargetGroup(state, input.TargetGroupArn), parts);
      // It may have changed while EC2 was asked.
      const group = findTargetGroup(state, input.TargetGroupArn);
      for (const { Id = '', Port } of given) {
        const instance = instances.get(Id);
        if (instance) register(group, newTarget(Id, Port ?? group.port, instance, parts.clock.now()));
      }
      state.targetGroups.set(group.arn, group);
      await balancing.syncGroup(group);
      return {};
    },

    async DeregisterTargets(input: DeregisterTargetsCommandInput): Promise<Record<string, never>> {
      const group = findTargetGroup(state, input.TargetGroupArn);
      const leaving = group.targets.filter(
        (target) =>
          target.phase !== 'draining' && (input.Targets ?? []).some((given) => isMeant(given, target)),
      );
      const inUse = balancerOf(group.arn, state) !== undefined;
      for (const target of leaving) leave(group, target, inUse);
      state.targetGroups.set(group.arn, group);
      await balancing.syncGroup(group);
      return {};
    },

    async DescribeTargetHealth(
      input: DescribeTargetHealthCommandInput,
    ): Promise<Answer<DescribeTargetHealthCommandOutput>> {
      const group = findTargetGroup(state, input.TargetGroupArn);
      if (input.Include?.length) throw unsupported('Include');
      const all = await describe(group);
      if (input.Targets === undefined) return { TargetHealthDescriptions: all };
      return {
        TargetHealthDescriptions: input.Targets.flatMap((given) => {
          const found = all.filter(({ Target }) =>
            isMeant(given, { id: Target?.Id ?? '', port: Target?.Port ?? 0 }),
          );
          return found.length > 0 ? found : [notRegistered(given.Id ?? '', given.Port ?? group.port)];
        }),
      };
    },
  };

  function leave(group: StoredTargetGroup, target: StoredTarget, inUse: boolean): void {
    const delay = Number(group.attributes['deregistration_delay.timeout_seconds']);
    // A target that never served has nothing to finish.
    if (!inUse || delay === 0 || target.stopped) {
      group.targets = group.targets.filter((one) => one !== target);
      return;
    }
    Object.assign(target, { phase: 'draining', since: parts.clock.now() });
    balancing.drain(group, target);
  }

  async function describe(group: StoredTargetGroup): Promise<TargetHealthDescription[]> {
    const loadBalancer = balancerOf(group.arn, state);
    const status = loadBalancer && (await plane.status(loadBalancer.hostId).catch(() => undefined));
    return group.targets.map((target) => ({
      Target: { Id: target.id, Port: target.port },
      HealthCheckPort:
        group.healthCheck.port === 'traffic-port' ? String(target.port) : group.healthCheck.port,
      TargetHealth: describeHealth(
        target,
        loadBalancer !== undefined,
        status?.get(`${backendName(group)}/${serverName(target)}`),
      ),
    }));
  }
}

/** Registering a target again while it drains brings it back. */
function register(group: StoredTargetGroup, target: StoredTarget): void {
  const existing = group.targets.find(({ id, port }) => id === target.id && port === target.port);
  if (existing && existing.phase !== 'draining') return;
  if (existing) group.targets = group.targets.filter((one) => one !== existing);
  group.targets.push(target);
}

const newTarget = (id: string, port: number, instance: Instance, now: number): StoredTarget => ({
  id,
  port,
  address: instance.PrivateIpAddress ?? '',
  availabilityZone: instance.Placement?.AvailabilityZone ?? '',
  since: now,
  phase: 'probing',
  startsHealthy: false,
  stopped: false,
});

const isMeant = (
  { Id, Port }: TargetDescription,
  { id, port }: { readonly id: string; readonly port: number },
): boolean => Id === id && (Port === undefined || Port === port);

/** The instances behind targets: they must exist, run, and be in the group's VPC. */
async function findInstances(
  given: readonly TargetDescription[],
  group: StoredTargetGroup,
  parts: Parts,
): Promise<Map<string, Instance>> {
  for (const { AvailabilityZone, QuicServerId } of given) {
    if (AvailabilityZone !== undefined)
      throw validation('You cannot specify an Availability Zone for a target of type instance');
    if (QuicServerId !== undefined) throw unsupported('QuicServerId');
  }
  const ids = [...new Set(given.map(({ Id }) => Id ?? ''))];
  const { Reservations = [] } = await ask<DescribeInstancesResult>(parts, 'ec2', 'DescribeInstances', {
    Filters: [{ Name: 'instance-id', Values: ids }],
  });
  const found = new Map(
    Reservations.flatMap(({ Instances }) => Instances ?? []).map((one) => [one.InstanceId ?? '', one]),
  );
  refuse(
    ids.filter((id) => !found.has(id)),
    (list) => `The following targets are not valid instances: ${list}`,
  );
  refuse(
    ids.filter((id) => found.get(id)?.VpcId !== group.vpcId),
    (list) => `The following targets are not in the target group VPC '${group.vpcId}': ${list}`,
  );
  refuse(
    ids.filter((id) => found.get(id)?.State?.Name !== 'running'),
    (list) => `The following targets are not in a running state and cannot be registered: ${list}`,
  );
  return found;
}

function refuse(ids: readonly string[], message: (list: string) => string): void {
  if (ids.length > 0) throw new AwsError('InvalidTarget', message(ids.map((id) => `'${id}'`).join(', ')));
}
