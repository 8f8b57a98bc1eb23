/** The whole network as plain values: what EC2's state means for the kernel. `Network.apply` makes it so. */

export interface NetworkPlan {
  readonly vpcs: readonly VpcPlan[];
}

export interface VpcPlan {
  readonly id: string;
  readonly cidrs: readonly string[];
  /** AmazonProvidedDNS: the VPC's base address plus two. */
  readonly resolverAddress: string;
  readonly hosts: readonly HostPlan[];
  readonly securityGroups: readonly SecurityGroupPlan[];
  /** Network address translation gateways: their public addresses. */
  readonly natAddresses: readonly string[];
}

/** A network namespace of its own: an instance, or all nodes of one load balancer. */
export interface HostPlan {
  /** Unique in the cloud; also the namespace's name: an instance id, a load balancer's id. */
  readonly id: string;
  readonly interfaces: readonly InterfacePlan[];
}

/** One elastic network interface. */
export interface InterfacePlan {
  readonly id: string;
  readonly privateAddress: string;
  /** An Elastic IP or an automatically assigned public address. */
  readonly publicAddress?: string;
  /**
   * Where the subnet's default route leads: an internet gateway (needs a public address to be of use),
   * a NAT gateway's public address, or nowhere.
   */
  readonly defaultRoute: 'internet' | { readonly nat: string } | 'none';
  readonly securityGroups: readonly string[];
  /** Its zone is down: no packet comes or goes. */
  readonly isCut?: true;
  /**
   * Nodes of one cluster of a service's (a cache and its replicas) reach each other whatever their security
   * groups say: that traffic is AWS's own, not the customer's.
   */
  readonly cluster?: string;
  /** How many hops an answer of the metadata service goes (1: no further than the host itself); absent: any. */
  readonly metadataHops?: number;
}

export interface SecurityGroupPlan {
  readonly id: string;
  readonly ingress: readonly RulePlan[];
  readonly egress: readonly RulePlan[];
}

export interface RulePlan {
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'all';
  /** Inclusive; absent for `icmp` and `all`. */
  readonly ports?: readonly [number, number];
  readonly peer: { readonly cidr: string } | { readonly group: string };
}

/** The region's own address on the simulated internet: where the service endpoint answers. */
export const endpointAddress = '192.0.2.1';
/** A public name server on the simulated internet, answering as any resolver out there would. */
export const publicResolverAddress = '192.0.2.53';
/** Clients on the simulated internet. */
export const internetCidr = '198.51.100.0/24';
export const frontDoorAddress = '198.51.100.1';
export const internetHostAddress = '198.51.100.10';
/** Where Route 53's health checkers send their requests from. */
export const healthCheckerAddress = '198.51.100.53';
/** Public addresses handed out to Elastic IPs, instances, load balancers and NAT gateways. */
export const publicCidr = '203.0.113.0/24';
