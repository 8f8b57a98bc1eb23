/** Rules across several keys of a stack file. Each is pure and returns its problems. */
import { isReserved } from '../model/reserved-properties.ts';
import { architectureOf, environmentSection } from './config.ts';
import type { DomainConfiguration, EnvironmentConfiguration, NetworkConfiguration } from './config.ts';
import { describeSchema } from './config-problems.ts';
import type { Problem } from './config-problems.ts';
import { capacityProblems } from './environment/capacity-rules.ts';
import { recordProblems } from './dns/routing-rules.ts';
import { scalingProblems } from './environment/scaling-rules.ts';

type Environments = Readonly<Record<string, EnvironmentConfiguration>>;

const kind = environmentSection.pick({ tier: true, type: true }).strip();

/** Together with the rest of the descriptor they must fit into one SSM parameter of 4 KB. */
const longestProperties = 2048;

export function environmentProblems(name: string, environment: EnvironmentConfiguration): Problem[] {
  const at = `environments.${name}`;
  return [
    ...ensureSizesInOrder(at, environment),
    ...ensureCheckTimeoutFits(at, environment),
    ...ensurePolicyFits(at, environment),
    ...capacityProblems(at, environment),
    ...scalingProblems(at, environment),
    ...ensureVisibilityLasts(at, environment),
    ...ensureSlowStartFits(at, environment),
    ...ensureCookieSticks(at, environment),
    ...ensurePropertiesAllowed(at, environment),
  ];
}

export function stackProblems(
  stack: string,
  environments: Environments,
  network: NetworkConfiguration,
  domain: DomainConfiguration | undefined,
): Problem[] {
  return [
    ...ensureWayOut(environments, network),
    ...ensureOneArchitecture(environments),
    ...recordProblems(stack, environments, domain),
    ...ensureDomainSeenInside(network, domain),
    ...ensureHttpsEnds(environments, domain),
    ...ensureWorkersNamed(environments),
  ];
}

/** Keys of another tier or type. `given` holds the keys that stand in the file, whatever else is wrong with them. */
export function foreignKeyProblems(name: string, given: object): Problem[] {
  const { data: environment } = kind.safeParse(given);
  if (!environment) return [];
  const { properties = {} } = describeSchema(environmentSection);
  return Object.keys(given).flatMap((key) => {
    const { tier = environment.tier, type = environment.type } = properties[key]?.only ?? {};
    if (tier === environment.tier && type === environment.type) return [];
    const wanted = [
      tier !== environment.tier && `tier ${tier}`,
      type !== environment.type && `type ${type}`,
    ].filter(Boolean);
    return [
      {
        path: `environments.${name}.${key}`,
        message: `only for ${wanted.join(' and ')}; this environment is ${environment.tier}, ${environment.type}.`,
      },
    ];
  });
}

/** Elastic Load Balancing ramps shares only where it deals them out in turn. */
function ensureSlowStartFits(
  at: string,
  { loadBalancingAlgorithm, slowStartSeconds }: EnvironmentConfiguration,
): Problem[] {
  if (slowStartSeconds === 0 || loadBalancingAlgorithm === 'round_robin') return [];
  return [
    {
      path: `${at}.slowStartSeconds`,
      message: `${slowStartSeconds} goes with loadBalancingAlgorithm round_robin only; it is ${loadBalancingAlgorithm}.`,
    },
  ];
}

function ensureCookieSticks(
  at: string,
  { stickinessSeconds, stickinessCookieName: name }: EnvironmentConfiguration,
): Problem[] {
  if (name === undefined || stickinessSeconds > 0) return [];
  return [
    {
      path: `${at}.stickinessCookieName`,
      message: `"${name}" keeps nobody anywhere while stickinessSeconds is 0; allowed: with 1 or more.`,
    },
  ];
}

/** ACM's certificates live in load balancers; a single instance has none. */
function ensureHttpsEnds(environments: Environments, domain: DomainConfiguration | undefined): Problem[] {
  if (!domain?.https) return [];
  return Object.entries(environments).flatMap(([name, { tier, type, record }]) =>
    tier === 'WebServer' && type === 'SingleInstance' && record !== undefined
      ? [
          {
            path: `environments.${name}.record`,
            message: `${record} would have no HTTPS, which domain.https asks for: a SingleInstance environment has no load balancer to hold a certificate. Make it LoadBalanced, or leave https out.`,
          },
        ]
      : [],
  );
}

function ensureSizesInOrder(at: string, { minSize, maxSize }: EnvironmentConfiguration): Problem[] {
  if (minSize <= maxSize) return [];
  return [{ path: `${at}.minSize`, message: `${minSize} is above maxSize, which is ${maxSize}.` }];
}

