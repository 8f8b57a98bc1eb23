/** Who may open TCP connections to whom, by what AWS's API says of groups, routes and addresses. Pure. */
import { BlockList } from 'node:net';

export interface Rule {
  readonly groupId: string;
  readonly isEgress: boolean;
  /** `tcp`, `udp`, `icmp` or `-1`. */
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly cidr: string | undefined;
  readonly peerGroup: string | undefined;
}

export interface Interface {
  readonly vpcId: string;
  readonly address: string;
  readonly publicAddress: string | undefined;
  readonly groups: readonly string[];
  /** Where its subnet's default route leads: an internet gateway, a NAT gateway's public address, nowhere. */
  readonly way: 'internet' | { readonly nat: string } | 'none';
  /** Nodes of one cluster of a service's own, whose replication is AWS's traffic and not the customer's. */
  readonly cluster: string | undefined;
}

export interface World {
  readonly interfaces: readonly Interface[];
  readonly rules: readonly Rule[];
  /** Hosts of the internet that refuse nobody. */
  readonly outside: readonly string[];
}

/** Whether packets of a connection from one address to another get through, in both directions. */
export function mayConnect(world: World, from: string, to: string, port: number): boolean {
  const source = world.interfaces.find(({ address }) => address === from);
  const inside = world.interfaces.find(
    ({ address, vpcId }) => address === to && (!source || vpcId === source.vpcId),
  );
  if (source && inside) {
    if (source.cluster !== undefined && source.cluster === inside.cluster) return true;
    return (
      permits(world, source, true, port, inside.address, inside.groups) &&
      permits(world, inside, false, port, source.address, source.groups)
    );
  }
  const seenAs = source ? outsideAddress(source) : from;
  if (seenAs === undefined || (source && !permits(world, source, true, port, to, []))) return false;
  if (world.outside.includes(to)) return true;
  const entered = world.interfaces.find(({ publicAddress }) => publicAddress === to);
  return entered?.way === 'internet' && permits(world, entered, false, port, seenAs, []);
}

/** What the internet sees an interface as; undefined: it has no way out. */
function outsideAddress({ way, publicAddress }: Interface): string | undefined {
  if (way === 'none') return undefined;
  return way === 'internet' ? publicAddress : way.nat;
}

function permits(
  { rules }: World,
  { groups }: Interface,
  isEgress: boolean,
  port: number,
  peer: string,
  peerGroups: readonly string[],
): boolean {
  return rules.some(
    (rule) =>
      rule.isEgress === isEgress &&
      groups.includes(rule.groupId) &&
      (rule.protocol === '-1' || (rule.protocol === 'tcp' && rule.fromPort <= port && port <= rule.toPort)) &&
      (rule.peerGroup === undefined ? isIn(peer, rule.cidr) : peerGroups.includes(rule.peerGroup)),
  );
}

function isIn(address: string, cidr: string | undefined): boolean {
  const [network = '', length] = cidr?.split('/') ?? [];
  if (network === '' || network.includes(':')) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(length), 'ipv4');
  return list.check(address);
}
