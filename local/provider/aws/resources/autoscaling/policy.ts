import type { ScalingPolicy } from '@aws-sdk/client-auto-scaling';
import { text } from '../../../protocol/values.ts';
import { boolean, number, object, required, set, string, type Inputs } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional } from '../../define.ts';
import { ifFound, isError } from '../../errors.ts';
import { fromTracking, toTracking, trackingInput } from './tracking-inputs.ts';

const inputs = {
  name: string({ replaces: true }),
  autoscalingGroupName: required(string({ replaces: true })),
  policyType: string({
    default: 'SimpleScaling',
    values: ['SimpleScaling', 'StepScaling', 'TargetTrackingScaling'],
  }),
  adjustmentType: string(),
  cooldown: number(),
  enabled: boolean({ default: true }),
  estimatedInstanceWarmup: number(),
  metricAggregationType: string({ computed: true }),
  minAdjustmentMagnitude: number(),
  scalingAdjustment: number(),
  stepAdjustments: set(
    object({
      // Numbers as text: left out means without a bound.
      metricIntervalLowerBound: string(),
      metricIntervalUpperBound: string(),
      scalingAdjustment: required(number()),
    }),
  ),
  targetTrackingConfiguration: trackingInput,
};
type Policy = Inputs<typeof inputs>;

export default regional({
  type: 'aws:autoscaling/policy:Policy',
  naming: { property: 'name', maximum: 255 },
  inputs,

  async create(policy, context) {
    await put(context, policy);
    return policy.name ?? '';
  },

  async read(id, context, { state, inputs: given }) {
    const group = text(state.autoscalingGroupName ?? given.autoscalingGroupName);
    const policy = await describe(context, group, id);
    return (
      policy && {
        arn: policy.PolicyARN,
        name: policy.PolicyName,
        autoscalingGroupName: policy.AutoScalingGroupName,
        policyType: policy.PolicyType,
        adjustmentType: policy.AdjustmentType,
        cooldown: policy.Cooldown,
        enabled: policy.Enabled ?? true,
        estimatedInstanceWarmup: policy.EstimatedInstanceWarmup,
        metricAggregationType: policy.MetricAggregationType,
        minAdjustmentMagnitude: policy.MinAdjustmentMagnitude,
        scalingAdjustment: policy.ScalingAdjustment,
        stepAdjustments: policy.StepAdjustments?.map((step) => ({
          metricIntervalLowerBound: bound(step.MetricIntervalLowerBound),
          metricIntervalUpperBound: bound(step.MetricIntervalUpperBound),
          scalingAdjustment: step.ScalingAdjustment,
        })),
        targetTrackingConfiguration: fromTracking(policy.TargetTrackingConfiguration),
      }
    );
  },

  update: async (_id, { news }, context) => put(context, news),

  async delete(id, context, { state }) {
    const autoscaling = await context.clients.autoscaling();
    const which = { PolicyName: id, AutoScalingGroupName: text(state.autoscalingGroupName) };
    try {
      await autoscaling.deletePolicy(which);
    } catch (error) {
      // The group went first and took its policies along.
      if (!isError(error, 'ValidationError')) throw error;
    }
  },
});

const bound = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : String(value);
const limit = (value: string | undefined): number | undefined =>
  value === undefined || value === '' ? undefined : Number(value);

async function put(context: Context, policy: Policy): Promise<void> {
  const autoscaling = await context.clients.autoscaling();
  await autoscaling.putScalingPolicy({
    AutoScalingGroupName: policy.autoscalingGroupName,
    PolicyName: policy.name,
    PolicyType: policy.policyType,
    AdjustmentType: policy.adjustmentType,
    Cooldown: policy.cooldown,
    Enabled: policy.enabled,
    EstimatedInstanceWarmup: policy.estimatedInstanceWarmup,
    MetricAggregationType: policy.policyType === 'StepScaling' ? policy.metricAggregationType : undefined,
    MinAdjustmentMagnitude: policy.minAdjustmentMagnitude,
    ScalingAdjustment: policy.scalingAdjustment,
    StepAdjustments: policy.stepAdjustments?.map((step) => ({
      MetricIntervalLowerBound: limit(step.metricIntervalLowerBound),
      MetricIntervalUpperBound: limit(step.metricIntervalUpperBound),
      ScalingAdjustment: step.scalingAdjustment,
    })),
    TargetTrackingConfiguration:
      policy.targetTrackingConfiguration && toTracking(policy.targetTrackingConfiguration),
  });
}

async function describe(context: Context, group: string, name: string): Promise<ScalingPolicy | undefined> {
  const autoscaling = await context.clients.autoscaling();
  const which = { AutoScalingGroupName: group, PolicyNames: [name] };
  const found = await ifFound(['ValidationError'], () => autoscaling.describePolicies(which));
  return found?.ScalingPolicies?.[0];
}