/** What `beanpole deploy` refuses for good is better told now. */
function ensurePolicyFits(
  at: string,
  { deploymentPolicy, tier, type, batchSizeType, batchSize }: EnvironmentConfiguration,
): Problem[] {
  const problems: Problem[] = [];
  const refuse = (message: string) =>
    problems.push({ path: `${at}.deploymentPolicy`, message: `"${deploymentPolicy}" ${message}` });
  if (type === 'SingleInstance' && deploymentPolicy.startsWith('Rolling'))
    refuse('needs several instances; allowed for SingleInstance: AllAtOnce, Immutable, BlueGreen.');
  if (deploymentPolicy === 'TrafficSplitting' && (type === 'SingleInstance' || tier === 'Worker'))
    refuse('needs a load balancer; allowed without one: AllAtOnce, Immutable, for a WebServer BlueGreen.');
  if (deploymentPolicy === 'BlueGreen' && tier === 'Worker')
    refuse('would keep an old worker that goes on taking messages; Immutable replaces it.');
  if (batchSizeType === 'Percentage' && batchSize > 100)
    problems.push({
      path: `${at}.batchSize`,
      message: `${batchSize} is not a percentage; allowed: 1 to 100, or batchSizeType Fixed.`,
    });
  return problems;
}

function ensureCheckTimeoutFits(
  at: string,
  { healthCheckTimeoutSeconds: timeout, healthCheckIntervalSeconds: interval }: EnvironmentConfiguration,
): Problem[] {
  if (timeout < interval) return [];
  return [
    {
      path: `${at}.healthCheckTimeoutSeconds`,
      message: `${timeout} must be less than healthCheckIntervalSeconds, which is ${interval}.`,
    },
  ];
}

function ensureVisibilityLasts(
  at: string,
  { visibilityTimeoutSeconds: visibility, tier }: EnvironmentConfiguration,
): Problem[] {
  // The worker daemon prolongs it while a job runs, which takes a moment.
  if (tier !== 'Worker' || visibility >= 2) return [];
  return [
    {
      path: `${at}.visibilityTimeoutSeconds`,
      message: `${visibility} leaves no time to prolong it while a job runs; allowed: 2 or more.`,
    },
  ];
}

function ensurePropertiesAllowed(at: string, { properties }: EnvironmentConfiguration): Problem[] {
  const reserved = Object.keys(properties)
    .filter(isReserved)
    .map((name) => ({
      path: `${at}.properties.${name}`,
      message: 'Beanpole sets this variable itself; choose another name.',
    }));
  const { length } = Object.entries(properties).flat().join('');
  if (length <= longestProperties) return reserved;
  const tooLong = `${length} characters in all are more than ${longestProperties}; set the long ones with \`beanpole config set\`.`;
  return [...reserved, { path: `${at}.properties`, message: tooLong }];
}

function ensureWayOut(environments: Environments, { natGateways }: NetworkConfiguration): Problem[] {
  if (natGateways !== 'None') return [];
  return Object.entries(environments)
    .filter(([, { type }]) => type === 'LoadBalanced')
    .map(([name]) => ({
      path: 'network.natGateways',
      message: `"None" leaves ${name}, which is LoadBalanced, without a way from its private subnets to AWS; allowed: Single or OnePerAz.`,
    }));
}

function ensureOneArchitecture(environments: Environments): Problem[] {
  const types = Object.entries(environments).flatMap(([name, { instanceTypes }]) =>
    instanceTypes.map((type) => ({ name, type })),
  );
  const [first] = types;
  if (!first) return [];
  return types
    .filter(({ type }) => architectureOf(type) !== architectureOf(first.type))
    .map(({ name, type }) => ({
      path: `environments.${name}.instanceTypes`,
      message: `${type} is ${architectureOf(type)}, but ${first.type} of ${first.name} is ${architectureOf(first.type)}; a version is built for one architecture.`,
    }));
}

/** Within its VPC a private zone alone answers for its domain and all that is below it. */
function ensureDomainSeenInside(
  { privateZone }: NetworkConfiguration,
  domain: DomainConfiguration | undefined,
): Problem[] {
  if (privateZone === undefined || !domain) return [];
  if (domain.name !== privateZone && !domain.name.endsWith(`.${privateZone}`)) return [];
  return [
    {
      path: 'network.privateZone',
      message: `${privateZone} would hide ${domain.name} from the stack's own instances; allowed: another domain, such as internal.${domain.name}.`,
    },
  ];
}

function ensureWorkersNamed(environments: Environments): Problem[] {
  const workers = Object.keys(environments).filter((name) => environments[name]?.tier === 'Worker');
  return Object.entries(environments).flatMap(([name, { tier, workerEnvironment }]) => {
    if (tier !== 'WebServer') return [];
    const path = `environments.${name}.workerEnvironment`;
    const allowed =
      workers.length > 0 ? workers.join(' or ') : 'nothing, there is no Worker environment in this stack';
    if (workerEnvironment !== undefined && !workers.includes(workerEnvironment))
      return [{ path, message: `"${workerEnvironment}" is not allowed; allowed: ${allowed}.` }];
    if (workerEnvironment === undefined && workers.length > 1)
      return [{ path, message: `is missing, and the stack has several workers; allowed: ${allowed}.` }];
    return [];
  });
}
