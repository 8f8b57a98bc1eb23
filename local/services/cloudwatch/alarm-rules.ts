import type { PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { isStatistic } from './buckets.ts';
import { invalidCombination, invalidValue, missing, unsupported, validation } from './errors.ts';
import type { AlarmRule } from './evaluation.ts';
import { checkPeriod } from './metrics.ts';
import type { StoredAlarm } from './state.ts';

/** What an alarm may be. */

const comparisons = [
  'GreaterThanThreshold',
  'GreaterThanOrEqualToThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
];
const treatments = ['missing', 'notBreaching', 'breaching', 'ignore'];
const unbacked = [
  'Metrics',
  'ThresholdMetricId',
  'EvaluateLowSampleCountPercentile',
  'EvaluationWindow',
  'WarmUpConfiguration',
  'EvaluationCriteria',
  'EvaluationInterval',
  'ActionConfiguration',
] as const;
const longest = 7 * 24 * 3600;

/** Throws AWS's refusal of an alarm. */
export function checkAlarm(input: PutMetricAlarmCommandInput): void {
  for (const member of unbacked) if (input[member] !== undefined) throw unsupported(member);
  if (!/^\P{Cc}{1,255}$/u.test(input.AlarmName ?? ''))
    throw invalidValue('The parameter AlarmName must have from 1 to 255 characters.');
  if (input.MetricName === undefined || input.Namespace === undefined)
    throw missing('The parameters MetricName and Namespace are required.');
  if (input.Period === undefined || input.Threshold === undefined)
    throw missing('The parameters Period and Threshold are required.');
  if (!input.ComparisonOperator || !comparisons.includes(input.ComparisonOperator))
    throw unsupported(`ComparisonOperator ${String(input.ComparisonOperator)}`);
  checkPeriod(input.Period);
  if ((input.Statistic === undefined) === (input.ExtendedStatistic === undefined)) {
    throw invalidCombination('Exactly one of Statistic and ExtendedStatistic must be specified.');
  }
  if (!isStatistic(statisticOf(input)))
    throw invalidValue(`The value ${statisticOf(input)} for parameter ExtendedStatistic is invalid.`);
  const { EvaluationPeriods: periods = 0, DatapointsToAlarm: toAlarm = periods } = input;
  if (periods < 1) throw missing('The parameter EvaluationPeriods must be greater than or equal to 1.');
  if (toAlarm < 1 || toAlarm > periods)
    throw invalidCombination('DatapointsToAlarm must be from 1 to EvaluationPeriods.');
  if (periods * input.Period > longest)
    throw validation(
      'Metrics cannot be checked across more than 7 days (EvaluationPeriods * Period must be <= 604800).',
    );
  if (input.TreatMissingData !== undefined && !treatments.includes(input.TreatMissingData)) {
    throw validation(
      `The value ${input.TreatMissingData} for parameter TreatMissingData is invalid. Must be one of ${treatments.join(', ')}.`,
    );
  }
  for (const action of [
    ...(input.AlarmActions ?? []),
    ...(input.OKActions ?? []),
    ...(input.InsufficientDataActions ?? []),
  ]) {
    if (!/^arn:aws:(sns|autoscaling):/.test(action)) throw unsupported(`The action ${action}`);
  }
}

export const statisticOf = ({ Statistic, ExtendedStatistic }: StoredAlarm['settings']): string =>
  ExtendedStatistic ?? Statistic ?? '';

export function ruleOf({ settings }: StoredAlarm): AlarmRule {
  const periods = settings.EvaluationPeriods ?? 1;
  return {
    threshold: settings.Threshold ?? 0,
    comparison: settings.ComparisonOperator ?? 'GreaterThanThreshold',
    periods,
    toAlarm: settings.DatapointsToAlarm ?? periods,
    missing: (settings.TreatMissingData ?? 'missing') as AlarmRule['missing'],
  };
}
