import type {
  AuthorizeSecurityGroupEgressCommandInput,
  AuthorizeSecurityGroupEgressCommandOutput,
  AuthorizeSecurityGroupIngressCommandInput,
  AuthorizeSecurityGroupIngressCommandOutput,
  DescribeSecurityGroupRulesCommandInput,
  DescribeSecurityGroupRulesCommandOutput,
  IpPermission,
  ModifySecurityGroupRulesCommandInput,
  ModifySecurityGroupRulesCommandOutput,
  RevokeSecurityGroupEgressCommandInput,
  RevokeSecurityGroupEgressCommandOutput,
  RevokeSecurityGroupIngressCommandInput,
  RevokeSecurityGroupIngressCommandOutput,
  SecurityGroupRule,
  SecurityGroupRuleDescription,
  UpdateSecurityGroupRuleDescriptionsEgressCommandInput,
  UpdateSecurityGroupRuleDescriptionsEgressCommandOutput,
  UpdateSecurityGroupRuleDescriptionsIngressCommandInput,
  UpdateSecurityGroupRuleDescriptionsIngressCommandOutput,
} from '@aws-sdk/client-ec2';
import { AwsError, type Answer, type Call } from '../../endpoint/service.ts';
import { arn, find, listed, type Ec2Context } from './context.ts';
import { invalidValue, missing, notFound } from './errors.ts';
import { select, type FilterTable } from './filters.ts';
import { newId } from './ids.ts';
import { accept, page } from './requests.ts';
import {
  checkedDescription,
  isSameRule,
  ruleInWords,
  ruleOf,
  rulesOf,
  shownRule,
  type RuleRequest,
} from './security-group-rules.ts';
import type { SecurityGroupRow, SecurityGroupRuleRow } from './state.ts';
import { addTags, requestedTags, tagsOf } from './tags.ts';

const mostRules = 60;

const filters: FilterTable<SecurityGroupRule> = {
  'group-id': (rule) => rule.GroupId,
  'security-group-rule-id': (rule) => rule.SecurityGroupRuleId,
};

const members = ['GroupId', 'GroupName', 'IpPermissions'];
/** The older, flat way to name one rule. */
const flat = ['CidrIp', 'IpProtocol', 'FromPort', 'ToPort', 'SourceSecurityGroupName'];

type AuthorizeInput = AuthorizeSecurityGroupIngressCommandInput;
type RevokeInput = RevokeSecurityGroupIngressCommandInput;
type DescriptionsInput = UpdateSecurityGroupRuleDescriptionsIngressCommandInput;

