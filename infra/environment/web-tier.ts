import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { ownRecord, tags } from '../../model/names.ts';
import type { EnvironmentName, Slot } from '../../model/names.ts';
import type { EnvironmentDescriptor } from '../../model/schemas.ts';
import type { EnvironmentConfiguration } from '../config.ts';
import { Certificate } from '../dns/certificate.ts';
import { Domain, fullName } from '../dns/domain.ts';
import type { DomainArgs, DomainTarget } from '../dns/domain.ts';
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
  readonly url: pulumi.Output<string>;
  /** In DNS, what always leads here; undefined without a `record`. */
  readonly ownName: Domain | undefined;
  /** The `record` of the stack file, which is made when all environments of the stack have their own names. */
  readonly publicName: Pick<DomainArgs, 'hostedZoneId' | 'domainName' | 'record'> | undefined;
  /** Of that name; undefined without HTTPS. */
  readonly certificateArn: pulumi.Output<string> | undefined;

  constructor(name: string, args: WebTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:environment:WebTier', name, {}, opts);

    this.certificateArn = this.createCertificate(name, args);
    if (args.loadBalancerSecurityGroupId !== undefined)
      this.loadBalancer = this.createLoadBalancer(name, args, args.loadBalancerSecurityGroupId);
    else this.elasticIp = this.createElasticIp(name, args);
    this.publicName = publicNameOf(args);
    this.ownName = this.publicName && this.createOwnName(`${name}-own`, args, this.publicName);

    const scheme = this.publicName && args.zone?.sslPolicy !== undefined ? 'https' : 'http';
    this.url = pulumi.interpolate`${scheme}://${this.hostName?.name ?? this.address()}`;
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

  /** Both names, as the CLI is told. */
  get hostName(): EnvironmentDescriptor['hostName'] {
    const { ownName, publicName } = this;
    if (!ownName || !publicName) return undefined;
    const { hostedZoneId, record, domainName } = publicName;
    return { hostedZoneId, name: fullName(record, domainName), ownName: ownName.fqdn };
  }

  private createOwnName(
    name: string,
    args: WebTierArgs,
    { hostedZoneId, domainName }: NonNullable<WebTier['publicName']>,
  ): Domain {
    const record = ownRecord(args.name);
    return new Domain(name, { hostedZoneId, domainName, record, target: this.target() }, { parent: this });
  }

  private target(): DomainTarget {
    return this.loadBalancer ? { loadBalancer: this.loadBalancer } : { address: this.address() };
  }

  private address(): pulumi.Output<string> {
    return this.loadBalancer?.dnsName ?? this.elasticIp?.publicIp ?? pulumi.output('');
  }
}

function publicNameOf({ zone, configuration: { record } }: WebTierArgs): WebTier['publicName'] {
  return zone && record !== undefined
    ? { hostedZoneId: zone.hostedZoneId, domainName: zone.domainName, record }
    : undefined;
}
