import type {
  DescribeNetworkAclsCommandInput,
  DescribeNetworkAclsCommandOutput,
  NetworkAcl,
  NetworkAclEntry,
} from '@aws-sdk/client-ec2';
import type { Answer } from '../../endpoint/service.ts';
import { listed, type Ec2Context } from './context.ts';
import { select, type FilterTable } from './filters.ts';
import { page } from './requests.ts';
import type { NetworkAclRow } from './state.ts';
import { tagsOf } from './tags.ts';

const filters: FilterTable<NetworkAcl> = {
  'association.network-acl-id': (acl) => acl.NetworkAclId,
  'association.subnet-id': (acl) => (acl.Associations ?? []).map(({ SubnetId }) => SubnetId),
  default: (acl) => acl.IsDefault,
  'network-acl-id': (acl) => acl.NetworkAclId,
  'owner-id': (acl) => acl.OwnerId,
  'vpc-id': (acl) => acl.VpcId,
};

const all = { Protocol: '-1', CidrBlock: '0.0.0.0/0' } as const;

/** A default network ACL lets everything pass; that is what the network plane does. */
const entries: NetworkAclEntry[] = [true, false].flatMap((Egress) => [
  { ...all, Egress, RuleNumber: 100, RuleAction: 'allow' },
  { ...all, Egress, RuleNumber: 32767, RuleAction: 'deny' },
]);

/** Network ACLs: each VPC's default one, which all its subnets use. */
export function networkAclOperations({ state, parts }: Ec2Context) {
  const shown = ({ id, vpcId }: NetworkAclRow): NetworkAcl => ({
    NetworkAclId: id,
    VpcId: vpcId,
    OwnerId: parts.account,
    IsDefault: true,
    Entries: entries,
    Associations: [...state.subnets.values()]
      .filter((subnet) => subnet.vpcId === vpcId)
      .map((subnet) => ({
        NetworkAclAssociationId: subnet.id.replace('subnet-', 'aclassoc-'),
        NetworkAclId: id,
        SubnetId: subnet.id,
      })),
    Tags: tagsOf(state, id),
  });

  return {
    DescribeNetworkAcls(input: DescribeNetworkAclsCommandInput): Answer<DescribeNetworkAclsCommandOutput> {
      const rows = listed(state.networkAcls, 'networkAcl', input.NetworkAclIds).map(shown);
      const { rows: cut, ...next } = page(select(rows, input.Filters, filters), input);
      return { NetworkAcls: [...cut], ...next };
    },
  };
}
