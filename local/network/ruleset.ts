import { metadataAddress, resolverAddress, uplink } from './addresses.ts';
import type { HostPlan, InterfacePlan, RulePlan, SecurityGroupPlan, VpcPlan } from './plan.ts';

/** How a host is wired to its VPC's router. */
export interface Wire {
  /** The router's end of the wire. */
  readonly link: string;
  readonly carrier: string;
}

/** AWS drops refused packets; a refusal that is told at once is kinder to people and tests. */
export type Refusal = 'reject' | 'drop';

/** Compiles a VPC to the ruleset of its router: translation, routes to the outside, security groups. */
export function rulesetOf(vpc: VpcPlan, wires: ReadonlyMap<string, Wire>, refusal: Refusal): string {
  const interfaces = vpc.hosts.flatMap((host) => host.interfaces).filter(({ isCut }) => !isCut);
  const known = new Set(vpc.securityGroups.map(({ id }) => id));
  return [
    'table inet vpc',
    'delete table inet vpc',
    'table inet vpc {',
    ...addressSets(vpc, interfaces, wires),
    ...vpc.securityGroups.map((group) => memberSet(group, interfaces)),
    ...vpc.securityGroups.flatMap((group) => groupChains(group, known)),
    ...refusalChains(refusal),
    ...translation(vpc),
    ...filter(vpc, metadataHops(interfaces)),
    '}',
    '',
  ].join('\n');
}

function addressSets(
  vpc: VpcPlan,
  interfaces: readonly InterfacePlan[],
  wires: ReadonlyMap<string, Wire>,
): string[] {
  const wired = vpc.hosts.flatMap((host) => wiresOf(host, wires));
  const entered = interfaces.flatMap((one) =>
    one.publicAddress && one.defaultRoute === 'internet' ? [[one.publicAddress, one.privateAddress]] : [],
  );
  const left = interfaces.flatMap((one) => {
    const source = outsideAddress(one);
    return source ? [[one.privateAddress, source]] : [];
  });
  return [
    set(
      'owners',
      'ifname . ipv4_addr',
      wired.map(({ link, address }) => `"${link}" . ${address}`),
    ),
    map(
      'carriers',
      wired.map(({ address, carrier }) => `${address} : ${carrier}`),
    ),
    map(
      'entering',
      entered.map((pair) => pair.join(' : ')),
    ),
    map(
      'leaving',
      left.map((pair) => pair.join(' : ')),
    ),
    set('clustered', 'ipv4_addr . ipv4_addr', pairsInClusters(interfaces)),
    set(
      'routed',
      'ipv4_addr',
      left.map(([address]) => address ?? ''),
    ),
  ];
}

function pairsInClusters(interfaces: readonly InterfacePlan[]): string[] {
  const nodes = interfaces.filter(({ cluster }) => cluster !== undefined);
  return [...Map.groupBy(nodes, ({ cluster }) => cluster).values()].flatMap((members) =>
    members.flatMap((one) =>
      members
        .filter((other) => other !== one)
        .map((other) => `${one.privateAddress} . ${other.privateAddress}`),
    ),
  );
}

function wiresOf(
  host: HostPlan,
  wires: ReadonlyMap<string, Wire>,
): { link: string; carrier: string; address: string }[] {
  const wire = wires.get(host.id);
  if (!wire) return [];
  return host.interfaces
    .filter(({ isCut }) => !isCut)
    .map(({ privateAddress }) => ({ ...wire, address: privateAddress }));
}

/** The address the internet sees for an interface; undefined: it has no way out. */
function outsideAddress({ defaultRoute, publicAddress }: InterfacePlan): string | undefined {
  if (defaultRoute === 'none') return undefined;
  return defaultRoute === 'internet' ? publicAddress : defaultRoute.nat;
}

function memberSet({ id }: SecurityGroupPlan, interfaces: readonly InterfacePlan[]): string {
  const members = interfaces.filter(({ securityGroups }) => securityGroups.includes(id));
  return set(
    `members-${id}`,
    'ipv4_addr',
    members.map(({ privateAddress }) => privateAddress),
  );
}

/** What a group lets in and out. Leaving is not arriving: the other side's groups decide next. */
function groupChains(group: SecurityGroupPlan, known: ReadonlySet<string>): string[] {
  return [
    ...chain(
      `in-${group.id}`,
      group.ingress.flatMap((rule) => ruleLine(rule, 'saddr', 'accept', known)),
    ),
    ...chain(
      `out-${group.id}`,
      group.egress.flatMap((rule) => ruleLine(rule, 'daddr', 'goto arriving', known)),
    ),
  ];
}

