import type {
  CreateSecurityGroupCommandInput,
  CreateSecurityGroupCommandOutput,
  DeleteSecurityGroupCommandInput,
  DeleteSecurityGroupCommandOutput,
  DescribeSecurityGroupsCommandInput,
  DescribeSecurityGroupsCommandOutput,
  SecurityGroup,
} from '@aws-sdk/client-ec2';
import { AwsError, type Answer, type Call } from '../../endpoint/service.ts';
import { arn, find, listed, type Ec2Context } from './context.ts';
import { invalidValue, missing } from './errors.ts';
import { select, type FilterTable } from './filters.ts';
import { newId } from './ids.ts';
import { accept, page } from './requests.ts';
import { permissionsOf } from './security-group-rules.ts';
import type { Ec2State, SecurityGroupRow } from './state.ts';
import { addTags, requestedTags, tagsOf } from './tags.ts';

const cidrs = (direction: SecurityGroup['IpPermissions']): (string | undefined)[] =>
  (direction ?? []).flatMap(({ IpRanges }) => (IpRanges ?? []).map(({ CidrIp }) => CidrIp));
const groups = (direction: SecurityGroup['IpPermissions']): (string | undefined)[] =>
  (direction ?? []).flatMap(({ UserIdGroupPairs }) => (UserIdGroupPairs ?? []).map(({ GroupId }) => GroupId));

const filters: FilterTable<SecurityGroup> = {
  description: (group) => group.Description,
  'egress.ip-permission.cidr': (group) => cidrs(group.IpPermissionsEgress),
  'egress.ip-permission.from-port': (group) =>
    group.IpPermissionsEgress?.map(({ FromPort }) => FromPort) ?? [],
  'egress.ip-permission.group-id': (group) => groups(group.IpPermissionsEgress),
  'egress.ip-permission.protocol': (group) =>
    group.IpPermissionsEgress?.map(({ IpProtocol }) => IpProtocol) ?? [],
  'egress.ip-permission.to-port': (group) => group.IpPermissionsEgress?.map(({ ToPort }) => ToPort) ?? [],
  'group-id': (group) => group.GroupId,
  'group-name': (group) => group.GroupName,
  'ip-permission.cidr': (group) => cidrs(group.IpPermissions),
  'ip-permission.from-port': (group) => group.IpPermissions?.map(({ FromPort }) => FromPort) ?? [],
  'ip-permission.group-id': (group) => groups(group.IpPermissions),
  'ip-permission.protocol': (group) => group.IpPermissions?.map(({ IpProtocol }) => IpProtocol) ?? [],
  'ip-permission.to-port': (group) => group.IpPermissions?.map(({ ToPort }) => ToPort) ?? [],
  'owner-id': (group) => group.OwnerId,
  'vpc-id': (group) => group.VpcId,
};

const everything = { protocol: '-1', fromPort: -1, toPort: -1 } as const;

