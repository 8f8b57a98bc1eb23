import type { IpPermission } from '@aws-sdk/client-ec2';
import { text, type Properties, type Value } from '../../../protocol/values.ts';
import { boolean, list, number, object, required, set, string } from '../../../resource/schema.ts';

/** Rules written into a security group itself. */
export const rules = () =>
  set(
    object({
      protocol: required(string()),
      fromPort: required(number()),
      toPort: required(number()),
      cidrBlocks: list(string()),
      ipv6CidrBlocks: list(string()),
      prefixListIds: list(string()),
      securityGroups: set(string()),
      self: boolean(),
      description: string(),
    }),
    // Without them the group's rules belong to resources of their own.
    { computed: true, same: sameRules },
  );

/** One rule with one source, as AWS keeps it. */
interface Flat {
  protocol: string;
  from: number;
  to: number;
  source: 'cidr' | 'ipv6' | 'prefixList' | 'group';
  value: string;
  description: string;
}

const keyOf = (rule: Flat): string => JSON.stringify(Object.values(rule));

/** Rules say the same when they let the same through, however they are grouped. `self` is the group without a name. */
function sameRules(desired: Value, actual: Value): boolean {
  const [wanted, found] = [desired, actual].map((value) => flatten(value as readonly Properties[], 'self'));
  const keys = (list: readonly Flat[] = []) => [...new Set(list.map(keyOf))].sort().join();
  return keys(wanted) === keys(found);
}

export function flatten(list: readonly Properties[] | undefined, self: string): Flat[] {
  return (list ?? []).flatMap((rule) => {
    const protocol = protocolName(text(rule.protocol));
    const all = protocol === '-1';
    const base = {
      protocol,
      from: all ? -1 : Number(rule.fromPort),
      to: all ? -1 : Number(rule.toPort),
    };
    const of = (source: Flat['source'], values: Value | undefined): Flat[] =>
      ((values ?? []) as readonly string[]).map((value) => ({
        ...base,
        source,
        value,
        description: text(rule.description),
      }));
    return [
      ...of('cidr', rule.cidrBlocks),
      ...of('ipv6', rule.ipv6CidrBlocks),
      ...of('prefixList', rule.prefixListIds),
      ...of('group', rule.securityGroups),
      ...of('group', rule.self === true ? [self] : []),
    ];
  });
}

/** AWS's permissions as rules; one rule per protocol, ports and description. */
export function fromPermissions(
  permissions: readonly IpPermission[] | undefined,
  groupId: string,
): Properties[] {
  const rules = new Map<string, Properties>();
  for (const flat of flatPermissions(permissions)) {
    const key = JSON.stringify([flat.protocol, flat.from, flat.to, flat.description]);
    const rule: Properties = rules.get(key) ?? {
      protocol: flat.protocol,
      fromPort: flat.protocol === '-1' ? 0 : flat.from,
      toPort: flat.protocol === '-1' ? 0 : flat.to,
      ...(flat.description ? { description: flat.description } : {}),
    };
    rules.set(key, rule);
    if (flat.source === 'group' && flat.value === groupId) rule.self = true;
    else rule[sources[flat.source]] = [...((rule[sources[flat.source]] ?? []) as string[]), flat.value];
  }
  return [...rules.values()];
}

const sources = {
  cidr: 'cidrBlocks',
  ipv6: 'ipv6CidrBlocks',
  prefixList: 'prefixListIds',
  group: 'securityGroups',
} as const;

export function flatPermissions(permissions: readonly IpPermission[] | undefined): Flat[] {
  return (permissions ?? []).flatMap((permission) => {
    const protocol = protocolName(permission.IpProtocol ?? '-1');
    const all = protocol === '-1';
    const base = {
      protocol,
      from: all ? -1 : (permission.FromPort ?? -1),
      to: all ? -1 : (permission.ToPort ?? -1),
    };
    const of = (source: Flat['source'], value = '', description = ''): Flat => ({
      ...base,
      source,
      value,
      description,
    });
    return [
      ...(permission.IpRanges ?? []).map((range) => of('cidr', range.CidrIp, range.Description)),
      ...(permission.Ipv6Ranges ?? []).map((range) => of('ipv6', range.CidrIpv6, range.Description)),
      ...(permission.PrefixListIds ?? []).map((item) =>
        of('prefixList', item.PrefixListId, item.Description),
      ),
      ...(permission.UserIdGroupPairs ?? []).map((pair) => of('group', pair.GroupId, pair.Description)),
    ];
  });
}

/** Flat rules as the API takes them. */
export function toPermissions(rules: readonly Flat[]): IpPermission[] {
  return rules.map(({ protocol, from, to, source, value, description }) => {
    const Description = description || undefined;
    return {
      IpProtocol: protocol,
      ...(protocol === '-1' ? {} : { FromPort: from, ToPort: to }),
      ...(source === 'cidr' ? { IpRanges: [{ CidrIp: value, Description }] } : {}),
      ...(source === 'ipv6' ? { Ipv6Ranges: [{ CidrIpv6: value, Description }] } : {}),
      ...(source === 'prefixList' ? { PrefixListIds: [{ PrefixListId: value, Description }] } : {}),
      ...(source === 'group' ? { UserIdGroupPairs: [{ GroupId: value, Description }] } : {}),
    };
  });
}

/** What to take away and what to add, so that the one becomes the other. */
export function ruleChanges(
  found: readonly Flat[],
  wanted: readonly Flat[],
): { revoke: Flat[]; authorize: Flat[] } {
  const [have, want] = [new Set(found.map(keyOf)), new Set(wanted.map(keyOf))];
  return {
    revoke: found.filter((rule) => !want.has(keyOf(rule))),
    authorize: wanted.filter((rule) => !have.has(keyOf(rule))),
  };
}

/** AWS answers with names for these numbers. */
export function protocolName(protocol: string): string {
  const names: Record<string, string> = { '6': 'tcp', '17': 'udp', '1': 'icmp', '58': 'icmpv6', all: '-1' };
  return names[protocol.toLowerCase()] ?? protocol.toLowerCase();
}