/** Rules of security groups, by their content and by their ids. */
export function permissionOperations(context: Ec2Context) {
  const { state, parts, network } = context;

  const groupOf = (input: {
    GroupId?: string | undefined;
    GroupName?: string | undefined;
  }): SecurityGroupRow => {
    const named = [...state.securityGroups.values()].find(({ name }) => name === input.GroupName);
    return find(state.securityGroups, 'securityGroup', input.GroupId ?? named?.id ?? input.GroupName);
  };

  const rulesIn = (groupId: string, isEgress: boolean): SecurityGroupRuleRow[] =>
    [...state.securityGroupRules.values()].filter(
      (rule) => rule.groupId === groupId && rule.isEgress === isEgress,
    );

  const shown = (rule: SecurityGroupRuleRow): SecurityGroupRule => ({
    ...shownRule(rule, parts.account),
    SecurityGroupRuleArn: arn(context, `security-group-rule/${rule.id}`),
    Tags: tagsOf(state, rule.id),
  });

  const authorize = (input: AuthorizeInput, isEgress: boolean, call: Call): SecurityGroupRule[] => {
    accept('AuthorizeSecurityGroup', input, [...members, ...flat, 'TagSpecifications']);
    const group = groupOf(input);
    const added = rulesOf(state, group, requestedPermissions(input));
    const tags = requestedTags(input.TagSpecifications, ['security-group-rule'], call);
    const known = rulesIn(group.id, isEgress);
    checkNew(added, known);
    const rows = added.map((rule) => ({ ...rule, id: newId('sgr'), groupId: group.id, isEgress }));
    for (const row of rows) {
      state.securityGroupRules.set(row.id, row);
      addTags(state, row.id, tags['security-group-rule'] ?? {});
    }
    void network.changed();
    return rows.map(shown);
  };

  const revoke = (input: RevokeInput, isEgress: boolean): SecurityGroupRuleRow[] => {
    accept('RevokeSecurityGroup', input, [...members, ...flat, 'SecurityGroupRuleIds']);
    const group = groupOf(input);
    const known = rulesIn(group.id, isEgress);
    const rows = input.SecurityGroupRuleIds?.length
      ? input.SecurityGroupRuleIds.map((id) => known.find((rule) => rule.id === id) ?? absent(id))
      : rulesOf(state, group, requestedPermissions(input)).map(
          (rule) => known.find((row) => isSameRule(row, rule)) ?? absent(undefined),
        );
    for (const { id } of rows) {
      state.securityGroupRules.delete(id);
      state.tags.delete(id);
    }
    void network.changed();
    return rows;
  };

  const describe = (input: DescriptionsInput, isEgress: boolean): void => {
    accept('UpdateSecurityGroupRuleDescriptions', input, [...members, 'SecurityGroupRuleDescriptions']);
    const group = groupOf(input);
    const known = rulesIn(group.id, isEgress);
    const described = [
      ...rulesOf(state, group, input.IpPermissions ?? []).map((rule) => ({
        row: known.find((row) => isSameRule(row, rule)) ?? absent(undefined),
        text: rule.description,
      })),
      ...(input.SecurityGroupRuleDescriptions ?? []).map((wanted: SecurityGroupRuleDescription) => ({
        row: known.find((row) => row.id === wanted.SecurityGroupRuleId) ?? absent(wanted.SecurityGroupRuleId),
        text: wanted.Description,
      })),
    ];
    for (const { row, text } of described) {
      const { description: _, ...rest } = row;
      state.securityGroupRules.set(row.id, text ? { ...rest, description: checkedDescription(text) } : rest);
    }
  };

  return {
    AuthorizeSecurityGroupIngress(
      input: AuthorizeSecurityGroupIngressCommandInput,
      call: Call,
    ): Answer<AuthorizeSecurityGroupIngressCommandOutput> {
      return { Return: true, SecurityGroupRules: authorize(input, false, call) };
    },

    AuthorizeSecurityGroupEgress(
      input: AuthorizeSecurityGroupEgressCommandInput,
      call: Call,
    ): Answer<AuthorizeSecurityGroupEgressCommandOutput> {
      return { Return: true, SecurityGroupRules: authorize(input, true, call) };
    },

    RevokeSecurityGroupIngress(
      input: RevokeSecurityGroupIngressCommandInput,
    ): Answer<RevokeSecurityGroupIngressCommandOutput> {
      return { Return: true, RevokedSecurityGroupRules: revoke(input, false).map(revoked) };
    },

    RevokeSecurityGroupEgress(
      input: RevokeSecurityGroupEgressCommandInput,
    ): Answer<RevokeSecurityGroupEgressCommandOutput> {
      return { Return: true, RevokedSecurityGroupRules: revoke(input, true).map(revoked) };
    },

    DescribeSecurityGroupRules(
      input: DescribeSecurityGroupRulesCommandInput,
    ): Answer<DescribeSecurityGroupRulesCommandOutput> {
      const rows = listed(state.securityGroupRules, 'securityGroupRule', input.SecurityGroupRuleIds).map(
        shown,
      );
      const { rows: cut, ...next } = page(select(rows, input.Filters, filters), input);
      return { SecurityGroupRules: [...cut], ...next };
    },

    ModifySecurityGroupRules(
      input: ModifySecurityGroupRulesCommandInput,
    ): Answer<ModifySecurityGroupRulesCommandOutput> {
      const group = groupOf(input);
      const changed = (input.SecurityGroupRules ?? []).map(
        ({ SecurityGroupRuleId: id, SecurityGroupRule: wanted }) => {
          const row = find(state.securityGroupRules, 'securityGroupRule', id);
          if (row.groupId !== group.id) throw notFound('securityGroupRule', row.id);
          const rule = ruleOf(state, group, wanted ?? {});
          const others = rulesIn(group.id, row.isEgress).filter((other) => other.id !== row.id);
          checkNew([rule], others);
          if (Object.keys(rule.peer)[0] !== Object.keys(row.peer)[0])
            throw invalidValue(
              'The type of the source or destination of a security group rule cannot be changed.',
            );
          return { ...rule, id: row.id, groupId: row.groupId, isEgress: row.isEgress };
        },
      );
      for (const row of changed) state.securityGroupRules.set(row.id, row);
      void network.changed();
      return { Return: true };
    },

    UpdateSecurityGroupRuleDescriptionsIngress(
      input: UpdateSecurityGroupRuleDescriptionsIngressCommandInput,
    ): Answer<UpdateSecurityGroupRuleDescriptionsIngressCommandOutput> {
      describe(input, false);
      return { Return: true };
    },

    UpdateSecurityGroupRuleDescriptionsEgress(
      input: UpdateSecurityGroupRuleDescriptionsEgressCommandInput,
    ): Answer<UpdateSecurityGroupRuleDescriptionsEgressCommandOutput> {
      describe(input, true);
      return { Return: true };
    },
  };
}

