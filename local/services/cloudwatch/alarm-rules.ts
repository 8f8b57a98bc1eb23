import type { MetricDataQuery, PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { isStatistic } from './buckets.ts';
import { invalidCombination, invalidValue, missing, unsupported, validation } from './errors.ts';
import type { AlarmRule } from './evaluation.ts';
import { checkAlarmPeriod } from './periods.ts';
import { checkQueries, longestPeriod } from './queries.ts';
import type { AnyAlarm, StoredAlarm } from './state.ts';

/** What an alarm may be. */

const comparisons = [
  'GreaterThanThreshold',
  'GreaterThanOrEqualToThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
];
const treatments = ['missing', 'notBreaching', 'breaching', 'ignore'];
const unbacked = [
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
  if (input.Threshold === undefined) throw missing('The parameter Threshold is required.');
  if (!input.ComparisonOperator || !comparisons.includes(input.ComparisonOperator))
    throw unsupported(`ComparisonOperator ${String(input.ComparisonOperator)}`);
  const periodSeconds = input.Metrics ? checkMath(input, input.Metrics) : checkMetric(input);
  const { EvaluationPeriods: periods = 0, DatapointsToAlarm: toAlarm = periods } = input;
  if (periods < 1) throw missing('The parameter EvaluationPeriods must be greater than or equal to 1.');
  if (toAlarm < 1 || toAlarm > periods)
    throw invalidCombination('DatapointsToAlarm must be from 1 to EvaluationPeriods.');
  if (periods * periodSeconds > longest)
    throw validation(
      'Metrics cannot be checked across more than 7 days (EvaluationPeriods * Period must be <= 604800).',
    );
  if (input.TreatMissingData !== undefined && !treatments.includes(input.TreatMissingData)) {
    throw validation(
      `The value ${input.TreatMissingData} for parameter TreatMissingData is invalid. Must be one of ${treatments.join(', ')}.`,
    );
  }
  checkActions(input, /^arn:aws:(sns|autoscaling):/);
}

/** Refuses actions that nothing here would carry out, EC2's among them. */
export function checkActions(
  { AlarmActions = [], OKActions = [], InsufficientDataActions = [] }: AnyAlarm['settings'],
  allowed: RegExp,
): void {
  for (const action of [...AlarmActions, ...OKActions, ...InsufficientDataActions])
    if (!allowed.test(action)) throw unsupported(`The action ${action}`);
}

/** One metric of its own; returns the period in seconds. */
function checkMetric(input: PutMetricAlarmCommandInput): number {
  if (input.MetricName === undefined || input.Namespace === undefined)
    throw missing('The parameters MetricName and Namespace are required.');
  if (input.Period === undefined) throw missing('The parameter Period is required.');
  checkAlarmPeriod(input.Period);
  if ((input.Statistic === undefined) === (input.ExtendedStatistic === undefined))
    throw invalidCombination('Exactly one of Statistic and ExtendedStatistic must be specified.');
  if (!isStatistic(statisticOf(input)))
    throw invalidValue(`The value ${statisticOf(input)} for parameter ExtendedStatistic is invalid.`);
  return input.Period;
}

/** Metric math: one of the queries returns data. Returns the period in seconds. */
function checkMath(input: PutMetricAlarmCommandInput, queries: readonly MetricDataQuery[]): number {
  const alone = ['MetricName', 'Namespace', 'Period', 'Statistic', 'ExtendedStatistic', 'Unit'] as const;
  const both = alone.find((member) => input[member] !== undefined);
  if (both !== undefined || input.Dimensions?.length)
    throw invalidCombination(`The parameters Metrics and ${both ?? 'Dimensions'} must not be given both.`);
  checkQueries(queries);
  for (const { MetricStat } of queries) if (MetricStat) checkAlarmPeriod(MetricStat.Period ?? 0);
  if (queries.filter(({ ReturnData }) => ReturnData !== false).length !== 1)
    throw validation('Exactly one element of the metrics list should return data.');
  return longestPeriod(queries) / 1000;
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
