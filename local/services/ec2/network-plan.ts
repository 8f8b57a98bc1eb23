import type {
  HostPlan,
  InterfacePlan,
  NetworkPlan,
  RulePlan,
  SecurityGroupPlan,
  VpcPlan,
} from '../../network/plan.ts';
import { publicAddressOf } from './addresses.ts';
import { formatAddress, parseCidr } from './cidr.ts';
import { routeTableOf } from './route-tables.ts';
import type { Ec2State, InterfaceRow, SecurityGroupRuleRow, VpcRow } from './state.ts';

/** What EC2's state means for the kernel. Pure: the same state gives the same plan. */
export function networkPlan(state: Ec2State, isDown: ZoneIsDown = () => false): NetworkPlan {
  return { vpcs: [...state.vpcs.values()].map((vpc) => vpcPlan(state, vpc, isDown)) };
}

type ZoneIsDown = (zone: string) => boolean;

function vpcPlan(state: Ec2State, { id, cidr }: VpcRow, isDown: ZoneIsDown): VpcPlan {
  const gateways = [...state.natGateways.values()].filter(
    (gateway) => gateway.vpcId === id && (gateway.state === 'available' || gateway.state === 'pending'),
  );
  return {
    id,
    cidrs: [cidr],
    resolverAddress: formatAddress((parseCidr(cidr)?.first ?? 0) + 2),
    hosts: hostPlans(state, id, isDown),
    securityGroups: [...state.securityGroups.values()]
      .filter((group) => group.vpcId === id)
      .map((group) => securityGroupPlan(state, group.id)),
    natAddresses: gateways.map(({ publicAddress }) => publicAddress),
  };
}

function hostPlans(state: Ec2State, vpcId: string, isDown: ZoneIsDown): HostPlan[] {
  const hosts = new Map<string, InterfacePlan[]>();
  for (const row of state.interfaces.values()) {
    if (row.vpcId !== vpcId || row.hostId === undefined || !isUp(state, row.hostId)) continue;
    const interfaces = hosts.get(row.hostId) ?? [];
    const isCut = isDown(state.subnets.get(row.subnetId)?.zone ?? '');
    interfaces.push({ ...interfacePlan(state, row, isDown), ...(isCut && { isCut }) });
    hosts.set(row.hostId, interfaces);
  }
  return [...hosts].map(([id, interfaces]) => ({ id, interfaces }));
}

/** An instance has its network from its launch or start until its machine has ended; services' hosts always. */
function isUp({ instances }: Ec2State, hostId: string): boolean {
  const instance = instances.get(hostId);
  return !instance || (instance.state !== 'stopped' && instance.state !== 'terminated');
}

function interfacePlan(state: Ec2State, row: InterfaceRow, isDown: ZoneIsDown): InterfacePlan {
  const publicAddress = publicAddressOf(state, row);
  return {
    id: row.id,
    privateAddress: row.privateAddress,
    ...(publicAddress !== undefined && { publicAddress }),
    defaultRoute: defaultRoute(state, row.subnetId, isDown),
    securityGroups: row.groups,
    ...(row.cluster !== undefined && { cluster: row.cluster }),
    ...metadataHops(state, row),
  };
}

/**
 * Tokens go no further than the hop limit. Where none is needed everything may be read without one, and the limit
 * holds nothing back.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
function metadataHops({ instances }: Ec2State, { hostId = '' }: InterfaceRow): { metadataHops?: number } {
  const { httpTokens, hopLimit } = instances.get(hostId)?.metadataOptions ?? {};
  return httpTokens === 'required' && hopLimit !== undefined ? { metadataHops: hopLimit } : {};
}

/** Where a subnet's default route leads; one to what is deleted, detached or in a zone that is down is a black hole. */
export function defaultRoute(
  state: Ec2State,
  subnetId: string,
  isDown: ZoneIsDown = () => false,
): InterfacePlan['defaultRoute'] {
  const target = routeTableOf(state, subnetId)?.routes.find(
    ({ destination }) => destination === '0.0.0.0/0',
  )?.target;
  if (target === undefined) return 'none';
  const internet = state.internetGateways.get(target);
  if (internet) return internet.vpcId === state.subnets.get(subnetId)?.vpcId ? 'internet' : 'none';
  const nat = state.natGateways.get(target);
  if (!nat || nat.subnetId === subnetId || (nat.state !== 'available' && nat.state !== 'pending'))
    return 'none';
  if (isDown(state.subnets.get(nat.subnetId)?.zone ?? '')) return 'none';
  return defaultRoute(state, nat.subnetId) === 'internet' ? { nat: nat.publicAddress } : 'none';
}

function securityGroupPlan({ securityGroupRules }: Ec2State, id: string): SecurityGroupPlan {
  const rules = [...securityGroupRules.values()].filter(({ groupId }) => groupId === id);
  return {
    id,
    ingress: rules.filter(({ isEgress }) => !isEgress).flatMap(rulePlan),
    egress: rules.filter(({ isEgress }) => isEgress).flatMap(rulePlan),
  };
}

/** A rule on IPv4; nothing here has IPv6 addresses, so a rule on them never matches. */
function rulePlan({ protocol, fromPort, toPort, peer }: SecurityGroupRuleRow): RulePlan[] {
  if ('cidrIpv6' in peer) return [];
  const target = 'cidrIpv4' in peer ? { cidr: peer.cidrIpv4 } : { group: peer.groupId };
  if (protocol === '-1') return [{ protocol: 'all', peer: target }];
  if (protocol === 'icmp') return [{ protocol: 'icmp', peer: target }];
  if (protocol === 'tcp' || protocol === 'udp')
    return [{ protocol, ports: [fromPort, toPort], peer: target }];
  return [];
}
