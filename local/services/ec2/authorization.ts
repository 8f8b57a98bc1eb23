import type { RunInstancesCommandInput, TagSpecification } from '@aws-sdk/client-ec2';
import {
  and,
  anywhere,
  each,
  fromList,
  on,
  onAll,
  type Authorization,
  type Need,
  type Rule,
} from '../../endpoint/authorization.ts';
import type { Ec2Context } from './context.ts';
import { imageRules } from './image-authorization.ts';
import { launchNeeds, passProfile } from './launch-authorization.ts';
import { resourceTypeOf } from './tags.ts';

type Input = Readonly<Record<string, string | undefined>>;

/** Operations that AWS authorizes as a whole. */
const describing = [
  ...['AccountAttributes', 'Addresses', 'AddressesAttribute', 'Images', 'Instances', 'InstanceStatus'],
  ...[
    'Volumes',
    'Snapshots',
    'SpotInstanceRequests',
    'SpotPriceHistory',
    'InstanceTypes',
    'InstanceTypeOfferings',
    'InternetGateways',
    'LaunchTemplates',
  ],
  ...['LaunchTemplateVersions', 'NatGateways', 'NetworkAcls', 'NetworkInterfaces', 'SecurityGroupRules'],
  ...['IamInstanceProfileAssociations', 'RouteTables', 'SecurityGroups', 'Subnets', 'Tags', 'Vpcs'],
  ...['DhcpOptions', 'AvailabilityZones', 'Regions'],
].map((what) => `Describe${what}`);

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html */
export function ec2Authorization(context: Ec2Context): Authorization {
  const { state } = context;
  const { region, account } = context.parts;
  const arn = (type: string, id: string): string => `arn:aws:ec2:${region}:${account}:${type}/${id}`;
  /** The resource whose id a member of the input says; several of a kind where it is a list. */
  const id = (type: string, member: string): Rule =>
    onAll((input: Readonly<Record<string, string | string[] | undefined>>) =>
      [input[member] ?? []].flat().map((one) => arn(type, one)),
    );
  const rules = { ...networkRules(context, arn, id), ...securityRules(context, arn, id) };
  return {
    prefix: 'ec2',
    operations: {
      ...each(describing, anywhere),
      ...rules,
      ...instanceRules(context, arn, id),
      ...imageRules(context, arn, id),
      ...templateRules(context, arn),
      ...each(
        ['CreateTags', 'DeleteTags'],
        onAll(({ Resources = [] }: { Resources?: string[] }) =>
          Resources.map((one) => arn(resourceTypeOf(one) ?? '*', one)),
        ),
      ),
    },
    keys: {
      // Those come with what a creation tags, or a launch needs.
      ...Object.fromEntries(
        ['CreateAction', 'InstanceProfile', 'LaunchTemplate', 'MetadataHttpTokens', 'Subnet'].map((name) => [
          `ec2:${name}`,
          () => undefined,
        ]),
      ),
      'ec2:InstanceType': ({ InstanceType }: Input) => InstanceType,
    },
    tagsOf: (resource) => state.tags.get(resource.slice(resource.lastIndexOf('/') + 1)),
  };
}

export type ArnOf = (type: string, id: string) => string;
export type IdRule = (type: string, member: string) => Rule;

/** A resource that is made, and its tags, which an action of their own gives. */
export function creating(arn: ArnOf, operation: string, type: string): Rule {
  return ({ TagSpecifications = [] }: { TagSpecifications?: TagSpecification[] }) => [
    { resource: arn(type, '*'), requestTags: tagsFor(TagSpecifications, type) },
    ...tagNeeds(arn, operation, TagSpecifications),
  ];
}

export function tagNeeds(arn: ArnOf, operation: string, specifications: readonly TagSpecification[]): Need[] {
  return specifications
    .filter(({ Tags = [] }) => Tags.length > 0)
    .map(({ ResourceType: type = '*' as const, Tags = [] }) => ({
      action: 'ec2:CreateTags',
      resource: arn(type, '*'),
      keys: { 'ec2:CreateAction': operation },
      requestTags: fromList(Tags),
    }));
}

const tagsFor = (specifications: readonly TagSpecification[], type: string) =>
  fromList(specifications.flatMap(({ ResourceType, Tags = [] }) => (ResourceType === type ? Tags : [])));

