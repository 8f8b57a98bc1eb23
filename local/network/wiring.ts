/** The `ip` commands that wire hosts, routers and the core: values in, lines out. */
import { coreEnd, hostGateway, metadataAddress, resolverAddress, routerEnd, uplink } from './addresses.ts';
import {
  endpointAddress,
  frontDoorAddress,
  healthCheckerAddress,
  internetHostAddress,
  publicResolverAddress,
} from './plan.ts';

/** The namespace of a host on the simulated internet, for people who want to look from outside. */
export const internetHost = 'internet';
/** The core's end of its wire; what is link-local to instances is nowhere from there. */
const outsideLink = 'outside';
/** Where packets to nowhere are led, so that they can be refused instead of lost. */
export const nowhereLink = 'nowhere';

/** What is set in every namespace that forwards: no reverse path filter, refusals never held back. */
export const forwarding = [
  'echo 1 > /proc/sys/net/ipv4/ip_forward',
  'for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $f; done',
  'for f in /proc/sys/net/ipv4/conf/*/send_redirects; do echo 0 > $f; done',
  'echo 0 > /proc/sys/net/ipv4/icmp_ratemask',
].join('\n');

/** The core is the daemon's own namespace: the services' addresses, and the internet between all routers. */
export function coreLines(): string[] {
  return [
    'link set lo up',
    ...[
      ...[endpointAddress, publicResolverAddress, frontDoorAddress, healthCheckerAddress],
      ...[metadataAddress, resolverAddress],
    ].map((address) => `addr add ${address}/32 dev lo`),
    `link add ${nowhereLink} type veth peer name ${nowhereLink}-end`,
    `link set ${nowhereLink} up`,
    `route add default dev ${nowhereLink} src ${frontDoorAddress}`,
    `netns add ${internetHost}`,
    `link add ${outsideLink} type veth peer name eth0 netns ${internetHost}`,
    `addr add ${hostGateway}/32 dev ${outsideLink}`,
    `link set ${outsideLink} up`,
    `route add ${internetHostAddress}/32 dev ${outsideLink} src ${frontDoorAddress}`,
  ];
}

export const coreRuleset = `table inet core {
  chain forward { type filter hook forward priority filter; oifname "${nowhereLink}" reject with icmpx type no-route; }
  chain input { type filter hook input priority filter; iifname "${outsideLink}" ip daddr { ${metadataAddress}, ${resolverAddress} } reject with icmpx type no-route; }
  chain output { type filter hook output priority filter; oifname "${nowhereLink}" reject with icmpx type no-route; }
}
`;

/** A VPC's router, seen from the core. */
export function routerLines(vpcId: string, coreLink: string): string[] {
  return [
    `netns add ${vpcId}`,
    `link add ${coreLink} type veth peer name ${uplink} netns ${vpcId}`,
    `addr add ${coreEnd}/32 dev ${coreLink}`,
    `link set ${coreLink} up`,
  ];
}

/** Inside a VPC's router. */
export const routerSetUp = [
  'ip -batch - <<END',
  'link set lo up',
  `addr add ${routerEnd}/32 dev ${uplink}`,
  `link set ${uplink} up`,
  `route add default via ${coreEnd} dev ${uplink} onlink`,
  'END',
  forwarding,
].join('\n');

/** Leads an address of the outside (public, or a carrier's) from the core to a VPC's router. */
export const coreRoute = (address: string, coreLink: string): string =>
  `route replace ${address}/32 via ${routerEnd} dev ${coreLink} onlink src ${frontDoorAddress}`;

/** A host's wire, seen from its router. */
export function wireLines(hostId: string, link: string): string[] {
  return [
    `link add ${link} type veth peer name eth0 netns ${hostId}`,
    `addr add ${hostGateway}/32 dev ${link}`,
    `link set ${link} up`,
  ];
}

export const hostRoute = (address: string, link: string): string => `route replace ${address}/32 dev ${link}`;

/**
 * Inside a host: its addresses, its way out, and the region's endpoint at the same origin as outside.
 * Connections to 127.0.0.1:PORT leave for the endpoint's address with the host's own as their source.
 */
export function hostSetUp(addresses: readonly string[], endpointPort: number): string {
  const [primary = ''] = addresses;
  return [
    'ip -batch - <<END',
    'link set lo up',
    'link set eth0 addrgenmode none',
    ...addresses.map((address) => `addr add ${address}/32 dev eth0`),
    'link set eth0 up',
    ...wayOut(primary),
    'END',
    'echo 1 > /proc/sys/net/ipv4/conf/eth0/route_localnet',
    'echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter',
    'echo 0 > /proc/sys/net/ipv4/conf/eth0/rp_filter',
    'nft -f - <<END',
    'table ip endpoint {',
    '  chain output { type nat hook output priority -100;',
    `    ip daddr 127.0.0.1 tcp dport ${endpointPort} dnat to ${endpointAddress}`,
    '  }',
    '  chain postrouting { type nat hook postrouting priority srcnat;',
    `    ${sourceTranslation(primary)}`,
    '  }',
    '}',
    'END',
  ].join('\n');
}

export interface Readdress {
  readonly gone: readonly string[];
  readonly come: readonly string[];
  /** Addresses that stay, but whose zone is down. */
  readonly cut: readonly string[];
  /** What the host speaks with from now on. */
  readonly primary: string;
}

/** Inside a host whose interfaces have changed: a load balancer in other subnets, or one of whose zones is down. */
export function hostReaddress({ gone, come, cut, primary }: Readdress): string {
  return [
    'ip -batch - <<END',
    ...come.map((address) => `addr add ${address}/32 dev eth0`),
    ...gone.map((address) => `addr del ${address}/32 dev eth0`),
    ...wayOut(primary),
    'END',
    'nft -f - <<END',
    'flush chain ip endpoint postrouting',
    `add rule ip endpoint postrouting ${sourceTranslation(primary)}`,
    'END',
    // A node's connections end with it: what is behind it learns so at once, not when a request gets no answer.
    ...[...gone, ...cut].map((address) => `ss --no-header --kill src ${address} > /dev/null 2>&1 || true`),
  ].join('\n');
}

const wayOut = (primary: string): string[] => [
  `route replace ${hostGateway}/32 dev eth0 src ${primary}`,
  `route replace default via ${hostGateway} dev eth0 src ${primary}`,
];

const sourceTranslation = (primary: string): string =>
  `ip saddr 127.0.0.0/8 ip daddr ${endpointAddress} snat to ${primary}`;
