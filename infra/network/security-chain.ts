import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { EnvironmentType, Tier } from '../../model/schemas.ts';
import type { DataStore } from '../data/data-store.ts';

export interface SecurityChainArgs {
  /** Where the groups are; another VPC replaces them. */
  readonly vpcId: pulumi.Input<string>;
  /** `WebServer` or `Worker`: nobody opens a connection to a worker, it takes its work from a queue. */
  readonly tier: Tier;
  /** `LoadBalanced`: only the load balancer gets to port 80 of the instances. `SingleInstance`: the internet does. */
  readonly type: EnvironmentType;
  /** Opens port 443 of the load balancer too. */
  readonly https: boolean;
  /** What instances may connect to, at its own port; the key names the rule. */
  readonly stores: Readonly<Record<string, DataStore>>;
  /** On everything that can carry tags: application, stack and environment. Permissions and costs go by them. */
  readonly tags: Record<string, string>;
}

/** Who may open the first connection to the instances. */
export type Entrance = 'LoadBalancer' | 'Internet' | 'Nobody';

/** Pure: a worker takes its work from a queue, so nobody calls it. */
export function entranceOf(tier: Tier, type: EnvironmentType): Entrance {
  if (tier === 'Worker') return 'Nobody';
  return type === 'LoadBalanced' ? 'LoadBalancer' : 'Internet';
}

const anywhere = '0.0.0.0/0';
const https = { ipProtocol: 'tcp', fromPort: 443, toPort: 443 } as const;
const http = { ipProtocol: 'tcp', fromPort: 80, toPort: 80 } as const;

/**
 * Security groups in which each link admits only the one before it: internet → load balancer → instances →
 * database, cache, file system. Instances may call whatever they want.
 * Rules are resources of their own; mixed with inline ones they would undo each other.
 * Cost: nothing.
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
 * @stackFile environments.web.tier, environments.web.type
 */
export class SecurityChain extends pulumi.ComponentResource {
  /** Group of the load balancer: ports 80 and, with `https`, 443 from everywhere. Only where one is the entrance. */
  readonly loadBalancerId: pulumi.Output<string> | undefined;
  /** Group of the instances. */
  readonly instancesId: pulumi.Output<string>;

  constructor(name: string, args: SecurityChainArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:network:SecurityChain', name, {}, opts);
    const entrance = entranceOf(args.tier, args.type);

    const instances = this.createGroup(`${name}-instances`, 'Instances', args);
    const loadBalancer =
      entrance === 'LoadBalancer'
        ? this.createGroup(`${name}-load-balancer`, 'Load balancer', args)
        : undefined;
    if (loadBalancer) this.linkLoadBalancer(name, loadBalancer, instances, args);
    if (entrance === 'Internet') this.admitInternet(`${name}-instances`, instances, args);
    this.letOut(`${name}-instances`, instances, args);
    for (const [storeName, store] of Object.entries(args.stores))
      this.admitToStore(`${name}-instances-to-${storeName}`, instances, store, args);

    this.loadBalancerId = loadBalancer?.id;
    this.instancesId = instances.id;
    this.registerOutputs({ loadBalancerId: this.loadBalancerId, instancesId: this.instancesId });
  }

  private createGroup(
    name: string,
    whose: string,
    { vpcId, tags }: SecurityChainArgs,
  ): aws.ec2.SecurityGroup {
    // A changed description replaces the group: keep it free of anything that may change.
    const description = `${whose} of a Beanpole environment`;
    return new aws.ec2.SecurityGroup(
      name,
      { vpcId, description, tags: { ...tags, Name: name } },
      { parent: this },
    );
  }

  private linkLoadBalancer(
    name: string,
    loadBalancer: aws.ec2.SecurityGroup,
    instances: aws.ec2.SecurityGroup,
    args: SecurityChainArgs,
  ): void {
    const { tags } = args;
    this.admitInternet(`${name}-load-balancer`, loadBalancer, args);
    if (args.https) this.admitHttps(`${name}-load-balancer`, loadBalancer, args);
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-load-balancer-to-instances`,
      { securityGroupId: loadBalancer.id, referencedSecurityGroupId: instances.id, ...http, tags },
      { parent: this },
    );
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-instances-from-load-balancer`,
      { securityGroupId: instances.id, referencedSecurityGroupId: loadBalancer.id, ...http, tags },
      { parent: this },
    );
  }

  private admitInternet(name: string, group: aws.ec2.SecurityGroup, { tags }: SecurityChainArgs): void {
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-from-internet`,
      { securityGroupId: group.id, cidrIpv4: anywhere, ...http, tags },
      { parent: this },
    );
  }

  private admitToStore(
    name: string,
    instances: aws.ec2.SecurityGroup,
    { securityGroupId, port }: DataStore,
    { tags }: SecurityChainArgs,
  ): void {
    new aws.vpc.SecurityGroupIngressRule(
      name,
      {
        securityGroupId,
        referencedSecurityGroupId: instances.id,
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        tags,
      },
      { parent: this },
    );
  }

  private admitHttps(name: string, group: aws.ec2.SecurityGroup, { tags }: SecurityChainArgs): void {
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-https-from-internet`,
      { securityGroupId: group.id, cidrIpv4: anywhere, ...https, tags },
      { parent: this },
    );
  }

  /** An application calls what it wants: AWS, package repositories, other people's APIs. */
  private letOut(name: string, group: aws.ec2.SecurityGroup, { tags }: SecurityChainArgs): void {
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-to-internet`,
      { securityGroupId: group.id, cidrIpv4: anywhere, ipProtocol: '-1', tags },
      { parent: this },
    );
  }
}
