import { AwsError } from '../../endpoint/service.ts';
import type { AlarmTold } from '../parts.ts';
import { afterStep, adjusted, bounded, proportional, stepFor, type Capacity } from './adjustment.ts';
import { setDesired, type AutoScalingContext } from './context.ts';
import { invalid } from './errors.ts';
import { instancesOf, type GroupRow, type PolicyRow } from './state.ts';
import { trackingPeriod } from './target-tracking.ts';

/** Carries policies out: when an alarm says so, or a user. */
export interface Scaling {
  readonly onAlarm: (policyArn: string, alarm: AlarmTold) => Promise<void>;
  execute(policy: PolicyRow, measured: Measured, honorCooldown: boolean): void;
}

interface Measured {
  readonly value: number | undefined;
  readonly threshold: number | undefined;
}

export function scaling(context: AutoScalingContext): Scaling {
  const { state, parts, reconciler } = context;
  const { clock, factor } = parts.lapse ?? { clock: parts.clock, factor: 1 };
  /** What each target tracking policy would scale in to, and when it said so. */
  const verdicts = new Map<string, { readonly desired: number; readonly at: number }>();

  function groupOf(policy: PolicyRow): GroupRow {
    const group = state.groups.get(policy.groupName);
    if (!group) throw invalid(`AutoScalingGroup '${policy.groupName}' not found`);
    return group;
  }

  function scale(group: GroupRow, desired: number, who: string): void {
    if (desired === group.desiredCapacity) return;
    setDesired(context, { ...group, scaledAt: parts.clock.now() }, desired, who);
    void reconciler.poke(group.name);
  }

  function capacityOf(group: GroupRow, policy: PolicyRow): Capacity {
    const warmup = policy.warmupSeconds ?? group.defaultInstanceWarmup ?? group.defaultCooldown;
    const settledSince = parts.clock.now() - (warmup * 1000) / factor;
    const settled = instancesOf(state, group.name).filter(
      ({ state: lifecycle, inServiceAt }) =>
        lifecycle === 'InService' && inServiceAt !== undefined && inServiceAt <= settledSince,
    ).length;
    const { desiredCapacity: desired, minSize: min, maxSize: max } = group;
    return { desired, warming: Math.max(0, desired - settled), min, max };
  }

  /** From the last change of capacity, or the last instance that came of it. */
  function isCooling(group: GroupRow, policy: PolicyRow): boolean {
    const cooldown = ((policy.cooldownSeconds ?? group.defaultCooldown) * 1000) / factor;
    if (group.scaledAt === undefined) return false;
    const rows = instancesOf(state, group.name);
    if (rows.filter(({ state: lifecycle }) => lifecycle === 'InService').length < group.desiredCapacity)
      return true;
    const since = Math.max(group.scaledAt, ...rows.map(({ inServiceAt = 0 }) => inServiceAt));
    return parts.clock.now() < since + cooldown;
  }

  function simple(policy: PolicyRow, who: string): void {
    const group = groupOf(policy);
    const { adjustmentType = 'ChangeInCapacity', adjustment = 0, minMagnitude } = policy;
    const wanted = adjusted(group.desiredCapacity, adjustmentType, adjustment, minMagnitude);
    scale(group, bounded({ min: group.minSize, max: group.maxSize }, wanted), who);
  }

  function step(policy: PolicyRow, { value, threshold }: Measured, who: string): void {
    if (value === undefined || threshold === undefined) return;
    const { ScalingAdjustment: adjustment } = stepFor(policy.steps ?? [], value - threshold) ?? {};
    if (adjustment === undefined) return;
    const group = groupOf(policy);
    const { adjustmentType = 'ChangeInCapacity', minMagnitude } = policy;
    const capacity = capacityOf(group, policy);
    scale(group, afterStep(capacity, adjustmentType, adjustment, minMagnitude), who);
  }

  /** Out as soon as one policy wants it, in only as far as all of them agree. */
  function track(policy: PolicyRow, alarm: AlarmTold, who: string): void {
    const group = groupOf(policy);
    const capacity = capacityOf(group, policy);
    if (alarm.value === undefined) return;
    const wanted = bounded(capacity, proportional(capacity, alarm.value, policy.tracking?.TargetValue ?? 1));
    if (alarm.name === policy.alarms?.high) {
      verdicts.delete(policy.arn);
      if (wanted > group.desiredCapacity) scale(group, wanted, who);
    } else if (alarm.name === policy.alarms?.low && capacity.warming === 0) {
      verdicts.set(policy.arn, { desired: wanted, at: clock.now() });
      const agreed = agreement(group);
      if (agreed !== undefined && agreed < group.desiredCapacity) scale(group, agreed, who);
    }
  }

  function agreement(group: GroupRow): number | undefined {
    const voters = [...state.policies.values()].filter(
      (policy) => policy.groupName === group.name && policy.isEnabled && policy.alarms?.low !== undefined,
    );
    const votes = voters.map((policy) => {
      const verdict = verdicts.get(policy.arn);
      const isFresh = verdict && verdict.at >= clock.now() - 2 * trackingPeriod(policy);
      return isFresh ? verdict.desired : undefined;
    });
    return votes.includes(undefined) ? undefined : Math.max(...votes.map((vote) => vote ?? 0));
  }

  return {
    async onAlarm(policyArn, alarm) {
      const policy = [...state.policies.values()].find(({ arn }) => arn === policyArn);
      if (!policy) throw invalid(`Policy ${policyArn} not found.`);
      const group = groupOf(policy);
      if (!policy.isEnabled || group.isDeleting || group.suspended.includes('AlarmNotification')) return;
      const who = `a monitor alarm ${alarm.name} in state ${alarm.state} triggered policy ${policy.name}`;
      if (policy.type === 'TargetTrackingScaling') track(policy, alarm, who);
      else if (policy.type === 'StepScaling') step(policy, alarm, who);
      else if (!isCooling(group, policy)) simple(policy, who);
    },

    execute(policy, measured, honorCooldown) {
      if (policy.type === 'TargetTrackingScaling')
        throw invalid('Policies of type TargetTrackingScaling cannot be executed by a request.');
      const who = `a user request executed policy ${policy.name}`;
      if (policy.type === 'StepScaling') {
        if (measured.value === undefined || measured.threshold === undefined)
          throw invalid('MetricValue and BreachThreshold must be specified for a step scaling policy.');
        step(policy, measured, who);
        return;
      }
      if (honorCooldown && isCooling(groupOf(policy), policy))
        throw new AwsError('ScalingActivityInProgress', 'The group is in its cooldown period.');
      simple(policy, who);
    },
  };
}
