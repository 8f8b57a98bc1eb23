import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

export interface PrivateZoneArgs {
  /**
   * Of the zone, such as prod.internal.
   * @stackFile network.privateZone
   */
  readonly domainName: string;
  /** The one VPC that knows the names. */
  readonly vpcId: pulumi.Input<string>;
  /** What names below it lead to, by the first part of each: names of data services, as CNAME records of 5 seconds. */
  readonly names: Readonly<Record<string, pulumi.Input<string>>>;
  /** On the zone: application and stack. */
  readonly tags: Record<string, string>;
}

/** As short as what a failover moves may be kept. */
const ttlSeconds = 5;

/**
 * Names that only the VPC of a stack knows: `database`, `database-reader`, `cache` and `cache-reader`, for the data
 * services that there are. Within the VPC nothing else answers for the domain.
 * Cost: 0.50 USD a month and 0.40 USD per million queries.
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zones-private.html
 * @stackFile network.privateZone
 */
export class PrivateZone extends pulumi.ComponentResource {
  constructor(name: string, args: PrivateZoneArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:dns:PrivateZone', name, {}, opts);

    const zone = this.createZone(name, args);
    for (const [first, target] of Object.entries(args.names))
      this.createRecord(`${name}-${first}`, zone, `${first}.${args.domainName}`, target);

    this.registerOutputs({});
  }

  private createZone(name: string, { domainName, vpcId, tags }: PrivateZoneArgs): aws.route53.Zone {
    return new aws.route53.Zone(
      name,
      { name: domainName, comment: 'Names of a Beanpole stack', vpcs: [{ vpcId }], tags },
      { parent: this },
    );
  }

  private createRecord(
    name: string,
    zone: aws.route53.Zone,
    fqdn: string,
    target: pulumi.Input<string>,
  ): aws.route53.Record {
    return new aws.route53.Record(
      name,
      { zoneId: zone.zoneId, name: fqdn, type: 'CNAME', ttl: ttlSeconds, records: [target] },
      { parent: this },
    );
  }
}
