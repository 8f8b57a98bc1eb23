import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { unknown, type Answer, type Keys } from './keys.ts';
import { pattern, type PatternOptions } from './pattern.ts';

/** One line of a statement's Condition: an operator, a key, the values that it is compared with. */
export type Condition = (keys: Keys) => Answer;

/** Whether a value of the call is what a value of the policy says. */
type Comparison = (actual: string, keys: Keys) => Answer;
type Operator = (wanted: string, variables: boolean) => Comparison;

const text =
  (options: Omit<PatternOptions, 'variables'>): Operator =>
  (wanted, variables) => {
    const wished = pattern(wanted, { ...options, variables });
    return (actual, keys) => wished.matches(actual, keys);
  };

const compared =
  (read: (text: string) => number, holds: (actual: number, wanted: number) => boolean): Operator =>
  (wanted) => {
    const limit = read(wanted);
    return (actual) => holds(read(actual), limit);
  };

/** ISO 8601, or seconds since 1970. */
const time = (given: string): number =>
  /^\d+$/.test(given) ? Number(given) * 1000 : new Date(given).getTime();

const numbers = {
  Equals: (actual: number, wanted: number) => actual === wanted,
  LessThan: (actual: number, wanted: number) => actual < wanted,
  LessThanEquals: (actual: number, wanted: number) => actual <= wanted,
  GreaterThan: (actual: number, wanted: number) => actual > wanted,
  GreaterThanEquals: (actual: number, wanted: number) => actual >= wanted,
};

/** Each of the six parts of an ARN is compared for itself. */
const arn: Operator = (wanted, variables) => {
  const parts = arnParts(wanted).map((part) => pattern(part, { wildcards: true, variables }));
  return (actual, keys) => {
    const given = arnParts(actual);
    return all(parts.map((part, index) => part.matches(given[index] ?? '', keys)));
  };
};

function arnParts(text: string): string[] {
  const parts = text.replaceAll(/\$\{[^}]*\}/g, (found) => found.replaceAll(':', '\0')).split(':');
  const [last, ...first] = [parts.slice(5).join(':'), ...parts.slice(0, 5)];
  return [...first, last].map((part) => part.replaceAll('\0', ':'));
}

const address: Operator = (wanted) => {
  const [network = '', bits] = wanted.split('/');
  const family = isIPv6(network) ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  if (isIPv4(network) || isIPv6(network))
    list.addSubnet(network, Number(bits ?? (family === 'ipv4' ? 32 : 128)), family);
  return (actual) => list.check(actual, isIPv6(actual) ? 'ipv6' : 'ipv4');
};

const truth: Operator = (wanted) => (actual) => actual.toLowerCase() === wanted.toLowerCase();

/** What is compared, without its negation. */
const operators: Readonly<Record<string, Operator>> = {
  StringEquals: text({ wildcards: false }),
  StringEqualsIgnoreCase: text({ wildcards: false, ignoreCase: true }),
  StringLike: text({ wildcards: true }),
  ArnEquals: arn,
  ArnLike: arn,
  Bool: truth,
  BinaryEquals: text({ wildcards: false }),
  IpAddress: address,
  ...Object.fromEntries(
    Object.entries(numbers).flatMap(([name, holds]) => [
      [`Numeric${name}`, compared(Number, holds)],
      [`Date${name}`, compared(time, holds)],
    ]),
  ),
};

const negations: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NotIpAddress: 'IpAddress',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
};

const form = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/;

/** Whether IAM knows a condition operator, with its prefix and suffix. */
export function isOperator(name: string): boolean {
  const [, , bare = '', ifExists] = form.exec(name) ?? [];
  return bare === 'Null' ? !ifExists : Object.hasOwn(operators, bare) || Object.hasOwn(negations, bare);
}

/** Makes one condition ready. An operator that IAM does not have holds never, and its denial always. */
export function condition(
  name: string,
  givenKey: string,
  values: readonly string[],
  variables: boolean,
): Condition {
  const key = givenKey.toLowerCase();
  const [, set, bare = '', ifExists] = form.exec(name) ?? [];
  if (bare === 'Null') return isAbsent(key, values);
  const isNegated = Object.hasOwn(negations, bare);
  const operator = operators[negations[bare] ?? bare];
  if (!operator) return () => undefined;
  const comparisons = values.map((value) => operator(value, variables));
  const holds: Comparison = (actual, keys) => {
    const answer = any(comparisons.map((compare) => compare(actual, keys)));
    return isNegated ? negated(answer) : answer;
  };
  return (keys) => {
    const actual = keys.values(key);
    if (actual === unknown) return undefined;
    if (actual.length === 0) return ifExists !== undefined || (set ? set === 'ForAllValues' : isNegated);
    const answers = actual.map((one) => holds(one, keys));
    const needsAll = set ? set === 'ForAllValues' : isNegated;
    return needsAll ? all(answers) : any(answers);
  };
}

function isAbsent(key: string, values: readonly string[]): Condition {
  return (keys) => {
    const actual = keys.values(key);
    if (actual === unknown) return undefined;
    return values.some((value) => (value.toLowerCase() === 'true') === (actual.length === 0));
  };
}

const negated = (answer: Answer): Answer => (answer === undefined ? undefined : !answer);

/** True when one is; unknown when one that decides is. */
export function any(answers: readonly Answer[]): Answer {
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

export function all(answers: readonly Answer[]): Answer {
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}