function networkRules({ state }: Ec2Context, arn: ArnOf, id: IdRule): Record<string, Rule> {
  const vpc = id('vpc', 'VpcId');
  const subnet = id('subnet', 'SubnetId');
  const table = id('route-table', 'RouteTableId');
  const gateway = id('internet-gateway', 'InternetGatewayId');
  const address = on(({ AllocationId, PublicIp, AssociationId }: Input) => {
    const found = [...state.addresses.values()].find(
      (one) => one.publicAddress === PublicIp || (AssociationId && one.associationId === AssociationId),
    );
    return arn('elastic-ip', AllocationId ?? found?.id ?? '*');
  });
  /** An association belongs to a table and a subnet; the new table of a replacement is named. */
  const association = onAll(({ AssociationId, RouteTableId }: Input) => {
    const found = [...state.routeTables.values()]
      .flatMap((one) =>
        one.associations.map(({ id: associationId, subnetId }) => ({ one, associationId, subnetId })),
      )
      .find(({ associationId }) => associationId === AssociationId);
    return [
      arn('route-table', RouteTableId ?? found?.one.id ?? '*'),
      ...(found?.subnetId === undefined ? [] : [arn('subnet', found.subnetId)]),
    ];
  });
  return {
    CreateVpc: creating(arn, 'CreateVpc', 'vpc'),
    ...each(['DeleteVpc', 'DescribeVpcAttribute', 'ModifyVpcAttribute'], vpc),
    CreateSubnet: and(creating(arn, 'CreateSubnet', 'subnet'), vpc),
    ...each(['ModifySubnetAttribute', 'DeleteSubnet'], subnet),
    CreateInternetGateway: creating(arn, 'CreateInternetGateway', 'internet-gateway'),
    ...each(['AttachInternetGateway', 'DetachInternetGateway'], and(gateway, vpc)),
    DeleteInternetGateway: gateway,
    CreateNatGateway: and(
      creating(arn, 'CreateNatGateway', 'natgateway'),
      subnet,
      id('elastic-ip', 'AllocationId'),
    ),
    DeleteNatGateway: id('natgateway', 'NatGatewayId'),
    CreateRouteTable: and(creating(arn, 'CreateRouteTable', 'route-table'), vpc),
    ...each(['DeleteRouteTable', 'CreateRoute', 'ReplaceRoute', 'DeleteRoute'], table),
    AssociateRouteTable: and(table, subnet),
    ...each(['DisassociateRouteTable', 'ReplaceRouteTableAssociation'], association),
    AllocateAddress: creating(arn, 'AllocateAddress', 'elastic-ip'),
    AssociateAddress: and(
      address,
      id('instance', 'InstanceId'),
      id('network-interface', 'NetworkInterfaceId'),
    ),
    ...each(['DisassociateAddress', 'ReleaseAddress'], address),
  };
}

interface RulesInput {
  readonly TagSpecifications?: TagSpecification[];
  readonly SecurityGroupRules?: readonly { readonly SecurityGroupRuleId?: string }[];
}

function securityRules({ state }: Ec2Context, arn: ArnOf, id: IdRule): Record<string, Rule> {
  const group = on(({ GroupId, GroupName }: Input) => {
    const found = [...state.securityGroups.values()].find(({ name }) => name === GroupName);
    return arn('security-group', GroupId ?? found?.id ?? '*');
  });
  const authorizing = (operation: string): Rule =>
    and(group, (input: RulesInput, call) =>
      input.TagSpecifications?.length ? creating(arn, operation, 'security-group-rule')(input, call) : [],
    );
  return {
    CreateSecurityGroup: and(creating(arn, 'CreateSecurityGroup', 'security-group'), id('vpc', 'VpcId')),
    DeleteSecurityGroup: group,
    AuthorizeSecurityGroupIngress: authorizing('AuthorizeSecurityGroupIngress'),
    AuthorizeSecurityGroupEgress: authorizing('AuthorizeSecurityGroupEgress'),
    ...each(['RevokeSecurityGroupIngress', 'RevokeSecurityGroupEgress'], group),
    ...each(
      ['UpdateSecurityGroupRuleDescriptionsIngress', 'UpdateSecurityGroupRuleDescriptionsEgress'],
      group,
    ),
    ModifySecurityGroupRules: and(
      group,
      onAll(({ SecurityGroupRules = [] }: RulesInput) =>
        SecurityGroupRules.map(({ SecurityGroupRuleId = '*' }) =>
          arn('security-group-rule', SecurityGroupRuleId),
        ),
      ),
    ),
  };
}

function instanceRules(context: Ec2Context, arn: ArnOf, id: IdRule): Record<string, Rule> {
  const instance = id('instance', 'InstanceId');
  const instances = id('instance', 'InstanceIds');
  const associated = on(({ AssociationId }: Input) => {
    const found = [...context.state.instances.values()].find(
      ({ profile }) => profile?.associationId === AssociationId,
    );
    return arn('instance', found?.id ?? '*');
  });
  const profile: Rule = ({ IamInstanceProfile }: { IamInstanceProfile?: { Arn?: string; Name?: string } }) =>
    passProfile(context, IamInstanceProfile);
  return {
    RunInstances: (input: RunInstancesCommandInput, call) => launchNeeds(context, input, call),
    ...each(['TerminateInstances', 'StopInstances', 'StartInstances', 'RebootInstances'], instances),
    ...each(['DescribeInstanceAttribute', 'GetConsoleOutput', 'ModifyInstanceMetadataOptions'], instance),
    ModifyInstanceAttribute: and(instance, id('security-group', 'Groups')),
    AssociateIamInstanceProfile: and(instance, profile),
    ReplaceIamInstanceProfileAssociation: and(associated, profile),
    DisassociateIamInstanceProfile: associated,
  };
}

function templateRules({ state }: Ec2Context, arn: ArnOf): Record<string, Rule> {
  const template = on(({ LaunchTemplateId, LaunchTemplateName }: Input) => {
    const found = [...state.launchTemplates.values()].find(({ name }) => name === LaunchTemplateName);
    return arn('launch-template', LaunchTemplateId ?? found?.id ?? '*');
  });
  return {
    CreateLaunchTemplate: creating(arn, 'CreateLaunchTemplate', 'launch-template'),
    ...each(['CreateLaunchTemplateVersion', 'ModifyLaunchTemplate'], template),
    ...each(['DeleteLaunchTemplate', 'DeleteLaunchTemplateVersions'], template),
  };
}
