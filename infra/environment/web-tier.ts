import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { ownRecord, tags } from '../../model/names.ts';
import type { EnvironmentName, Slot } from '../../model/names.ts';
import type { EnvironmentDescriptor } from '../../model/schemas.ts';
import type { EnvironmentConfiguration } from '../config.ts';
import { Certificate } from '../dns/certificate.ts';
import { Domain, fullName } from '../dns/domain.ts';
import type { DomainArgs, DomainTarget, Routing } from '../dns/domain.ts';
import { setIdentifierOf } from '../dns/routing-rules.ts';
import type { Network } from '../network/network.ts';
import { LoadBalancer } from './load-balancer.ts';
import type { LoadBalancerArgs } from './load-balancer.ts';

export interface WebTierArgs {
  /** For tags, and for the environment's own name in DNS: `<environment>.<stack>.env` below the domain. */
  readonly name: EnvironmentName;
  /** Health checks, stickiness, `record` and `routing` of the environment. */
  readonly configuration: EnvironmentConfiguration;
  /** A load balancer stands in its public subnets. */
  readonly network: Pick<Network, 'vpcId' | 'publicSubnetIds'>;
  /** Of the load balancer; absent for a single instance, which gets an Elastic IP instead. */
  readonly loadBalancerSecurityGroupId: pulumi.Input<string> | undefined;
  /** Whose target group gets all traffic when the listener is made. */
  readonly activeSlot: Slot;
  /** Where names are made; needed for a `record` only. */
  readonly zone: WebZone | undefined;
}

/** Where the names of web environments are. */
export interface WebZone {
  /** The application's hosted zone. */
  readonly hostedZoneId: string;
  /**
   * That of the zone or one below it.
   * @stackFile domain.name
   */
  readonly domainName: string;
  /**
   * Names are reached by HTTPS, under this security policy; undefined: by HTTP.
   * @stackFile domain.sslPolicy
   */
  readonly sslPolicy: string | undefined;
}

/**
 * How the world reaches a web environment: a load balancer or an Elastic IP, and a name. With `domain.https` the name
 * has a certificate and the load balancer redirects HTTP there.
 * Cost: that of the load balancer, or 3.65 USD a month for the Elastic IP; names and certificates next to nothing.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html
 * @stackFile environments.web.tier, environments.web.type, environments.web.record, domain.name
 */
export class WebTier extends pulumi.ComponentResource {
  /** Only of a `LoadBalanced` environment. */
  readonly loadBalancer: LoadBalancer | undefined;
  /** Only of a `SingleInstance` environment: the instance associates it with itself, so it outlives each of them. */
  readonly elasticIp: aws.ec2.Eip | undefined;
  /** Where a person opens it: by its name, else by the address of the load balancer or the Elastic IP. */
  readonly url: pulumi.Output<string>;
  /** In DNS, what always leads here, so that names can be swapped; undefined without a `record`, or with its `routing`. */
  readonly ownName: Domain | undefined;
  /** The `record` of the stack file, which is made when all environments of the stack have their own names. */
  readonly publicName: Omit<DomainArgs, 'target' | 'others'> | undefined;
  /** Of that name; undefined without HTTPS. */
  readonly certificateArn: pulumi.Output<string> | undefined;

  constructor(name: string, args: WebTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:environment:WebTier', name, {}, opts);

    this.certificateArn = this.createCertificate(name, args);
    if (args.loadBalancerSecurityGroupId !== undefined)
      this.loadBalancer = this.createLoadBalancer(name, args, args.loadBalancerSecurityGroupId);
    else this.elasticIp = this.createElasticIp(name, args);
    this.publicName = publicNameOf(args);
    this.ownName = this.createOwnName(`${name}-own`, args);

    const scheme = this.publicName && args.zone?.sslPolicy !== undefined ? 'https' : 'http';
    this.url = pulumi.interpolate`${scheme}://${this.fqdn ?? this.address()}`;
    this.registerOutputs({ url: this.url });
  }

