import type { SecurityGroupRuleRequest } from '@aws-sdk/client-ec2';
import { text, type Properties, type Value } from '../../../protocol/values.ts';
import { number, required, string, type Inputs } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags, type AwsDefinition } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags } from '../../tags.ts';
import { arn, idOf, tagSpecifications, updateTags } from '../ec2/ec2.ts';
import { protocolName } from '../ec2/permissions.ts';

const gone = ['InvalidSecurityGroupRuleId.NotFound', 'InvalidGroup.NotFound'];
const sources = ['cidrIpv4', 'cidrIpv6', 'prefixListId', 'referencedSecurityGroupId'] as const;

const inputs = {
  securityGroupId: required(string({ replaces: true })),
  ipProtocol: required(
    string({ same: (a: Value, b: Value) => protocolName(text(a)) === protocolName(text(b)) }),
  ),
  fromPort: number(),
  toPort: number(),
  cidrIpv4: string(),
  cidrIpv6: string(),
  prefixListId: string(),
  referencedSecurityGroupId: string(),
  description: string(),
  tags: tags(),
};
type Rule = Inputs<typeof inputs>;

/** A rule of a security group as a resource of its own; both directions are alike. */
export function securityGroupRule(type: string, direction: 'Ingress' | 'Egress'): AwsDefinition {
  return regional({
    type,
    inputs,
    check,
    // AWS can change a rule's source, but not into one of another kind.
    replaces: (news, olds) => sources.filter((source) => present(news[source]) !== present(olds[source])),

    async create(rule, context) {
      const ec2 = await context.clients.ec2();
      const { SecurityGroupRules } = await ec2[`authorizeSecurityGroup${direction}`]({
        GroupId: rule.securityGroupId,
        IpPermissions: [permission(rule)],
        ...tagSpecifications('security-group-rule', rule.tags),
      });
      return idOf(SecurityGroupRules?.[0]?.SecurityGroupRuleId, `AuthorizeSecurityGroup${direction}`);
    },

    read: (id, context) => read(id, context),

    async update(id, { olds, news, changed }, context) {
      const ec2 = await context.clients.ec2();
      if (changed('ipProtocol', 'fromPort', 'toPort', 'description', ...sources))
        await ec2.modifySecurityGroupRules({
          GroupId: news.securityGroupId,
          SecurityGroupRules: [{ SecurityGroupRuleId: id, SecurityGroupRule: request(news) }],
        });
      if (changed('tags')) await updateTags(ec2, id, olds, news.tags);
    },

    async delete(id, context, { state }) {
      const ec2 = await context.clients.ec2();
      const which = { GroupId: state.securityGroupId as string, SecurityGroupRuleIds: [id] };
      await ifFound([...gone, 'InvalidPermission.NotFound'], () =>
        ec2[`revokeSecurityGroup${direction}`](which),
      );
    },
  });
}

const present = (value: Value | undefined): boolean => value !== undefined && value !== null && value !== '';

function check(rule: Properties) {
  const given = sources.filter((source) => rule[source] !== undefined);
  if (given.length !== 1)
    return [{ property: 'cidrIpv4', reason: `: exactly one of ${sources.join(', ')} is needed` }];
  const ports = rule.fromPort !== undefined && rule.toPort !== undefined;
  const protocol = rule.ipProtocol;
  if (protocol !== '-1' && typeof protocol === 'string' && !ports)
    return [{ property: 'fromPort', reason: `and toPort are required for protocol ${protocol}` }];
  return [];
}

async function read(id: string, context: Context): Promise<Properties | undefined> {
  const ec2 = await context.clients.ec2();
  const found = await ifFound(gone, () => ec2.describeSecurityGroupRules({ SecurityGroupRuleIds: [id] }));
  const rule = found?.SecurityGroupRules?.[0];
  if (!rule) return undefined;
  const all = rule.IpProtocol === '-1';
  return {
    arn: rule.SecurityGroupRuleArn ?? arn(context, rule.GroupOwnerId, `security-group-rule/${id}`),
    securityGroupRuleId: id,
    securityGroupId: rule.GroupId,
    ipProtocol: rule.IpProtocol,
    fromPort: all ? undefined : rule.FromPort,
    toPort: all ? undefined : rule.ToPort,
    cidrIpv4: rule.CidrIpv4,
    cidrIpv6: rule.CidrIpv6,
    prefixListId: rule.PrefixListId,
    referencedSecurityGroupId: rule.ReferencedGroupInfo?.GroupId,
    description: rule.Description === '' ? undefined : rule.Description,
    ...fromTags(rule.Tags),
  };
}

function permission(rule: Rule) {
  const Description = rule.description;
  return {
    IpProtocol: rule.ipProtocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    ...(rule.cidrIpv4 ? { IpRanges: [{ CidrIp: rule.cidrIpv4, Description }] } : {}),
    ...(rule.cidrIpv6 ? { Ipv6Ranges: [{ CidrIpv6: rule.cidrIpv6, Description }] } : {}),
    ...(rule.prefixListId ? { PrefixListIds: [{ PrefixListId: rule.prefixListId, Description }] } : {}),
    ...(rule.referencedSecurityGroupId
      ? { UserIdGroupPairs: [{ GroupId: rule.referencedSecurityGroupId, Description }] }
      : {}),
  };
}

function request(rule: Rule): SecurityGroupRuleRequest {
  return {
    IpProtocol: rule.ipProtocol,
    FromPort: rule.fromPort ?? -1,
    ToPort: rule.toPort ?? -1,
    CidrIpv4: rule.cidrIpv4,
    CidrIpv6: rule.cidrIpv6,
    PrefixListId: rule.prefixListId,
    ReferencedGroupId: rule.referencedSecurityGroupId,
    Description: rule.description ?? '',
  };
}
