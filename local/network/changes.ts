import type { HostPlan, NetworkPlan, VpcPlan } from './plan.ts';

/** A host as the kernel has it. */
export interface WiredHost {
  readonly id: string;
  readonly link: string;
  readonly carrier: string;
  readonly addresses: readonly string[];
}

/** A VPC's router as the kernel has it. */
export interface Router {
  readonly id: string;
  /** The core's interface towards it. */
  readonly coreLink: string;
  readonly hosts: Map<string, WiredHost>;
  /** Public addresses and carriers that the core leads here. */
  outside: ReadonlySet<string>;
  /** The rules in force. */
  ruleset: string;
}

export interface Changes {
  readonly routersToAdd: readonly VpcPlan[];
  readonly routersToRemove: readonly Router[];
  readonly hostsToAdd: readonly { vpcId: string; host: HostPlan }[];
  readonly hostsToRemove: readonly { vpcId: string; host: WiredHost }[];
  readonly hostsToReaddress: readonly { vpcId: string; host: HostPlan; wired: WiredHost }[];
}

/** What has to be done to the routers and hosts there are, so that they are those of the plan. */
export function changesTo(routers: ReadonlyMap<string, Router>, plan: NetworkPlan): Changes {
  const planned = new Map(plan.vpcs.map((vpc) => [vpc.id, vpc]));
  const there = [...routers.values()];
  return {
    routersToAdd: plan.vpcs.filter(({ id }) => !routers.has(id)),
    routersToRemove: there.filter(({ id }) => !planned.has(id)),
    hostsToAdd: plan.vpcs.flatMap((vpc) =>
      vpc.hosts
        .filter(({ id }) => !routers.get(vpc.id)?.hosts.has(id))
        .map((host) => ({ vpcId: vpc.id, host })),
    ),
    hostsToRemove: there.flatMap((router) =>
      [...router.hosts.values()]
        .filter(({ id }) => !planned.get(router.id)?.hosts.some((host) => host.id === id))
        .map((host) => ({ vpcId: router.id, host })),
    ),
    hostsToReaddress: plan.vpcs.flatMap((vpc) =>
      vpc.hosts.flatMap((host) => {
        const wired = routers.get(vpc.id)?.hosts.get(host.id);
        return wired && !sameAddresses(wired.addresses, addressesOf(host))
          ? [{ vpcId: vpc.id, host, wired }]
          : [];
      }),
    ),
  };
}

/** The first is what a host speaks with: of a load balancer in several zones, one whose zone is up. */
export const addressesOf = ({ interfaces }: HostPlan): string[] =>
  interfaces
    .toSorted((one, other) => Number(one.isCut ?? false) - Number(other.isCut ?? false))
    .map(({ privateAddress }) => privateAddress);

/** The addresses that the core has to lead to a VPC's router. */
export function outsideAddresses(vpc: VpcPlan, hosts: ReadonlyMap<string, WiredHost>): Set<string> {
  return new Set([
    ...vpc.natAddresses,
    ...vpc.hosts.flatMap(({ interfaces }) =>
      interfaces.flatMap(({ publicAddress }) => (publicAddress ? [publicAddress] : [])),
    ),
    ...vpc.hosts.flatMap(({ id }) => hosts.get(id)?.carrier ?? []),
  ]);
}

const sameAddresses = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((address, index) => address === b[index]);
