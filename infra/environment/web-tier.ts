import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { tags } from '../../model/names.ts';
import type { EnvironmentName, Slot } from '../../model/names.ts';
import type { EnvironmentConfiguration } from '../config.ts';
import { Certificate } from '../dns/certificate.ts';
import { Domain, fullName } from '../dns/domain.ts';
import type { DomainTarget, Routing } from '../dns/domain.ts';
import { setIdentifierOf } from '../dns/routing-rules.ts';
import type { Network } from '../network/network.ts';
import { LoadBalancer } from './load-balancer.ts';
import type { LoadBalancerArgs } from './load-balancer.ts';

export interface WebTierArgs {
  readonly name: EnvironmentName;
  readonly configuration: EnvironmentConfiguration;
  readonly network: Pick<Network, 'vpcId' | 'publicSubnetIds'>;
  /** Of the load balancer; absent for a single instance. */
  readonly loadBalancerSecurityGroupId: pulumi.Input<string> | undefined;
  readonly activeSlot: Slot;
  /** Where names are made; needed for a `record` only. */
  readonly zone: WebZone | undefined;
  /** Of other environments of the stack. */
  readonly otherNames: readonly Domain[];
}

export interface WebZone {
  readonly hostedZoneId: string;
  readonly domainName: string;
  /** Names are reached by HTTPS, under this security policy; undefined: by HTTP. */
  readonly sslPolicy: string | undefined;
}

/** How the world reaches a web environment: a load balancer or an Elastic IP (3.65 USD a month), and a name. */
export class WebTier extends pulumi.ComponentResource {
  readonly loadBalancer: LoadBalancer | undefined;
  readonly elasticIp: aws.ec2.Eip | undefined;
  readonly domain: Domain | undefined;
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: WebTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:environment:WebTier', name, {}, opts);

    if (args.loadBalancerSecurityGroupId !== undefined)
      this.loadBalancer = this.createLoadBalancer(name, args, args.loadBalancerSecurityGroupId);
    else this.elasticIp = this.createElasticIp(name, args);
    this.domain = this.createDomain(name, args);

    const scheme = this.domain && args.zone?.sslPolicy !== undefined ? 'https' : 'http';
    this.url = pulumi.interpolate`${scheme}://${this.domain?.fqdn ?? this.address()}`;
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
        tls: this.createTls(name, args),
        tags: tags(args.name),
      },
      { parent: this },
    );
  }

  private createTls(name: string, { zone, configuration, ...args }: WebTierArgs): LoadBalancerArgs['tls'] {
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
    return { certificateArn: arn, policy: zone.sslPolicy };
  }

  private createElasticIp(name: string, args: WebTierArgs): aws.ec2.Eip {
    return new aws.ec2.Eip(
      name,
      { domain: 'vpc', tags: { ...tags(args.name), Name: name } },
      { parent: this },
    );
  }

  private createDomain(name: string, args: WebTierArgs): Domain | undefined {
    const { zone, configuration } = args;
    if (!zone || configuration.record === undefined) return undefined;
    return new Domain(
      name,
      {
        hostedZoneId: zone.hostedZoneId,
        domainName: zone.domainName,
        record: configuration.record,
        target: this.target(),
        routing: routingOf(args),
        others: args.otherNames,
        tags: tags(args.name),
      },
      { parent: this },
    );
  }

  private target(): DomainTarget {
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