export function securityGroupOperations(context: Ec2Context) {
  const { state, parts, network } = context;

  const shown = (group: SecurityGroupRow): SecurityGroup => {
    const rules = [...state.securityGroupRules.values()].filter(({ groupId }) => groupId === group.id);
    return {
      GroupId: group.id,
      GroupName: group.name,
      Description: group.description,
      VpcId: group.vpcId,
      OwnerId: parts.account,
      SecurityGroupArn: arn(context, `security-group/${group.id}`),
      IpPermissions: permissionsOf(
        rules.filter(({ isEgress }) => !isEgress),
        parts.account,
      ),
      IpPermissionsEgress: permissionsOf(
        rules.filter(({ isEgress }) => isEgress),
        parts.account,
      ),
      Tags: tagsOf(state, group.id),
    };
  };

  return {
    CreateSecurityGroup(
      input: CreateSecurityGroupCommandInput,
      call: Call,
    ): Answer<CreateSecurityGroupCommandOutput> {
      accept('CreateSecurityGroup', input, ['GroupName', 'Description', 'VpcId', 'TagSpecifications']);
      const group = checkedGroup(state, input);
      const tags = requestedTags(input.TagSpecifications, ['security-group'], call);
      state.securityGroups.set(group.id, group);
      addTags(state, group.id, tags['security-group'] ?? {});
      allowEverythingOut(state, group.id);
      void network.changed();
      return {
        GroupId: group.id,
        SecurityGroupArn: arn(context, `security-group/${group.id}`),
        Tags: tagsOf(state, group.id),
      };
    },

    DescribeSecurityGroups(
      input: DescribeSecurityGroupsCommandInput,
    ): Answer<DescribeSecurityGroupsCommandOutput> {
      const rows = listed(state.securityGroups, 'securityGroup', input.GroupIds);
      const unknown = input.GroupNames?.find((name) => !rows.some((row) => row.name === name));
      if (unknown !== undefined)
        throw new AwsError('InvalidGroup.NotFound', `The security group '${unknown}' does not exist`);
      const named = rows.filter(({ name }) => !input.GroupNames?.length || input.GroupNames.includes(name));
      const { rows: cut, ...next } = page(select(named.map(shown), input.Filters, filters), input);
      return { SecurityGroups: [...cut], ...next };
    },

    DeleteSecurityGroup(input: DeleteSecurityGroupCommandInput): Answer<DeleteSecurityGroupCommandOutput> {
      const { id, name } = find(state.securityGroups, 'securityGroup', input.GroupId ?? input.GroupName);
      if (name === 'default')
        throw new AwsError(
          'CannotDelete',
          `the specified group: "${id}" name: "default" cannot be deleted by a user`,
        );
      if (isUsed(state, id))
        throw new AwsError('DependencyViolation', `resource ${id} has a dependent object`);
      for (const rule of [...state.securityGroupRules.values()]) {
        if (rule.groupId !== id) continue;
        state.securityGroupRules.delete(rule.id);
        state.tags.delete(rule.id);
      }
      state.securityGroups.delete(id);
      state.tags.delete(id);
      void network.changed();
      return { Return: true, GroupId: id };
    },
  };
}

/** The group that each VPC is born with: its members reach each other and everything outside. */
export function createDefaultGroup(state: Ec2State, vpcId: string): void {
  const id = newId('sg');
  state.securityGroups.set(id, { id, name: 'default', description: 'default VPC security group', vpcId });
  const rule = newId('sgr');
  state.securityGroupRules.set(rule, {
    ...everything,
    id: rule,
    groupId: id,
    isEgress: false,
    peer: { groupId: id },
  });
  allowEverythingOut(state, id);
}

function allowEverythingOut(state: Ec2State, groupId: string): void {
  const id = newId('sgr');
  state.securityGroupRules.set(id, {
    ...everything,
    id,
    groupId,
    isEgress: true,
    peer: { cidrIpv4: '0.0.0.0/0' },
  });
}

function checkedGroup(state: Ec2State, input: CreateSecurityGroupCommandInput): SecurityGroupRow {
  const { GroupName: name, Description: description, VpcId: vpcId } = input;
  if (name === undefined) throw missing('GroupName');
  if (description === undefined) throw missing('GroupDescription');
  if (vpcId === undefined) throw new AwsError('VPCIdNotSpecified', 'No default VPC for this user');
  const vpc = find(state.vpcs, 'vpc', vpcId);
  const allowed = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/;
  if (!allowed.test(name))
    throw invalidValue(
      `Value (${name}) for parameter GroupName is invalid. Character sets beyond ASCII are not supported.`,
    );
  if (!allowed.test(description))
    throw invalidValue(
      `Value (${description}) for parameter GroupDescription is invalid. Character sets beyond ASCII are not supported.`,
    );
  if (name.startsWith('sg-')) throw invalidValue('Group names may not be in the format sg-*.');
  if (name === 'default')
    throw new AwsError('InvalidGroup.Reserved', `Cannot use reserved security group name: default`);
  if ([...state.securityGroups.values()].some((group) => group.vpcId === vpc.id && group.name === name))
    throw new AwsError(
      'InvalidGroup.Duplicate',
      `The security group '${name}' already exists for VPC '${vpc.id}'`,
    );
  return { id: newId('sg'), name, description, vpcId: vpc.id };
}

/** Used by an interface, or named by another group's rule. */
function isUsed(state: Ec2State, id: string): boolean {
  return (
    [...state.interfaces.values()].some(({ groups: worn }) => worn.includes(id)) ||
    [...state.securityGroupRules.values()].some(
      ({ groupId, peer }) => groupId !== id && 'groupId' in peer && peer.groupId === id,
    )
  );
}
