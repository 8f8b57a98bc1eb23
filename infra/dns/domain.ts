import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** What a name leads to. */
export type DomainTarget =
  | {
      readonly loadBalancer: {
        readonly dnsName: pulumi.Input<string>;
        readonly zoneId: pulumi.Input<string>;
      };
    }
  | { readonly address: pulumi.Input<string> };

export interface DomainArgs {
  readonly hostedZoneId: string;
  /** The application's domain, such as mywordpress.example. */
  readonly domainName: string;
  /** Name below it, such as www; @ is the domain itself. */
  readonly record: string;
  readonly target: DomainTarget;
}

/** Pure: `www` of `mywordpress.example` is `www.mywordpress.example`. */
export const fullName = (record: string, domainName: string): string =>
  record === '@' ? domainName : `${record}.${domainName}`;

/** Short, so that a client follows within a minute when the address changes. */
const ttlSeconds = 60;

/** A name in Route 53. Cost: 0.40 USD per million queries; aliases to load balancers are free. */
export class Domain extends pulumi.ComponentResource {
  readonly fqdn: string;

  constructor(name: string, args: DomainArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:dns:Domain', name, {}, opts);
    this.fqdn = fullName(args.record, args.domainName);

    this.createRecord(name, args);

    this.registerOutputs({ fqdn: this.fqdn });
  }

  private createRecord(name: string, { hostedZoneId, target }: DomainArgs): aws.route53.Record {
    const destination =
      'address' in target
        ? { ttl: ttlSeconds, records: [target.address] }
        : // One load balancer without a spare: its health cannot change the answer for the better.
          {
            aliases: [
              {
                name: target.loadBalancer.dnsName,
                zoneId: target.loadBalancer.zoneId,
                evaluateTargetHealth: false,
              },
            ],
          };
    return new aws.route53.Record(
      name,
      { zoneId: hostedZoneId, name: this.fqdn, type: 'A', ...destination },
      { parent: this },
    );
  }
}
