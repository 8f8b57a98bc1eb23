import type {
  PutScalingPolicyCommandInput,
  StepAdjustment,
  TargetTrackingConfiguration,
} from '@aws-sdk/client-auto-scaling';
import { adjustmentTypes } from './adjustment.ts';
import { accept, invalid, unsupported } from './errors.ts';
import type { GroupRow } from './state.ts';

/** What a scaling policy may be. */

const common = ['AutoScalingGroupName', 'PolicyName', 'PolicyType', 'Enabled'];
const members: Readonly<Record<string, readonly string[]>> = {
  SimpleScaling: ['AdjustmentType', 'ScalingAdjustment', 'MinAdjustmentMagnitude', 'Cooldown'],
  StepScaling: [
    ...['AdjustmentType', 'StepAdjustments', 'MinAdjustmentMagnitude'],
    ...['EstimatedInstanceWarmup', 'MetricAggregationType'],
  ],
  TargetTrackingScaling: ['TargetTrackingConfiguration', 'EstimatedInstanceWarmup'],
};
const mostSteps = 20;
const trackedMetrics = [
  ...['ASGAverageCPUUtilization', 'ASGAverageNetworkIn', 'ASGAverageNetworkOut'],
  'ALBRequestCountPerTarget',
];

/** Throws AWS's refusal of a policy. */
export function checkPolicy(input: PutScalingPolicyCommandInput, group: GroupRow): void {
  const { PolicyType: type = 'SimpleScaling', PolicyName: name = '' } = input;
  if (!/^[^:\p{Cc}]{1,255}$/u.test(name)) throw invalid(`The policy name '${name}' is not valid.`);
  const allowed = members[type];
  if (!allowed) throw unsupported(`Policy type ${type}`);
  accept(input, [...common, ...allowed]);
  if (type === 'TargetTrackingScaling') checkTracking(input.TargetTrackingConfiguration, group);
  else checkAdjustment(input);
  if (type === 'StepScaling') checkSteps(input.StepAdjustments ?? []);
  if (type === 'SimpleScaling' && input.ScalingAdjustment === undefined)
    throw invalid('ScalingAdjustment must be specified for policy type SimpleScaling.');
}

function checkAdjustment({
  AdjustmentType: type,
  MinAdjustmentMagnitude: least,
}: PutScalingPolicyCommandInput) {
  if (!adjustmentTypes.some((known) => known === type))
    throw invalid(`Adjustment type '${type ?? ''}' is not valid: use ${adjustmentTypes.join(', ')}.`);
  if (least !== undefined && type !== 'PercentChangeInCapacity')
    throw invalid('MinAdjustmentMagnitude is only valid with PercentChangeInCapacity.');
}

/** Steps cover a range of metric values without gap or overlap, and at most two of them are open-ended. */
function checkSteps(steps: readonly StepAdjustment[]): void {
  if (steps.length < 1 || steps.length > mostSteps)
    throw invalid(`A step scaling policy has 1 to ${mostSteps} step adjustments.`);
  const sorted = steps.toSorted((a, b) => lower(a) - lower(b));
  for (const [index, step] of sorted.entries()) {
    if (lower(step) >= upper(step))
      throw invalid('The lower bound of a step adjustment must be below its upper bound.');
    const next = sorted[index + 1];
    if (next && lower(next) !== upper(step))
      throw invalid('The step adjustment intervals must not overlap or have gaps.');
  }
}

const lower = ({ MetricIntervalLowerBound: bound = -Infinity }: StepAdjustment): number => bound;
const upper = ({ MetricIntervalUpperBound: bound = Infinity }: StepAdjustment): number => bound;

function checkTracking(tracking: TargetTrackingConfiguration | undefined, group: GroupRow): void {
  if (!tracking) throw invalid('TargetTrackingConfiguration must be specified.');
  const { PredefinedMetricSpecification: predefined, CustomizedMetricSpecification: custom } = tracking;
  if ((predefined === undefined) === (custom === undefined))
    throw invalid('Exactly one of predefined and customized metric specification must be specified.');
  if (!tracking.TargetValue || tracking.TargetValue <= 0)
    throw invalid(`TargetValue must be greater than 0: ${tracking.TargetValue ?? ''}.`);
  if (predefined) checkPredefined(predefined, group);
  if (custom?.Metrics?.length && (custom.MetricName ?? custom.Namespace) !== undefined)
    throw invalid('A customized metric specification has either Metrics or a MetricName with its Namespace.');
  if (custom && !custom.Metrics?.length && !(custom.MetricName && custom.Namespace && custom.Statistic))
    throw invalid('A customized metric specification needs MetricName, Namespace and Statistic, or Metrics.');
}

function checkPredefined(
  {
    PredefinedMetricType: type = '',
    ResourceLabel: label,
  }: { PredefinedMetricType: string | undefined; ResourceLabel?: string | undefined },
  group: GroupRow,
): void {
  if (!trackedMetrics.includes(type)) throw unsupported(`Predefined metric ${type}`);
  if (type !== 'ALBRequestCountPerTarget') {
    if (label !== undefined) throw invalid(`ResourceLabel is only valid with ALBRequestCountPerTarget.`);
    return;
  }
  const targetGroup = /^app\/[^/]+\/[^/]+\/(targetgroup\/[^/]+\/[^/]+)$/.exec(label ?? '')?.[1];
  if (targetGroup === undefined)
    throw invalid(
      'ResourceLabel must have the form app/<load-balancer>/<id>/targetgroup/<target-group>/<id>.',
    );
  if (!group.targetGroupArns.some((arn) => arn.endsWith(`:${targetGroup}`)))
    throw invalid(`The target group ${targetGroup} is not attached to group ${group.name}.`);
}