/** One line of nftables; none for IPv6, which does not exist here, and for groups of other VPCs. */
function ruleLine(
  rule: RulePlan,
  side: 'saddr' | 'daddr',
  verdict: string,
  known: ReadonlySet<string>,
): string[] {
  if ('group' in rule.peer) {
    return known.has(rule.peer.group)
      ? [words(`ip ${side} @members-${rule.peer.group}`, protocolMatch(rule), verdict)]
      : [];
  }
  if (rule.peer.cidr.includes(':')) return [];
  const peer = rule.peer.cidr === '0.0.0.0/0' ? '' : `ip ${side} ${rule.peer.cidr}`;
  return [words(peer, protocolMatch(rule), verdict)];
}

function protocolMatch({ protocol, ports }: RulePlan): string {
  if (protocol === 'all') return '';
  if (protocol === 'icmp' || !ports) return `meta l4proto ${protocol}`;
  return `${protocol} dport ${ports[0]}-${ports[1]}`;
}

function refusalChains(refusal: Refusal): string[] {
  const answer = (reason: string): string[] => [
    refusal === 'drop' ? 'drop' : `reject with icmpx type ${reason}`,
  ];
  return [...chain('refused', answer('admin-prohibited')), ...chain('nowhere', answer('no-route'))];
}

function translation(vpc: VpcPlan): string[] {
  const services = `{ ${metadataAddress}, ${resolverAddress} }`;
  return [
    ...chain('prerouting', [
      'type nat hook prerouting priority dstnat;',
      `iifname "${uplink}" dnat ip to ip daddr map @entering`,
      ...['udp', 'tcp'].map(
        (protocol) =>
          `iifname != "${uplink}" ip daddr ${vpc.resolverAddress} ${protocol} dport 53 dnat ip to ${resolverAddress}`,
      ),
    ]),
    ...chain('postrouting', [
      'type nat hook postrouting priority srcnat;',
      `oifname "${uplink}" ip daddr ${services} snat ip to ip saddr map @carriers`,
      `oifname "${uplink}" snat ip to ip saddr map @leaving`,
    ]),
  ];
}

/** The wire to the host is the last hop that is counted here; a host that forwards is the next. */
function metadataHops(interfaces: readonly InterfacePlan[]): string[] {
  const limited = interfaces.filter(({ metadataHops: hops }) => hops !== undefined);
  return [...Map.groupBy(limited, ({ metadataHops: hops }) => hops)].map(([hops, all]) => {
    const addresses = all.map(({ privateAddress }) => privateAddress).join(', ');
    return `ip saddr ${metadataAddress} tcp sport 80 ip daddr { ${addresses} } ip ttl set ${String(hops)}`;
  });
}

function filter(vpc: VpcPlan, hops: readonly string[]): string[] {
  const groups = vpc.securityGroups.map(({ id }) => id);
  const inside =
    vpc.cidrs.length > 0 ? [`oifname "${uplink}" ip daddr { ${vpc.cidrs.join(', ')} } goto nowhere`] : [];
  return [
    // The declaration comes first: chains that name one another need it.
    ...chain('arriving', [
      ...inside,
      `iifname "${uplink}" oifname "${uplink}" goto nowhere`,
      `oifname "${uplink}" ip saddr @routed accept`,
      `oifname "${uplink}" goto nowhere`,
      ...groups.map((id) => `ip daddr @members-${id} jump in-${id}`),
      'goto refused',
    ]),
    ...chain('forward', [
      'type filter hook forward priority filter; policy drop;',
      `iifname != "${uplink}" iifname . ip saddr != @owners drop`,
      ...hops,
      'ct state established,related accept',
      `iifname "${uplink}" goto arriving`,
      'ip saddr . ip daddr @clustered accept',
      `ip daddr ${metadataAddress} tcp dport 80 accept`,
      `ip daddr ${resolverAddress} meta l4proto { tcp, udp } th dport 53 accept`,
      ...groups.map((id) => `ip saddr @members-${id} jump out-${id}`),
      'goto refused',
    ]),
  ];
}

const words = (...parts: string[]): string => parts.filter(Boolean).join(' ');

const chain = (name: string, lines: readonly string[]): string[] => [
  `  chain ${name} {`,
  ...lines.map((line) => `    ${line}`),
  '  }',
];

function set(name: string, type: string, elements: readonly string[]): string {
  return `  set ${name} { type ${type}; ${elementsOf(elements)}}`;
}

function map(name: string, elements: readonly string[]): string {
  return `  map ${name} { type ipv4_addr : ipv4_addr; ${elementsOf(elements)}}`;
}

const elementsOf = (elements: readonly string[]): string =>
  elements.length > 0 ? `elements = { ${[...new Set(elements)].join(', ')} } ` : '';
