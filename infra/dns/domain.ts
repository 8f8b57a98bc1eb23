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
  | { readonly address: pulumi.Input<string> }
  /** An environment's own name, in the same zone; a swap makes it lead to another one of these. */
  | { readonly ownName: Domain; readonly swappableWith: readonly Domain[] };

export interface DomainArgs {
  readonly hostedZoneId: string;
  /** The application's domain, such as mywordpress.example. */
  readonly domainName: string;
  /** Name below it, such as www or web.prod.env; @ is the domain itself. */
  readonly record: string;
  readonly target: DomainTarget;
}

/** Pure: `www` of `mywordpress.example` is `www.mywordpress.example`. */
export const fullName = (record: string, domainName: string): string =>
  record === '@' ? domainName : `${record}.${domainName}`;

/** What the CLI moves when it swaps the names of two environments; Pulumi leaves it alone. */
export const targetMovedBySwaps = ['aliases'];

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
    return new aws.route53.Record(
      name,
      { zoneId: hostedZoneId, name: this.fqdn, type: 'A', ...destination(target, hostedZoneId) },
      'ownName' in target
        ? { parent: this, dependsOn: [...target.swappableWith], ignoreChanges: targetMovedBySwaps }
        : { parent: this },
    );
  }
}

type Destination = Pick<aws.route53.RecordArgs, 'ttl' | 'records' | 'aliases'>;

function destination(target: DomainTarget, hostedZoneId: string): Destination {
  if ('address' in target) return { ttl: ttlSeconds, records: [target.address] };
  const { name, zoneId } =
    'ownName' in target
      ? { name: target.ownName.fqdn, zoneId: hostedZoneId }
      : { name: target.loadBalancer.dnsName, zoneId: target.loadBalancer.zoneId };
  // There is one target without a spare: its health cannot change the answer for the better.
  return { aliases: [{ name, zoneId, evaluateTargetHealth: false }] };
}
