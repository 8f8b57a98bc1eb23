import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { HealthCheck } from './health-check.ts';
import type { Endpoint, HealthCheckArgs } from './health-check.ts';
import type { RoutingConfiguration } from './routing-section.ts';

/** What a name leads to: a load balancer by an alias, addresses by an A record, another name by an alias. */
export type DomainTarget =
  | {
      readonly loadBalancer: {
        readonly dnsName: pulumi.Input<string>;
        readonly zoneId: pulumi.Input<string>;
      };
    }
  | { readonly addresses: readonly pulumi.Input<string>[]; readonly ttlSeconds?: number }
  /** An environment's own name, in the same zone; a swap makes it lead to another one of these. */
  | { readonly ownName: Domain; readonly swappableWith: readonly Domain[] };

/** How a record shares its name with others: by `policy`, `weight` and `failover` of the stack file. */
export interface Routing extends Pick<RoutingConfiguration, 'policy' | 'weight' | 'failover'> {
  /**
   * Tells the record from others of the name.
   * @stackFile environments.*.routing.setIdentifier
   */
  readonly setIdentifier: string;
  /** How its target is asked; without a health check the record counts as healthy. */
  readonly healthCheck: HealthCheckArgs['settings'] | undefined;
}

export interface DomainArgs {
  /** The application's hosted zone, which the application stack made. */
  readonly hostedZoneId: string;
  /**
   * The application's domain, such as mywordpress.example.
   * @stackFile domain.name
   */
  readonly domainName: string;
  /**
   * Name below it, such as www or web.prod.env; @ is the domain itself.
   * @stackFile environments.*.record
   */
  readonly record: string;
  /** Addresses are kept by resolvers for `ttlSeconds`, 60 by default; of aliases AWS decides. */
  readonly target: DomainTarget;
  /** Undefined: the record has its name alone. */
  readonly routing?: Routing | undefined;
  /** Other names of the stack. A record comes after those of its own name, so that no two change it at once. */
  readonly others?: readonly Domain[];
  /** On the health check; records have no tags. */
  readonly tags: Record<string, string>;
}

/** Pure: `www` of `mywordpress.example` is `www.mywordpress.example`. */
export const fullName = (record: string, domainName: string): string =>
  record === '@' ? domainName : `${record}.${domainName}`;

/** What the CLI moves when it swaps the names of two environments; Pulumi leaves it alone. */
export const targetMovedBySwaps = ['aliases'];

/** Short, so that a client follows within a minute when the address changes. */
const standardTtlSeconds = 60;

/**
 * A name in Route 53: an A record, alone or sharing its name by a routing policy. An environment has two, its own, which
 * always leads to it, and the public one, which is an alias of an own one and which `beanpole swap` moves.
 * Cost: 0.40 USD per million queries; aliases to load balancers are free.
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy.html
 * @stackFile domain, environments.web.record, environments.web.routing
 */
export class Domain extends pulumi.ComponentResource {
  /** The name in full, without a dot at its end. */
  readonly fqdn: string;
  /** What asks whether its target works; only with `routing.healthCheck`. */
  readonly healthCheck: HealthCheck | undefined;

  constructor(name: string, args: DomainArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:dns:Domain', name, {}, opts);
    this.fqdn = fullName(args.record, args.domainName);

    this.healthCheck = this.createHealthCheck(name, args);
    this.createRecord(name, args);

    this.registerOutputs({ fqdn: this.fqdn });
  }

  private createHealthCheck(name: string, { routing, target, tags }: DomainArgs): HealthCheck | undefined {
    if (!routing?.healthCheck) return undefined;
    return new HealthCheck(
      name,
      { endpoint: endpointOf(target), settings: routing.healthCheck, tags },
      { parent: this },
    );
  }

  private createRecord(
    name: string,
    { hostedZoneId, target, routing, others = [] }: DomainArgs,
  ): aws.route53.Record {
    const first = [
      ...('ownName' in target ? target.swappableWith : []),
      ...others.filter(({ fqdn }) => fqdn === this.fqdn),
    ];
    return new aws.route53.Record(
      name,
      {
        zoneId: hostedZoneId,
        name: this.fqdn,
        type: 'A',
        ...destinationOf(target, hostedZoneId),
        ...(routing && policyOf(routing)),
        ...(this.healthCheck && { healthCheckId: this.healthCheck.id }),
      },
      {
        parent: this,
        dependsOn: first,
        ...('ownName' in target && { ignoreChanges: targetMovedBySwaps }),
      },
    );
  }
}

/** A load balancer is asked under its own name: the name that is routed may lead elsewhere. */
function endpointOf(target: DomainTarget): Endpoint {
  if ('loadBalancer' in target) return { name: target.loadBalancer.dnsName };
  return 'ownName' in target ? { name: target.ownName.fqdn } : { address: target.addresses[0] ?? '' };
}

type Destination = Pick<aws.route53.RecordArgs, 'aliases' | 'records' | 'ttl'>;

/**
 * The alias does not evaluate its target's health: Route 53 calls a load balancer unhealthy as long as one of its
 * target groups is empty, and that of the idle slot always is. A health check asks the load balancer itself.
 */
function destinationOf(target: DomainTarget, hostedZoneId: string): Destination {
  if ('addresses' in target)
    return { ttl: target.ttlSeconds ?? standardTtlSeconds, records: [...target.addresses] };
  const { name, zoneId } =
    'ownName' in target
      ? { name: target.ownName.fqdn, zoneId: hostedZoneId }
      : { name: target.loadBalancer.dnsName, zoneId: target.loadBalancer.zoneId };
  return { aliases: [{ name, zoneId, evaluateTargetHealth: false }] };
}

type Policy = Pick<
  aws.route53.RecordArgs,
  'setIdentifier' | 'weightedRoutingPolicies' | 'failoverRoutingPolicies' | 'multivalueAnswerRoutingPolicy'
>;

function policyOf({ policy, setIdentifier, weight, failover }: Routing): Policy {
  switch (policy) {
    case 'Weighted':
      return { setIdentifier, weightedRoutingPolicies: [{ weight: weight ?? 0 }] };
    case 'Failover':
      return { setIdentifier, failoverRoutingPolicies: [{ type: failover ?? 'SECONDARY' }] };
    case 'MultivalueAnswer':
      return { setIdentifier, multivalueAnswerRoutingPolicy: true };
  }
}
