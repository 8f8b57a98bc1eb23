import type { DescribeVpcsCommandOutput } from '@aws-sdk/client-ec2';
import type {
  AssociateVPCWithHostedZoneCommandInput,
  AssociateVPCWithHostedZoneCommandOutput,
  DisassociateVPCFromHostedZoneCommandInput,
  DisassociateVPCFromHostedZoneCommandOutput,
  ListHostedZonesByVPCCommandInput,
  ListHostedZonesByVPCCommandOutput,
  VPC,
} from '@aws-sdk/client-route-53';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { ask, type Parts } from '../parts.ts';
import type { Changes } from './changes.ts';
import { invalidInput, unsupported } from './errors.ts';
import { escapedName } from './names.ts';
import type { DnsState, StoredZone } from './state.ts';
import { findZone, pageSize } from './zones.ts';

/** Which VPCs a private zone is for. */
export function vpcOperations(parts: Parts, state: DnsState, changes: Changes) {
  return {
    async AssociateVPCWithHostedZone(
      input: AssociateVPCWithHostedZoneCommandInput,
    ): Promise<Answer<AssociateVPCWithHostedZoneCommandOutput>> {
      const vpcId = await checkVpc(parts, input.VPC);
      const zone = findZone(state, input.HostedZoneId);
      if (!zone.vpcIds)
        throw new AwsError('PublicZoneVPCAssociation', `The hosted zone ${zone.id} is a public one.`);
      checkConflict(state, zone.name, vpcId);
      state.zones.set(zone.id, { ...zone, vpcIds: [...zone.vpcIds, vpcId] });
      return { ChangeInfo: changes.record(input.Comment) };
    },

    async DisassociateVPCFromHostedZone(
      input: DisassociateVPCFromHostedZoneCommandInput,
    ): Promise<Answer<DisassociateVPCFromHostedZoneCommandOutput>> {
      const zone = findZone(state, input.HostedZoneId);
      const vpcId = input.VPC?.VPCId ?? '';
      if (!zone.vpcIds?.includes(vpcId))
        throw new AwsError(
          'VPCAssociationNotFound',
          `The VPC ${vpcId} and the hosted zone ${zone.id} are not associated.`,
          404,
        );
      const vpcIds = zone.vpcIds.filter((one) => one !== vpcId);
      if (vpcIds.length === 0)
        throw new AwsError(
          'LastVPCAssociation',
          `The VPC ${vpcId} is the last one that is associated with the hosted zone ${zone.id}.`,
        );
      state.zones.set(zone.id, { ...zone, vpcIds });
      return { ChangeInfo: changes.record(input.Comment) };
    },

    async ListHostedZonesByVPC(
      input: ListHostedZonesByVPCCommandInput,
    ): Promise<Answer<ListHostedZonesByVPCCommandOutput>> {
      const vpcId = await checkVpc(parts, input);
      const all = [...state.zones.values()].filter(({ vpcIds }) => vpcIds?.includes(vpcId));
      const size = pageSize(input.MaxItems, 100);
      const start = input.NextToken === undefined ? 0 : all.findIndex(({ id }) => id === input.NextToken);
      if (start < 0) throw new AwsError('InvalidPaginationToken', 'The NextToken is not valid.');
      const next = all[start + size];
      return {
        HostedZoneSummaries: all.slice(start, start + size).map(({ id, name }) => ({
          HostedZoneId: id,
          Name: escapedName(name),
          Owner: { OwningAccount: parts.account },
        })),
        MaxItems: size,
        ...(next && { NextToken: next.id }),
      };
    },
  };
}

/** The id of a VPC that there is; throws when there is none. */
export async function checkVpc({ region, ...parts }: Parts, given: VPC | undefined): Promise<string> {
  const { VPCId: id, VPCRegion: ofVpc } = given ?? {};
  if (!id) throw invalidInput('A VPC is named by VPCId and VPCRegion.');
  if (ofVpc !== undefined && ofVpc !== region) throw unsupported(`A VPC in ${ofVpc}`);
  try {
    await ask<DescribeVpcsCommandOutput>({ region, ...parts }, 'ec2', 'DescribeVpcs', { VpcIds: [id] });
  } catch {
    throw new AwsError('InvalidVPCId', `The VPC ${id} does not exist or is not yours.`);
  }
  return id;
}

/** A VPC has one private zone of a name. */
export function checkConflict(state: DnsState, name: string, vpcId: string): void {
  const other = [...state.zones.values()].find((zone) => zone.name === name && zone.vpcIds?.includes(vpcId));
  if (other)
    throw new AwsError(
      'ConflictingDomainExists',
      `The VPC ${vpcId} is already associated with the hosted zone ${other.id} of the same domain name.`,
    );
}

export const vpcsOf = ({ vpcIds = [] }: StoredZone, region: string): VPC[] =>
  vpcIds.map((VPCId) => ({ VPCId, VPCRegion: region as NonNullable<VPC['VPCRegion']> }));
