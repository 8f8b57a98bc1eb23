import type { DescribeSubnetsResult, Subnet } from '@aws-sdk/client-ec2';
import type {
  DBSubnetGroup,
  CreateDBSubnetGroupCommandInput,
  CreateDBSubnetGroupCommandOutput,
  DeleteDBSubnetGroupCommandInput,
  DescribeDBSubnetGroupsCommandInput,
  DescribeDBSubnetGroupsCommandOutput,
  ModifyDBSubnetGroupCommandInput,
  ModifyDBSubnetGroupCommandOutput,
} from '@aws-sdk/client-rds';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import { ask, type Parts } from '../parts.ts';
import { invalidMarker, invalidValue, subnetGroupNotFound } from './errors.ts';
import { arnOf } from './names.ts';
import type { DatabaseState, StoredSubnetGroup } from './state.ts';
import { checkTags } from './tags.ts';

/** Subnet groups: where nodes can be. */
export function subnetGroupOperations(parts: Parts, state: DatabaseState) {
  const users = (name: string) =>
    [...state.instances.values(), ...state.clusters.values()].filter(
      ({ subnetGroup }) => subnetGroup === name,
    );
  return {
    async CreateDBSubnetGroup(
      input: CreateDBSubnetGroupCommandInput,
    ): Promise<Answer<CreateDBSubnetGroupCommandOutput>> {
      const name = checkName(input.DBSubnetGroupName);
      if (state.subnetGroups.has(name))
        throw new AwsError('DBSubnetGroupAlreadyExists', `DB Subnet Group ${name} already exists.`);
      const made: StoredSubnetGroup = {
        name,
        description: input.DBSubnetGroupDescription ?? '',
        ...(await findSubnets(input.SubnetIds ?? [], parts)),
        tags: checkTags(input.Tags ?? []),
      };
      state.subnetGroups.set(name, made);
      return { DBSubnetGroup: subnetGroupView(made, parts) };
    },

    DescribeDBSubnetGroups(
      input: DescribeDBSubnetGroupsCommandInput,
    ): Answer<DescribeDBSubnetGroupsCommandOutput> {
      const { DBSubnetGroupName: name } = input;
      const chosen = name === undefined ? [...state.subnetGroups.values()] : [findSubnetGroup(state, name)];
      const { items, nextToken } = page(chosen, input.MaxRecords ?? 100, input.Marker, invalidMarker);
      return {
        DBSubnetGroups: items.map((group) => subnetGroupView(group, parts)),
        ...(nextToken && { Marker: nextToken }),
      };
    },

    async ModifyDBSubnetGroup(
      input: ModifyDBSubnetGroupCommandInput,
    ): Promise<Answer<ModifyDBSubnetGroupCommandOutput>> {
      const group = findSubnetGroup(state, input.DBSubnetGroupName);
      const found = input.SubnetIds ? await findSubnets(input.SubnetIds, parts) : group;
      const used = [...state.servers.values()]
        .filter(({ instance }) => users(group.name).some(({ id }) => id === instance))
        .map(({ subnetId }) => subnetId);
      const lost = used.find((id) => !found.subnets.some((subnet) => subnet.id === id));
      if (lost !== undefined || (used.length > 0 && found.vpcId !== group.vpcId))
        throw new AwsError('SubnetInUse', `The subnet ${lost ?? ''} is in use by a DB instance.`);
      const next: StoredSubnetGroup = {
        ...group,
        description: input.DBSubnetGroupDescription ?? group.description,
        subnets: found.subnets,
        vpcId: found.vpcId,
      };
      state.subnetGroups.set(group.name, next);
      return { DBSubnetGroup: subnetGroupView(next, parts) };
    },

    DeleteDBSubnetGroup(input: DeleteDBSubnetGroupCommandInput): Record<string, never> {
      const { name } = findSubnetGroup(state, input.DBSubnetGroupName);
      const [user] = users(name);
      if (user)
        throw new AwsError(
          'InvalidDBSubnetGroupStateFault',
          `DB Subnet Group ${name} is currently in use by ${user.id}.`,
        );
      state.subnetGroups.delete(name);
      return {};
    },
  };
}

export function findSubnetGroup(state: DatabaseState, name: string | undefined): StoredSubnetGroup {
  const found = state.subnetGroups.get((name ?? '').toLowerCase());
  if (!found) throw subnetGroupNotFound(name ?? '');
  return found;
}

async function findSubnets(
  ids: readonly string[],
  parts: Parts,
): Promise<Pick<StoredSubnetGroup, 'vpcId' | 'subnets'>> {
  const subnets = await describeSubnets(ids, parts);
  const missing = ids.filter((id) => !subnets.some(({ SubnetId }) => SubnetId === id));
  if (missing.length > 0 || ids.length === 0)
    throw new AwsError('InvalidSubnet', `Subnets do not exist: ${missing.join(', ') || 'none is given'}.`);
  if (new Set(subnets.map(({ AvailabilityZone }) => AvailabilityZone)).size < 2)
    throw new AwsError(
      'DBSubnetGroupDoesNotCoverEnoughAZs',
      'The DB subnet group does not meet Availability Zone (AZ) coverage requirement. Add subnets to cover at least 2 AZs.',
    );
  const vpcIds = new Set(subnets.map(({ VpcId }) => VpcId));
  if (vpcIds.size > 1) throw new AwsError('InvalidSubnet', 'All subnets must be in one VPC.');
  return {
    vpcId: subnets[0]?.VpcId ?? '',
    subnets: subnets.map(({ SubnetId: id = '', AvailabilityZone: availabilityZone = '' }) => ({
      id,
      availabilityZone,
    })),
  };
}

async function describeSubnets(ids: readonly string[], parts: Parts): Promise<Subnet[]> {
  if (ids.length === 0) return [];
  try {
    const { Subnets = [] } = await ask<DescribeSubnetsResult>(parts, 'ec2', 'DescribeSubnets', {
      SubnetIds: ids,
    });
    return [...new Set(ids)].flatMap((id) => Subnets.filter(({ SubnetId }) => SubnetId === id));
  } catch (error) {
    if (error instanceof AwsError) return [];
    throw error;
  }
}

export const subnetGroupView = (group: StoredSubnetGroup, parts: Parts): DBSubnetGroup => ({
  DBSubnetGroupName: group.name,
  DBSubnetGroupDescription: group.description,
  VpcId: group.vpcId,
  DBSubnetGroupArn: arnOf(parts, 'subgrp', group.name),
  SupportedNetworkTypes: ['IPV4'],
  SubnetGroupStatus: 'Complete',
  Subnets: group.subnets.map(({ id, availabilityZone }) => ({
    SubnetIdentifier: id,
    SubnetAvailabilityZone: { Name: availabilityZone },
    SubnetStatus: 'Active',
  })),
});

function checkName(given = ''): string {
  const name = given.toLowerCase();
  if (!/^[a-z0-9][a-z0-9 ._-]{0,254}$/.test(name) || name === 'default')
    throw invalidValue(`The parameter DBSubnetGroupName is not a valid identifier: '${given}'.`);
  return name;
}
