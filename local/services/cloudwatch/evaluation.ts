import type { ComparisonOperator, StateValue } from '@aws-sdk/client-cloudwatch';

/** When an alarm is in which state: M of the last N periods, as a pure function. */

export interface AlarmRule {
  readonly threshold: number;
  readonly comparison: ComparisonOperator;
  /** N. */
  readonly periods: number;
  /** M. */
  readonly toAlarm: number;
  readonly missing: 'missing' | 'notBreaching' | 'breaching' | 'ignore';
}

/** The state after looking at the last N periods; undefined stands for a period without data. */
export function evaluate(
  rule: AlarmRule,
  values: readonly (number | undefined)[],
  current: StateValue,
): StateValue {
  const present = values.filter((value) => value !== undefined);
  const breaching = present.filter((value) => breaches(value, rule)).length;
  const absent = values.length - present.length;
  switch (rule.missing) {
    case 'breaching':
      return breaching + absent >= rule.toAlarm ? 'ALARM' : 'OK';
    case 'notBreaching':
      return breaching >= rule.toAlarm ? 'ALARM' : 'OK';
    case 'ignore':
      if (breaching >= rule.toAlarm) return 'ALARM';
      return present.length < rule.toAlarm ? current : 'OK';
    case 'missing':
      if (present.length === 0) return 'INSUFFICIENT_DATA';
      // With too little data, what there is decides.
      return breaching >= Math.min(rule.toAlarm, present.length) ? 'ALARM' : 'OK';
  }
}

export function breaches(
  value: number,
  { threshold, comparison }: Pick<AlarmRule, 'threshold' | 'comparison'>,
): boolean {
  switch (comparison) {
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'LessThanThreshold':
      return value < threshold;
    default:
      return value <= threshold;
  }
}
