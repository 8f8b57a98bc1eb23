import { randomUUID } from 'node:crypto';
import type {
  Alarm,
  DeletePolicyCommandInput,
  DescribeAdjustmentTypesCommandOutput,
  DescribePoliciesCommandInput,
  DescribePoliciesCommandOutput,
  ExecutePolicyCommandInput,
  PutScalingPolicyCommandInput,
  PutScalingPolicyCommandOutput,
  ScalingPolicy,
} from '@aws-sdk/client-auto-scaling';
import type { Answer } from '../../endpoint/service.ts';
import { adjustmentTypes } from './adjustment.ts';
import type { AutoScalingContext } from './context.ts';
import { accept, findGroup, invalid } from './errors.ts';
import { paged } from './paging.ts';
import { checkPolicy } from './policy-rules.ts';
import type { Scaling } from './scaling.ts';
import { policyKey, type PolicyRow } from './state.ts';
import { trackingAlarms } from './target-tracking.ts';

const mostPolicies = 50;

/** Scaling policies. */
export function policyOperations({ state, parts, neighbours }: AutoScalingContext, scaling: Scaling) {
  /** A policy by name and group, or by its ARN. */
  const find = (name: string | undefined, groupName: string | undefined): PolicyRow => {
    const found = name?.startsWith('arn:')
      ? [...state.policies.values()].find(({ arn }) => arn === name)
      : state.policies.get(policyKey(groupName ?? '', name ?? ''));
    if (!found) throw invalid(`No policy found with name ${name ?? ''}.`);
    return found;
  };

  const alarmsOf = async (policy: PolicyRow): Promise<Alarm[]> =>
    (await neighbours.alarmsCalling(policy.arn)).map(({ AlarmName, AlarmArn: AlarmARN }) => ({
      AlarmName,
      AlarmARN,
    }));

  return {
    async PutScalingPolicy(
      input: PutScalingPolicyCommandInput,
    ): Promise<Answer<PutScalingPolicyCommandOutput>> {
      const group = findGroup(state, input.AutoScalingGroupName);
      checkPolicy(input, group);
      const key = policyKey(group.name, input.PolicyName ?? '');
      const before = state.policies.get(key);
      const count = [...state.policies.values()].filter(({ groupName }) => groupName === group.name).length;
      if (!before && count >= mostPolicies)
        throw invalid(`A group can have at most ${mostPolicies} scaling policies.`);
      const arn =
        before?.arn ??
        `arn:aws:autoscaling:${parts.region}:${parts.account}:scalingPolicy:${randomUUID()}:autoScalingGroupName/${group.name}:policyName/${input.PolicyName ?? ''}`;
      const policy = policyOf(input, arn, before);
      const stale = Object.values(before?.alarms ?? {}).filter(
        (name) => !Object.values(policy.alarms ?? {}).includes(name),
      );
      for (const alarm of trackingAlarms(policy)) await neighbours.putAlarm(alarm);
      await neighbours.deleteAlarms(stale);
      findGroup(state, group.name);
      state.policies.set(key, policy);
      const Alarms = policy.type === 'TargetTrackingScaling' ? await alarmsOf(policy) : [];
      return { PolicyARN: arn, Alarms };
    },

    async DescribePolicies(
      input: DescribePoliciesCommandInput,
    ): Promise<Answer<DescribePoliciesCommandOutput>> {
      accept(input, [...['AutoScalingGroupName', 'PolicyNames', 'PolicyTypes', 'MaxRecords', 'NextToken']]);
      const { AutoScalingGroupName: groupName, PolicyNames: names, PolicyTypes: types } = input;
      if (groupName !== undefined) findGroup(state, groupName);
      const rows = [...state.policies.values()].filter(
        (policy) =>
          (groupName === undefined || policy.groupName === groupName) &&
          (!names?.length || names.includes(policy.name) || names.includes(policy.arn)) &&
          (!types?.length || types.includes(policy.type)),
      );
      const { items, next } = paged(rows, input);
      const ScalingPolicies = await Promise.all(
        items.map(async (policy) => ({ ...shown(policy), Alarms: await alarmsOf(policy) })),
      );
      return { ScalingPolicies, ...next };
    },

    async DeletePolicy(input: DeletePolicyCommandInput) {
      const policy = find(input.PolicyName, input.AutoScalingGroupName);
      state.policies.delete(policyKey(policy.groupName, policy.name));
      await neighbours.deleteAlarms(Object.values(policy.alarms ?? {}));
      return {};
    },

    ExecutePolicy(input: ExecutePolicyCommandInput) {
      const policy = find(input.PolicyName, input.AutoScalingGroupName);
      const measured = { value: input.MetricValue, threshold: input.BreachThreshold };
      scaling.execute(policy, measured, input.HonorCooldown ?? false);
      return {};
    },

    DescribeAdjustmentTypes(): Answer<DescribeAdjustmentTypesCommandOutput> {
      return { AdjustmentTypes: adjustmentTypes.map((AdjustmentType) => ({ AdjustmentType })) };
    },
  };
}