  private createLoadBalancer(
    name: string,
    args: WebTierArgs,
    securityGroupId: pulumi.Input<string>,
  ): LoadBalancer {
    const { configuration } = args;
    return new LoadBalancer(
      name,
      {
        vpcId: args.network.vpcId,
        subnetIds: args.network.publicSubnetIds,
        securityGroupId,
        activeSlot: args.activeSlot,
        healthCheck: {
          path: configuration.healthCheckPath,
          intervalSeconds: configuration.healthCheckIntervalSeconds,
          timeoutSeconds: configuration.healthCheckTimeoutSeconds,
          healthyThreshold: configuration.healthyThresholdCount,
          unhealthyThreshold: configuration.unhealthyThresholdCount,
        },
        deregistrationDelaySeconds: configuration.deregistrationDelaySeconds,
        algorithm: configuration.loadBalancingAlgorithm,
        slowStartSeconds: configuration.slowStartSeconds,
        stickinessSeconds: configuration.stickinessSeconds,
        stickinessCookieName: configuration.stickinessCookieName,
        tls: this.tls(args),
        tags: tags(args.name),
      },
      { parent: this },
    );
  }

  private tls({ zone }: WebTierArgs): LoadBalancerArgs['tls'] {
    const { certificateArn } = this;
    if (zone?.sslPolicy === undefined || certificateArn === undefined) return undefined;
    return { certificateArn, policy: zone.sslPolicy };
  }

  private createCertificate(
    name: string,
    { zone, configuration, ...args }: WebTierArgs,
  ): pulumi.Output<string> | undefined {
    if (zone?.sslPolicy === undefined || configuration.record === undefined) return undefined;
    const { arn } = new Certificate(
      name,
      {
        hostedZoneId: zone.hostedZoneId,
        fqdn: fullName(configuration.record, zone.domainName),
        tags: tags(args.name),
      },
      { parent: this },
    );
    return arn;
  }

  private createElasticIp(name: string, args: WebTierArgs): aws.ec2.Eip {
    return new aws.ec2.Eip(
      name,
      { domain: 'vpc', tags: { ...tags(args.name), Name: name } },
      { parent: this },
    );
  }

  /** The `record` of the stack file, in full. */
  private get fqdn(): string | undefined {
    return this.publicName && fullName(this.publicName.record, this.publicName.domainName);
  }

  /** Both names, as the CLI is told for `beanpole swap`; undefined where they cannot be swapped. */
  get hostName(): EnvironmentDescriptor['hostName'] {
    const { ownName, publicName, fqdn } = this;
    if (!ownName || !publicName || fqdn === undefined) return undefined;
    return { hostedZoneId: publicName.hostedZoneId, name: fqdn, ownName: ownName.fqdn };
  }

  private createOwnName(name: string, args: WebTierArgs): Domain | undefined {
    if (!this.publicName || this.publicName.routing) return undefined;
    const own = { ...this.publicName, record: ownRecord(args.name), target: this.target };
    return new Domain(name, own, { parent: this });
  }

  /** What its names lead to. */
  get target(): DomainTarget {
    return this.loadBalancer ? { loadBalancer: this.loadBalancer } : { addresses: [this.address()] };
  }

  private address(): pulumi.Output<string> {
    return this.loadBalancer?.dnsName ?? this.elasticIp?.publicIp ?? pulumi.output('');
  }
}

/** Pure: how the environment shares its name, asked for health by the way in which it is reached. */
function routingOf({ name, configuration, zone }: WebTierArgs): Routing | undefined {
  const { routing, healthCheckPath } = configuration;
  if (!routing) return undefined;
  const { healthCheck } = routing;
  const protocol = zone?.sslPolicy === undefined ? 'HTTP' : 'HTTPS';
  return {
    ...routing,
    setIdentifier: setIdentifierOf(routing, name.stack, name.environment),
    healthCheck: healthCheck && { ...healthCheck, protocol, path: healthCheck.path ?? healthCheckPath },
  };
}

function publicNameOf(args: WebTierArgs): WebTier['publicName'] {
  const { zone, configuration } = args;
  if (!zone || configuration.record === undefined) return undefined;
  const { hostedZoneId, domainName } = zone;
  const { record } = configuration;
  return { hostedZoneId, domainName, record, routing: routingOf(args), tags: tags(args.name) };
}
