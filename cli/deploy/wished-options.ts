import {
  deploymentOptions,
  deploymentPolicy,
  type DeploymentOptions,
  type DeploymentPolicy,
} from '../../model/schemas.ts';
import { flag, text } from '../command.ts';
import { problemsError, UserError } from '../errors.ts';
import { parseSeconds } from '../time-span.ts';

/** Options of every command that deploys: instead of what the stack file says. */
export const deploymentFlags = {
  policy: text('policy', `Instead of the stack file's: ${deploymentPolicy.options.join(', ')}.`),
  batchSize: text('n or n%', 'Rolling, RollingWithAdditionalBatch: instances at a time, or percent of them.'),
  ignoreHealthCheck: flag('Go on without waiting for the load balancer to call instances healthy.'),
  healthyChecks: text('n', 'Good looks at the health in a row that pass a gate.'),
  alarms: text('names', 'CloudWatch alarms, comma-separated, that end an evaluation or the time kept warm.'),
  timeout: text('time', 'Longest one instance may take: 90s, 10m, at most 1h.'),
  newVersionPercent: text('n', 'TrafficSplitting: percent of the traffic during the evaluation.'),
  evaluationTime: text('time', 'TrafficSplitting: how long: 30s, 5m, 1h.'),
  keepWarm: text('time', 'BlueGreen: how long the old instances stay after the switch: 0s, 5m, 1h.'),
  wait: flag('Wait until it has ended; so it is unless --no-wait is given.'),
  noWait: flag('Return when it has begun; a process of its own goes on with it.'),
  waitForLock: flag('Wait for whoever deploys there now, instead of refusing.'),
} as const;

type Given = {
  readonly [K in keyof typeof deploymentFlags]: (typeof deploymentFlags)[K]['kind'] extends 'flag'
    ? boolean
    : string | undefined;
};

export interface WishedOptions {
  readonly policy: DeploymentPolicy | undefined;
  readonly options: Partial<DeploymentOptions>;
  readonly waitsForLock: boolean;
}

/** Pure: what the flags say, checked; all that is wrong at once. */
export function wishedOptions(given: Given): WishedOptions {
  const problems: string[] = [];
  const policy = deploymentPolicy.safeParse(given.policy);
  if (given.policy !== undefined && !policy.success)
    problems.push(`--policy ${given.policy}: allowed are ${deploymentPolicy.options.join(', ')}.`);
  const options = {
    ...batchOf(given.batchSize, problems),
    ...(given.ignoreHealthCheck && { ignoreHealthCheck: true }),
    ...numberOf(given.healthyChecks, '--healthy-checks', 'healthyChecks', problems),
    ...(given.alarms !== undefined && { alarms: given.alarms.split(',').map((name) => name.trim()) }),
    ...numberOf(given.newVersionPercent, '--new-version-percent', 'newVersionPercent', problems),
    ...secondsOf(given.timeout, '--timeout', 'timeoutSeconds', problems),
    ...secondsOf(given.evaluationTime, '--evaluation-time', 'evaluationTimeSeconds', problems),
    ...secondsOf(given.keepWarm, '--keep-warm', 'keepWarmSeconds', problems),
  };
  const checked = deploymentOptions.partial().safeParse(options);
  for (const { path, message } of checked.error?.issues ?? [])
    problems.push(`${path.join('.')}: ${message}.`);
  if (problems.length > 0)
    throw problemsError('This deployment cannot be', problems, 'beanpole deploy --help');
  return { policy: policy.data, options, waitsForLock: given.waitForLock };
}

function batchOf(given: string | undefined, problems: string[]): Partial<DeploymentOptions> {
  if (given === undefined) return {};
  const [, digits = '', percent] = /^(\d+)(%?)$/.exec(given) ?? [];
  const batchSize = Number(digits);
  const isPercentage = percent === '%';
  if (digits === '' || batchSize < 1 || (isPercentage && batchSize > 100)) {
    problems.push(`--batch-size ${given}: a number of instances such as 2, or a percentage from 1% to 100%.`);
    return {};
  }
  return { batchSizeType: isPercentage ? 'Percentage' : 'Fixed', batchSize };
}

function numberOf(
  given: string | undefined,
  name: string,
  key: keyof DeploymentOptions,
  problems: string[],
): Partial<DeploymentOptions> {
  if (given === undefined) return {};
  if (/^\d+$/.test(given)) return { [key]: Number(given) };
  problems.push(`${name} ${given}: a whole number.`);
  return {};
}

function secondsOf(
  given: string | undefined,
  name: string,
  key: keyof DeploymentOptions,
  problems: string[],
): Partial<DeploymentOptions> {
  if (given === undefined) return {};
  const seconds = parseSeconds(given);
  if (seconds !== undefined) return { [key]: seconds };
  problems.push(timeProblem(name, given));
  return {};
}

/** Throws for what is no time. */
export function secondsFrom(name: string, given: string): number {
  const seconds = parseSeconds(given);
  if (seconds === undefined)
    throw new UserError(timeProblem(name, given), { next: 'the same command, corrected' });
  return seconds;
}

const timeProblem = (name: string, given: string): string =>
  `${name} ${given}: a time such as 30s, 5m or 1h.`;