function policyOf(
  input: PutScalingPolicyCommandInput,
  arn: string,
  before: PolicyRow | undefined,
): PolicyRow {
  const { AutoScalingGroupName: groupName = '', PolicyName: name = '' } = input;
  const tracking = input.TargetTrackingConfiguration;
  return {
    arn,
    name,
    groupName,
    isEnabled: input.Enabled ?? true,
    type: (input.PolicyType ?? 'SimpleScaling') as PolicyRow['type'],
    ...(input.AdjustmentType !== undefined && {
      adjustmentType: input.AdjustmentType as NonNullable<PolicyRow['adjustmentType']>,
    }),
    ...(input.ScalingAdjustment !== undefined && { adjustment: input.ScalingAdjustment }),
    ...(input.MinAdjustmentMagnitude !== undefined && { minMagnitude: input.MinAdjustmentMagnitude }),
    ...(input.Cooldown !== undefined && { cooldownSeconds: input.Cooldown }),
    ...(input.EstimatedInstanceWarmup !== undefined && { warmupSeconds: input.EstimatedInstanceWarmup }),
    ...(input.MetricAggregationType !== undefined && { aggregation: input.MetricAggregationType }),
    ...(input.StepAdjustments?.length && { steps: input.StepAdjustments }),
    ...(tracking && { tracking, alarms: alarmNames(groupName, tracking.DisableScaleIn ?? false, before) }),
  };
}

function alarmNames(
  groupName: string,
  staysUp: boolean,
  before: PolicyRow | undefined,
): NonNullable<PolicyRow['alarms']> {
  const name = (which: string): string => `TargetTracking-${groupName}-Alarm${which}-${randomUUID()}`;
  const high = before?.alarms?.high ?? name('High');
  return staysUp ? { high } : { high, low: before?.alarms?.low ?? name('Low') };
}

const shown = (policy: PolicyRow): ScalingPolicy => ({
  AutoScalingGroupName: policy.groupName,
  PolicyName: policy.name,
  PolicyARN: policy.arn,
  PolicyType: policy.type,
  Enabled: policy.isEnabled,
  StepAdjustments: [...(policy.steps ?? [])],
  ...(policy.adjustmentType !== undefined && { AdjustmentType: policy.adjustmentType }),
  ...(policy.adjustment !== undefined && { ScalingAdjustment: policy.adjustment }),
  ...(policy.minMagnitude !== undefined && { MinAdjustmentMagnitude: policy.minMagnitude }),
  ...(policy.cooldownSeconds !== undefined && { Cooldown: policy.cooldownSeconds }),
  ...(policy.warmupSeconds !== undefined && { EstimatedInstanceWarmup: policy.warmupSeconds }),
  ...(policy.type === 'StepScaling' && { MetricAggregationType: policy.aggregation ?? 'Average' }),
  ...(policy.tracking && {
    TargetTrackingConfiguration: { DisableScaleIn: false, ...policy.tracking },
  }),
});
