/** Rules across the keys of `routing`, and across all records of one name. Pure. */
import type { DomainConfiguration, EnvironmentConfiguration } from '../config.ts';
import type { Problem } from '../config-problems.ts';
import type { RoutingConfiguration } from './routing-section.ts';

/** One record that a stack file asks for. */
interface Asked {
  /** Where it stands in the file. */
  readonly at: string;
  /** Whose it is, in a sentence. */
  readonly whose: string;
  readonly record: string;
  readonly setIdentifier: string;
  readonly routing: RoutingConfiguration | undefined;
  /** Addresses that it holds; 0: it is an alias of a load balancer. */
  readonly addresses: number;
}

type Environments = Readonly<Record<string, EnvironmentConfiguration>>;

export function recordProblems(
  stack: string,
  environments: Environments,
  domain: DomainConfiguration | undefined,
): Problem[] {
  const asked = [...ofEnvironments(stack, environments), ...ofDomain(stack, domain)];
  return [
    ...ensureDomain(environments, domain),
    ...ensureRecordWithRouting(environments),
    ...asked.flatMap(ensureRoutingWhole),
    ...[...Map.groupBy(asked, ({ record }) => record).values()].flatMap(ensureNameShared),
  ];
}

/** Pure: what tells a record from others of its name. */
export const setIdentifierOf = (
  { setIdentifier }: RoutingConfiguration,
  stack: string,
  key: string,
): string => setIdentifier ?? `${stack}-${key}`;

const ofEnvironments = (stack: string, environments: Environments): Asked[] =>
  Object.entries(environments).flatMap(([name, { record, routing, type }]) =>
    record === undefined
      ? []
      : [
          {
            at: `environments.${name}`,
            whose: name,
            record,
            routing,
            setIdentifier: routing ? setIdentifierOf(routing, stack, name) : '',
            addresses: type === 'SingleInstance' ? 1 : 0,
          },
        ],
  );

const ofDomain = (stack: string, domain: DomainConfiguration | undefined): Asked[] =>
  Object.entries(domain?.records ?? {}).map(([key, { record, routing, addresses }]) => ({
    at: `domain.records.${key}`,
    whose: `domain.records.${key}`,
    record,
    routing,
    setIdentifier: routing ? setIdentifierOf(routing, stack, key) : '',
    addresses: addresses.length,
  }));

function ensureDomain(environments: Environments, domain: DomainConfiguration | undefined): Problem[] {
  if (domain) return [];
  return Object.entries(environments).flatMap(([name, { record }]) =>
    record === undefined
      ? []
      : [
          {
            path: `environments.${name}.record`,
            message: `"${record}" needs a domain; set beanpole:domain.`,
          },
        ],
  );
}

function ensureRecordWithRouting(environments: Environments): Problem[] {
  return Object.entries(environments).flatMap(([name, { record, routing }]) =>
    routing && record === undefined
      ? [{ path: `environments.${name}.routing`, message: 'needs a name to route; set record.' }]
      : [],
  );
}

/** What one record may say by itself. */
function ensureRoutingWhole({ at, routing, addresses }: Asked): Problem[] {
  if (!routing) return [];
  const { policy, weight, failover, healthCheck } = routing;
  const problems: Problem[] = [];
  const refuse = (key: string, message: string) =>
    problems.push({ path: `${at}.routing${key && `.${key}`}`, message });
  if (policy === 'Weighted' && weight === undefined)
    refuse('weight', 'is missing; allowed: a whole number from 0 to 255.');
  if (policy !== 'Weighted' && weight !== undefined)
    refuse('weight', `only for Weighted; this is ${policy}.`);
  if (policy === 'Failover' && failover === undefined)
    refuse('failover', 'is missing; allowed: PRIMARY or SECONDARY.');
  if (policy !== 'Failover' && failover !== undefined)
    refuse('failover', `only for Failover; this is ${policy}.`);
  if (failover === 'PRIMARY' && !healthCheck)
    refuse('healthCheck', 'is missing; without one Route 53 never leaves a PRIMARY. {} takes all defaults.');
  if (policy === 'MultivalueAnswer' && addresses === 0)
    refuse(
      'policy',
      'MultivalueAnswer is not allowed for the alias of a load balancer; allowed: Weighted or Failover.',
    );
  if (addresses > 1 && policy !== 'Failover')
    refuse('policy', `${policy} allows one address in each record; this one has ${addresses}.`);
  if (addresses > 1 && healthCheck)
    refuse('healthCheck', `looks at one address; this record has ${addresses}. Make a record of each.`);
  return problems;
}

/** What records of one name may say together; others of the name may be in other stacks. */
function ensureNameShared(records: readonly Asked[]): Problem[] {
  const [first] = records;
  return records.slice(1).flatMap((record, index): Problem[] => {
    const earlier = records.slice(0, index + 1);
    if (!record.routing || !first?.routing)
      return [
        {
          path: `${record.at}.record`,
          message: `"${record.record}" is already the record of ${first?.whose ?? ''}; records share a name when each has routing.`,
        },
      ];
    return [
      ...ensureOnePolicy(record, first),
      ...ensureOwnIdentifier(record, earlier),
      ...ensureOwnRole(record, earlier),
    ];
  });
}

function ensureOnePolicy({ at, record, routing }: Asked, first: Asked): Problem[] {
  const wanted = first.routing?.policy;
  if (routing?.policy === wanted) return [];
  return [
    {
      path: `${at}.routing.policy`,
      message: `"${routing?.policy ?? ''}" is not allowed; ${first.whose} routes "${record}" by ${wanted ?? ''}, and a name has one policy.`,
    },
  ];
}

function ensureOwnIdentifier({ at, setIdentifier }: Asked, earlier: readonly Asked[]): Problem[] {
  const twin = earlier.find((one) => one.setIdentifier === setIdentifier);
  if (!twin) return [];
  const message = `"${setIdentifier}" is that of ${twin.whose} already; records of one name differ in it.`;
  return [{ path: `${at}.routing.setIdentifier`, message }];
}

function ensureOwnRole({ at, routing }: Asked, earlier: readonly Asked[]): Problem[] {
  const role = routing?.failover;
  const twin = earlier.find((one) => role !== undefined && one.routing?.failover === role);
  if (!twin) return [];
  const message = `"${role ?? ''}" is ${twin.whose} already; a name has one PRIMARY and one SECONDARY.`;
  return [{ path: `${at}.routing.failover`, message }];
}
