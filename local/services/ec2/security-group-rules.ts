import type {
  IpPermission,
  IpRange,
  Ipv6Range,
  SecurityGroupRule,
  SecurityGroupRuleRequest,
  UserIdGroupPair,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../endpoint/service.ts';
import { parseAddress, parseCidr } from './cidr.ts';
import { find } from './context.ts';
import { invalidValue, missing, unsupported } from './errors.ts';
import type { Ec2State, SecurityGroupRow, SecurityGroupRuleRow } from './state.ts';

/** What makes a rule: everything but its id, group and description. */
export type RuleContent = Pick<SecurityGroupRuleRow, 'protocol' | 'fromPort' | 'toPort' | 'peer'>;

export type RuleRequest = RuleContent & { readonly description?: string };

const protocolNames: Readonly<Record<string, string>> = {
  '6': 'tcp',
  '17': 'udp',
  '1': 'icmp',
  '58': 'icmpv6',
  all: '-1',
};

/** The rules of nested permissions, one for each peer. */
export function rulesOf(
  state: Ec2State,
  group: SecurityGroupRow,
  permissions: readonly IpPermission[],
): RuleRequest[] {
  return permissions.flatMap((permission) => {
    const ports = checkedPorts(permission);
    if (permission.PrefixListIds?.length) throw unsupported('A security group rule for a prefix list');
    const peers = [
      ...(permission.IpRanges ?? []).map((range) => ({
        peer: ipv4Peer(range.CidrIp),
        description: range.Description,
      })),
      ...(permission.Ipv6Ranges ?? []).map((range) => ({
        peer: ipv6Peer(range.CidrIpv6),
        description: range.Description,
      })),
      ...(permission.UserIdGroupPairs ?? []).map((pair) => ({
        peer: groupPeer(state, group, pair.GroupId, pair.GroupName),
        description: pair.Description,
      })),
    ];
    return peers.map(({ peer, description }) => ({
      ...ports,
      peer,
      ...(description !== undefined &&
        description !== '' && { description: checkedDescription(description) }),
    }));
  });
}

/** The rule of a flat request, as ModifySecurityGroupRules sends it. */
export function ruleOf(
  state: Ec2State,
  group: SecurityGroupRow,
  request: SecurityGroupRuleRequest,
): RuleRequest {
  if (request.PrefixListId !== undefined) throw unsupported('A security group rule for a prefix list');
  const { Description: description } = request;
  return {
    ...checkedPorts(request),
    peer:
      request.CidrIpv4 !== undefined
        ? ipv4Peer(request.CidrIpv4)
        : request.CidrIpv6 !== undefined
          ? ipv6Peer(request.CidrIpv6)
          : groupPeer(state, group, request.ReferencedGroupId, undefined),
    ...(description !== undefined && description !== '' && { description: checkedDescription(description) }),
  };
}

function checkedPorts({
  IpProtocol: given,
  FromPort: from,
  ToPort: to,
}: Pick<IpPermission, 'IpProtocol' | 'FromPort' | 'ToPort'>): Pick<
  RuleContent,
  'protocol' | 'fromPort' | 'toPort'
> {
  if (given === undefined) throw missing('ipProtocol');
  const lower = given.toLowerCase();
  const protocol = protocolNames[lower] ?? lower;
  const everything = { protocol, fromPort: -1, toPort: -1 };
  if (protocol === 'tcp' || protocol === 'udp') return { protocol, ...checkedRange(from, to) };
  if (protocol === 'icmp' || protocol === 'icmpv6') {
    if ((from ?? -1) !== -1 || (to ?? -1) !== -1) throw unsupported(`A rule for single ${protocol} types`);
    return everything;
  }
  if (protocol === '-1') return everything;
  throw /^\d+$/.test(protocol)
    ? unsupported(`A security group rule for protocol ${protocol}`)
    : invalidValue(`Invalid value '${given}' for IP protocol. Unknown protocol.`);
}

function checkedRange(
  from: number | undefined,
  to: number | undefined,
): { fromPort: number; toPort: number } {
  if (from === undefined || to === undefined)
    throw invalidValue(`Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.`);
  for (const port of [from, to])
    if (!Number.isInteger(port) || port < 0 || port > 65535)
      throw invalidValue(`Invalid value '${port}' for port. Must be between 0 and 65535.`);
  if (from > to) throw invalidValue(`Invalid TCP/UDP port range (${from}:${to})`);
  return { fromPort: from, toPort: to };
}

function ipv4Peer(cidr: string | undefined): RuleContent['peer'] {
  const parsed = cidr === undefined ? undefined : parseCidr(cidr);
  if (parsed?.text !== cidr || cidr === undefined)
    throw invalidValue(`CIDR block ${cidr ?? ''} is malformed`);
  return { cidrIpv4: cidr };
}

function ipv6Peer(cidr: string | undefined): RuleContent['peer'] {
  const [address = '', prefix = ''] = (cidr ?? '').split('/');
  const isAddress = URL.canParse(`http://[${address}]/`) && parseAddress(address) === undefined;
  if (!isAddress || !/^\d{1,3}$/.test(prefix) || Number(prefix) > 128)
    throw invalidValue(`CIDR block ${cidr ?? ''} is malformed`);
  return { cidrIpv6: cidr ?? '' };
}

function groupPeer(
  state: Ec2State,
  { vpcId }: SecurityGroupRow,
  id: string | undefined,
  name: string | undefined,
): RuleContent['peer'] {
  if (id === undefined && name === undefined) throw missing('cidrIp, groupId or prefixListId');
  const named = [...state.securityGroups.values()].find(
    (group) => group.vpcId === vpcId && group.name === name,
  );
  const group = find(state.securityGroups, 'securityGroup', id ?? named?.id ?? name);
  if (group.vpcId !== vpcId)
    throw new AwsError(
      'InvalidGroup.NotFound',
      `You have specified two resources that belong to different networks.`,
    );
  return { groupId: group.id };
}

export function checkedDescription(text: string): string {
  if (text.length > 255 || !/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/.test(text))
    throw invalidValue(
      `Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*`,
    );
  return text;
}

export const isSameRule = (a: RuleContent, b: RuleContent): boolean => contentKey(a) === contentKey(b);

const contentKey = ({ protocol, fromPort, toPort, peer }: RuleContent): string =>
  [protocol, fromPort, toPort, JSON.stringify(peer)].join(' ');

/** `peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW`, as AWS puts a rule in its messages. */
export function ruleInWords({ protocol, fromPort, toPort, peer }: RuleContent): string {
  const whom = Object.values<string>(peer).join();
  if (protocol === '-1') return `peer: ${whom}, ALL, ALLOW`;
  return `peer: ${whom}, ${protocol.toUpperCase()}, from port: ${fromPort}, to port: ${toPort}, ALLOW`;
}

function emptyPermission({
  protocol,
  fromPort,
  toPort,
}: Pick<RuleContent, 'protocol' | 'fromPort' | 'toPort'>) {
  return {
    IpProtocol: protocol,
    ...(protocol !== '-1' && { FromPort: fromPort, ToPort: toPort }),
    IpRanges: [] as IpRange[],
    Ipv6Ranges: [] as Ipv6Range[],
    UserIdGroupPairs: [] as UserIdGroupPair[],
    PrefixListIds: [],
  };
}

/** Rules as DescribeSecurityGroups nests them: one permission per protocol and ports. */
export function permissionsOf(rules: readonly SecurityGroupRuleRow[], account: string): IpPermission[] {
  const permissions = new Map<string, ReturnType<typeof emptyPermission>>();
  for (const { protocol, fromPort, toPort, peer, description } of rules) {
    const key = [protocol, fromPort, toPort].join(' ');
    const known = permissions.get(key) ?? emptyPermission({ protocol, fromPort, toPort });
    const words = description === undefined ? {} : { Description: description };
    if ('cidrIpv4' in peer) known.IpRanges.push({ CidrIp: peer.cidrIpv4, ...words });
    else if ('cidrIpv6' in peer) known.Ipv6Ranges.push({ CidrIpv6: peer.cidrIpv6, ...words });
    else known.UserIdGroupPairs.push({ GroupId: peer.groupId, UserId: account, ...words });
    permissions.set(key, known);
  }
  return [...permissions.values()];
}

/** A rule as DescribeSecurityGroupRules lists it; tags and ARN are added by the caller. */
export function shownRule(rule: SecurityGroupRuleRow, account: string): SecurityGroupRule {
  const { peer } = rule;
  return {
    SecurityGroupRuleId: rule.id,
    GroupId: rule.groupId,
    GroupOwnerId: account,
    IsEgress: rule.isEgress,
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    ...('cidrIpv4' in peer && { CidrIpv4: peer.cidrIpv4 }),
    ...('cidrIpv6' in peer && { CidrIpv6: peer.cidrIpv6 }),
    ...('groupId' in peer && { ReferencedGroupInfo: { GroupId: peer.groupId, UserId: account } }),
    ...(rule.description !== undefined && { Description: rule.description }),
  };
}
