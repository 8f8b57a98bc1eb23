import type {
  CreateVpcCommandInput,
  CreateVpcCommandOutput,
  DeleteVpcCommandInput,
  DescribeDhcpOptionsCommandInput,
  DescribeDhcpOptionsCommandOutput,
  DescribeVpcAttributeCommandInput,
  DescribeVpcAttributeCommandOutput,
  DescribeVpcsCommandInput,
  DescribeVpcsCommandOutput,
  ModifyVpcAttributeCommandInput,
  Vpc,
} from '@aws-sdk/client-ec2';
import { endpointAddress, internetCidr, publicCidr } from '../../network/plan.ts';
import { AwsError, type Answer, type Call } from '../../endpoint/service.ts';
import { overlap, parseCidr, type Cidr } from './cidr.ts';
import { find, listed, type Ec2Context } from './context.ts';
import { hasDependencies, invalidCombination, invalidValue, missing, notFound } from './errors.ts';
import { select, type FilterTable } from './filters.ts';
import { newId } from './ids.ts';
import { accept, page } from './requests.ts';
import { createDefaultGroup } from './security-groups.ts';
import type { Ec2State, VpcRow } from './state.ts';
import { addTags, requestedTags, tagsOf } from './tags.ts';

/** The region's one set of DHCP options: Amazon's DNS and domain name. */
export const dhcpOptionsId = 'dopt-0a1b2c3d4e5f60718';

/** Ranges that the simulated internet, link-local addresses and the machine itself use. */
const takenRanges = [internetCidr, publicCidr, `${endpointAddress}/24`, '169.254.0.0/16', '127.0.0.0/8']
  .map(parseCidr)
  .filter((range) => range !== undefined);

const filters: FilterTable<Vpc> = {
  cidr: (vpc) => vpc.CidrBlock,
  'cidr-block': (vpc) => vpc.CidrBlock,
  cidrBlock: (vpc) => vpc.CidrBlock,
  'cidr-block-association.cidr-block': (vpc) => vpc.CidrBlock,
  'dhcp-options-id': (vpc) => vpc.DhcpOptionsId,
  'is-default': (vpc) => vpc.IsDefault,
  isDefault: (vpc) => vpc.IsDefault,
  'owner-id': (vpc) => vpc.OwnerId,
  state: (vpc) => vpc.State,
  'vpc-id': (vpc) => vpc.VpcId,
};

/** VPCs with what comes with each: main route table, default security group, network ACL, DHCP options. */
export function vpcOperations(context: Ec2Context) {
  const { state, parts, network } = context;

  const shown = (vpc: VpcRow): Vpc => ({
    VpcId: vpc.id,
    OwnerId: parts.account,
    CidrBlock: vpc.cidr,
    CidrBlockAssociationSet: [
      {
        AssociationId: vpc.id.replace('vpc-', 'vpc-cidr-assoc-'),
        CidrBlock: vpc.cidr,
        CidrBlockState: { State: 'associated' },
      },
    ],
    Ipv6CidrBlockAssociationSet: [],
    DhcpOptionsId: dhcpOptionsId,
    InstanceTenancy: vpc.tenancy,
    IsDefault: false,
    State: 'available',
    Tags: tagsOf(state, vpc.id),
  });

  return {
    CreateVpc(input: CreateVpcCommandInput, call: Call): Answer<CreateVpcCommandOutput> {
      accept('CreateVpc', input, ['CidrBlock', 'InstanceTenancy', 'TagSpecifications']);
      if (input.InstanceTenancy !== undefined && input.InstanceTenancy !== 'default')
        throw invalidValue(
          `Instance tenancy '${input.InstanceTenancy}' is not available here: use 'default'.`,
        );
      const cidr = checkedRange(input.CidrBlock);
      const tags = requestedTags(input.TagSpecifications, ['vpc'], call);
      const vpc: VpcRow = {
        id: newId('vpc'),
        cidr: cidr.text,
        tenancy: 'default',
        enableDnsSupport: true,
        enableDnsHostnames: false,
      };
      state.vpcs.set(vpc.id, vpc);
      addTags(state, vpc.id, tags.vpc ?? {});
      createCompanions(state, vpc);
      void network.changed();
      return { Vpc: shown(vpc) };
    },

    DescribeVpcs(input: DescribeVpcsCommandInput): Answer<DescribeVpcsCommandOutput> {
      const rows = listed(state.vpcs, 'vpc', input.VpcIds).map(shown);
      const { rows: cut, ...next } = page(select(rows, input.Filters, filters), input);
      return { Vpcs: [...cut], ...next };
    },

    DeleteVpc(input: DeleteVpcCommandInput) {
      const { id } = find(state.vpcs, 'vpc', input.VpcId);
      if (hasContents(state, id)) throw hasDependencies('vpc', id);
      deleteCompanions(state, id);
      state.vpcs.delete(id);
      state.tags.delete(id);
      void network.changed();
      return {};
    },

    DescribeVpcAttribute(input: DescribeVpcAttributeCommandInput): Answer<DescribeVpcAttributeCommandOutput> {
      const vpc = find(state.vpcs, 'vpc', input.VpcId);
      const attributes: Readonly<Record<string, Answer<DescribeVpcAttributeCommandOutput>>> = {
        enableDnsSupport: { EnableDnsSupport: { Value: vpc.enableDnsSupport } },
        enableDnsHostnames: { EnableDnsHostnames: { Value: vpc.enableDnsHostnames } },
        enableNetworkAddressUsageMetrics: { EnableNetworkAddressUsageMetrics: { Value: false } },
      };
      const answered = attributes[input.Attribute ?? ''];
      if (!answered)
        throw invalidValue(`Value (${input.Attribute ?? ''}) for parameter attribute is invalid.`);
      return { VpcId: vpc.id, ...answered };
    },

    ModifyVpcAttribute(input: ModifyVpcAttributeCommandInput) {
      accept('ModifyVpcAttribute', input, ['VpcId', 'EnableDnsHostnames', 'EnableDnsSupport']);
      const vpc = find(state.vpcs, 'vpc', input.VpcId);
      const { EnableDnsSupport: support, EnableDnsHostnames: hostnames } = input;
      if (support && hostnames)
        throw invalidCombination('Only one attribute can be modified with one request.');
      state.vpcs.set(vpc.id, {
        ...vpc,
        enableDnsSupport: support?.Value ?? vpc.enableDnsSupport,
        enableDnsHostnames: hostnames?.Value ?? vpc.enableDnsHostnames,
      });
      return {};
    },

    DescribeDhcpOptions(input: DescribeDhcpOptionsCommandInput): Answer<DescribeDhcpOptionsCommandOutput> {
      const unknown = input.DhcpOptionsIds?.find((id) => id !== dhcpOptionsId);
      if (unknown !== undefined) throw notFound('dhcpOptions', unknown);
      const options = {
        DhcpOptionsId: dhcpOptionsId,
        OwnerId: parts.account,
        Tags: [],
        DhcpConfigurations: [
          { Key: 'domain-name', Values: [{ Value: `${parts.region}.compute.internal` }] },
          { Key: 'domain-name-servers', Values: [{ Value: 'AmazonProvidedDNS' }] },
        ],
      };
      return {
        DhcpOptions: select([options], input.Filters, { 'dhcp-options-id': (row) => row.DhcpOptionsId }),
      };
    },
  };
}

