import { displayName } from '../../model/names.ts';
import type { DeploymentRecord, EnvironmentDescriptor, SwapRecord } from '../../model/schemas.ts';
import { problemsError, UserError } from '../errors.ts';
import type { Health } from '../status/describe.ts';

/** One of the two, as it is. */
export interface Party {
  readonly environment: EnvironmentDescriptor;
  /** The version that runs; undefined before the first deployment. */
  readonly version: string | undefined;
  readonly health: Health;
  /** Its newest deployment. */
  readonly record: DeploymentRecord | undefined;
  /** The own name of the environment that its name leads to now; undefined where it leads to none. */
  readonly target: string | undefined;
}

export interface SwapOptions {
  readonly watchSeconds: number;
  /** An environment may be unhealthy, before and after. */
  readonly ignoreHealthCheck: boolean;
}

/** Everything that a swap is going to do, decided before anything is done. */
export type SwapPlan = Pick<
  SwapRecord,
  'stack' | 'environments' | 'hostedZoneId' | 'names' | 'steps' | 'watchSeconds' | 'ignoreHealthCheck'
> & { readonly pointOfNoReturn: string };

/** Until no resolver answers with what it has remembered: the longest time to live of the names. */
export const defaultWatchSeconds = 60;

/** Pure: a swap of two environments of one stack, or all that is in its way. */
export function planSwap(parties: readonly [Party, Party], options: SwapOptions): SwapPlan {
  const [one, other] = parties;
  refuseStrangers(one.environment, other.environment);
  const problems = parties.flatMap((party) => problemsOf(party, options));
  const [first, second] = [one.environment.hostName, other.environment.hostName];
  if (problems.length > 0 || !first || !second) throw refused(parties, problems);
  const [firstTarget = '', secondTarget = ''] = [one.target, other.target];
  if (firstTarget === secondTarget)
    throw refused(parties, [
      `${first.name} and ${second.name} both lead to ${firstTarget}: exchanged they would, too.`,
    ]);
  const names = [
    { name: first.name, before: firstTarget, after: secondTarget },
    { name: second.name, before: secondTarget, after: firstTarget },
  ];
  return {
    stack: one.environment.stack,
    environments: [one.environment.environment, other.environment.environment],
    hostedZoneId: first.hostedZoneId,
    names,
    ...options,
    steps: stepsOf(parties, names, options),
    pointOfNoReturn:
      'none before the end: until the last step is done, each name leads again to where it led; afterwards the same swap once more does it',
  };
}

function refuseStrangers(one: EnvironmentDescriptor, other: EnvironmentDescriptor): void {
  const [a, b] = [displayName(one), displayName(other)];
  if (a === b)
    throw new UserError(`${a} cannot be swapped with itself.`, {
      now: ['Nothing was changed.'],
      next: 'beanpole status   (lists all environments)',
    });
  if (one.stack !== other.stack)
    throw new UserError(
      `${a} and ${b} cannot be swapped: they are of different stacks, each with data of its own.`,
      {
        now: ['Nothing was changed.'],
        next: `beanpole promote ${a} ${b}   (brings the version of ${a} to ${b})`,
      },
    );
}

const unhealthy: readonly Health[] = ['Severe', 'Degraded', 'Unknown', 'Pending'];

function problemsOf(
  { environment, version, health, record, target }: Party,
  { ignoreHealthCheck }: SwapOptions,
): string[] {
  const name = displayName(environment);
  if (environment.tier === 'Worker')
    return [`${name} is a worker: it has a queue, and no name that requests go to.`];
  if (!environment.hostName)
    return [
      `${name} has no name of its own to exchange: in Pulumi.${environment.stack}.yaml its record is missing, or shares a name with others.`,
    ];
  const problems: string[] = [];
  if (version === undefined)
    problems.push(`${name} has never had a version and shows the placeholder page: beanpole deploy ${name}.`);
  if (record?.status === 'InProgress')
    problems.push(
      `Deployment ${record.number} of ${record.target.versionLabel} to ${name} was interrupted: beanpole resume ${name} or beanpole abort ${name} ends it.`,
    );
  if (target === undefined)
    problems.push(
      `${environment.hostName.name}, the name of ${name}, does not lead to one environment: it has a routing policy, or was changed by hand.`,
    );
  if (version !== undefined && !ignoreHealthCheck && unhealthy.includes(health))
    problems.push(
      `${name} is ${health}: beanpole status ${name} tells why; --ignore-health-check swaps all the same.`,
    );
  return problems;
}

function refused(parties: readonly Party[], problems: readonly string[]): UserError {
  const [a = '', b = ''] = parties.map(({ environment }) => displayName(environment));
  return problemsError(
    `${a} and ${b} cannot be swapped, nothing was changed`,
    problems,
    `beanpole status ${a.split('/')[0] ?? ''}`,
  );
}

function stepsOf(
  parties: readonly [Party, Party],
  names: SwapPlan['names'],
  { watchSeconds, ignoreHealthCheck }: SwapOptions,
): SwapRecord['steps'] {
  const leads = (way: 'before' | 'after') =>
    names.map((each) => `${each.name} lead to ${describeTarget(parties, each[way])}`).join(', ');
  const exchange = {
    id: 'exchange',
    sentence: `Let ${leads('after')}, all in one change of Route 53, and wait until all its name servers answer so.`,
    undo: `Let ${leads('before')} again.`,
    status: 'Pending',
  } as const;
  if (watchSeconds === 0) return [exchange];
  const what = ignoreHealthCheck
    ? `Wait ${watchSeconds} s`
    : `Watch the health of both environments for ${watchSeconds} s`;
  const watch = {
    id: 'watch',
    sentence: `${what}, while resolvers forget the old answers; both serve all the time.`,
    status: 'Pending',
  } as const;
  return [exchange, watch];
}

/** `prod/next (v2)`, by an environment's own name. */
function describeTarget(parties: readonly Party[], ownName: string): string {
  const found = parties.find(({ environment }) => environment.hostName?.ownName === ownName);
  return found ? `${displayName(found.environment)} (${found.version ?? 'no version'})` : ownName;
}