function requestedPermissions(input: AuthorizeInput | RevokeInput): readonly IpPermission[] {
  if (input.IpPermissions?.length) return input.IpPermissions;
  const { CidrIp, IpProtocol, FromPort, ToPort, SourceSecurityGroupName: source } = input;
  if (IpProtocol === undefined && CidrIp === undefined && source === undefined)
    throw missing('ipPermissions');
  return [
    {
      IpProtocol: IpProtocol ?? '-1',
      FromPort,
      ToPort,
      ...(CidrIp !== undefined && { IpRanges: [{ CidrIp }] }),
      ...(source !== undefined && { UserIdGroupPairs: [{ GroupName: source }] }),
    },
  ];
}

function checkNew(added: readonly RuleRequest[], known: readonly SecurityGroupRuleRow[]): void {
  for (const [index, rule] of added.entries()) {
    if (added.slice(0, index).some((other) => isSameRule(other, rule)))
      throw invalidValue('The same permission must not appear multiple times');
    if (known.some((other) => isSameRule(other, rule)))
      throw new AwsError(
        'InvalidPermission.Duplicate',
        `the specified rule "${ruleInWords(rule)}" already exists`,
      );
  }
  if (added.length + known.length > mostRules)
    throw new AwsError(
      'RulesPerSecurityGroupLimitExceeded',
      `The maximum number of rules per security group has been reached.`,
    );
}

function absent(ruleId: string | undefined): never {
  if (ruleId !== undefined) throw notFound('securityGroupRule', ruleId);
  throw new AwsError(
    'InvalidPermission.NotFound',
    'The specified rule does not exist in this security group.',
  );
}

const revoked = (rule: SecurityGroupRuleRow) => ({
  SecurityGroupRuleId: rule.id,
  GroupId: rule.groupId,
  IsEgress: rule.isEgress,
  IpProtocol: rule.protocol,
  FromPort: rule.fromPort,
  ToPort: rule.toPort,
  ...('cidrIpv4' in rule.peer && { CidrIpv4: rule.peer.cidrIpv4 }),
  ...('cidrIpv6' in rule.peer && { CidrIpv6: rule.peer.cidrIpv6 }),
  ...('groupId' in rule.peer && { ReferencedGroupId: rule.peer.groupId }),
  ...(rule.description !== undefined && { Description: rule.description }),
});