function checkedRange(text: string | undefined): Cidr {
  if (text === undefined) throw missing('CidrBlock');
  const cidr = parseCidr(text);
  if (!cidr)
    throw invalidValue(`Value (${text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`);
  if (cidr.prefix < 16 || cidr.prefix > 28)
    throw new AwsError('InvalidVpc.Range', `The CIDR '${text}' is invalid.`);
  const taken = takenRanges.find((range) => overlap(range, cidr));
  if (taken)
    throw new AwsError(
      'InvalidVpc.Range',
      `The CIDR '${text}' is invalid: ${taken.text} is in use outside of VPCs.`,
    );
  return cidr;
}

function createCompanions(state: Ec2State, vpc: VpcRow): void {
  const table = newId('rtb');
  state.routeTables.set(table, {
    id: table,
    vpcId: vpc.id,
    routes: [{ destination: vpc.cidr, target: 'local' }],
    associations: [{ id: newId('rtbassoc') }],
  });
  const acl = newId('acl');
  state.networkAcls.set(acl, { id: acl, vpcId: vpc.id });
  createDefaultGroup(state, vpc.id);
}

/** What keeps a VPC from being deleted; its own companions do not. */
function hasContents(state: Ec2State, vpcId: string): boolean {
  const isInside = (row: { readonly vpcId?: string }): boolean => row.vpcId === vpcId;
  return (
    [...state.subnets.values()].some(isInside) ||
    [...state.interfaces.values()].some(isInside) ||
    [...state.internetGateways.values()].some(isInside) ||
    [...state.routeTables.values()].some(
      (table) => isInside(table) && !table.associations.some(({ subnetId }) => !subnetId),
    ) ||
    [...state.securityGroups.values()].some((group) => isInside(group) && group.name !== 'default')
  );
}

function deleteCompanions(state: Ec2State, vpcId: string): void {
  const groups = [...state.securityGroups.values()].filter((group) => group.vpcId === vpcId);
  for (const rule of [...state.securityGroupRules.values()]) {
    if (groups.some(({ id }) => id === rule.groupId)) remove(state, state.securityGroupRules, rule.id);
  }
  for (const { id } of groups) remove(state, state.securityGroups, id);
  for (const table of [...state.routeTables.values()])
    if (table.vpcId === vpcId) remove(state, state.routeTables, table.id);
  for (const acl of [...state.networkAcls.values()])
    if (acl.vpcId === vpcId) remove(state, state.networkAcls, acl.id);
}

function remove(state: Ec2State, rows: { delete(id: string): boolean }, id: string): void {
  rows.delete(id);
  state.tags.delete(id);
}
