import type { DescribeSubnetsResult, Subnet } from '@aws-sdk/client-ec2';
import type {
  CacheSubnetGroup,
  CreateCacheSubnetGroupCommandInput,
  CreateCacheSubnetGroupCommandOutput,
  DeleteCacheSubnetGroupCommandInput,
  DescribeCacheSubnetGroupsCommandInput,
  DescribeCacheSubnetGroupsCommandOutput,
  ModifyCacheSubnetGroupCommandInput,
  ModifyCacheSubnetGroupCommandOutput,
} from '@aws-sdk/client-elasticache';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import { ask, type Parts } from '../parts.ts';
import { invalidMarker, subnetGroupNotFound } from './errors.ts';
import { arnOf, checkName } from './names.ts';
import type { CacheState, StoredSubnetGroup } from './state.ts';
import { checkTags } from './tags.ts';

/** Subnet groups: where nodes can be. */
export function subnetGroupOperations(parts: Parts, state: CacheState) {
  const users = (name: string) =>
    [...state.groups.values()].filter(({ subnetGroup }) => subnetGroup === name);
  return {
    async CreateCacheSubnetGroup(
      input: CreateCacheSubnetGroupCommandInput,
    ): Promise<Answer<CreateCacheSubnetGroupCommandOutput>> {
      const name = checkName('CacheSubnetGroupName', input.CacheSubnetGroupName ?? '');
      if (state.subnetGroups.has(name))
        throw new AwsError('CacheSubnetGroupAlreadyExists', `Cache subnet group ${name} already exists.`);
      const made: StoredSubnetGroup = {
        name,
        description: input.CacheSubnetGroupDescription ?? '',
        ...(await findSubnets(input.SubnetIds ?? [], parts)),
        tags: checkTags(input.Tags ?? []),
      };
      state.subnetGroups.set(name, made);
      return { CacheSubnetGroup: subnetGroupView(made, parts) };
    },

    DescribeCacheSubnetGroups(
      input: DescribeCacheSubnetGroupsCommandInput,
    ): Answer<DescribeCacheSubnetGroupsCommandOutput> {
      const { CacheSubnetGroupName: name } = input;
      const chosen = name === undefined ? [...state.subnetGroups.values()] : [findSubnetGroup(state, name)];
      const { items, nextToken } = page(chosen, input.MaxRecords ?? 100, input.Marker, invalidMarker);
      return {
        CacheSubnetGroups: items.map((group) => subnetGroupView(group, parts)),
        ...(nextToken && { Marker: nextToken }),
      };
    },

    async ModifyCacheSubnetGroup(
      input: ModifyCacheSubnetGroupCommandInput,
    ): Promise<Answer<ModifyCacheSubnetGroupCommandOutput>> {
      const group = findSubnetGroup(state, input.CacheSubnetGroupName);
      const found = input.SubnetIds ? await findSubnets(input.SubnetIds, parts) : group;
      const used = users(group.name).flatMap(({ nodes }) => nodes.map(({ subnetId }) => subnetId));
      const lost = used.find((id) => !found.subnets.some((subnet) => subnet.id === id));
      if (lost !== undefined || (used.length > 0 && found.vpcId !== group.vpcId))
        throw new AwsError('SubnetInUse', `The subnet ${lost ?? ''} is in use by a cache node.`);
      const next: StoredSubnetGroup = {
        ...group,
        description: input.CacheSubnetGroupDescription ?? group.description,
        subnets: found.subnets,
        vpcId: found.vpcId,
      };
      state.subnetGroups.set(group.name, next);
      return { CacheSubnetGroup: subnetGroupView(next, parts) };
    },

    DeleteCacheSubnetGroup(input: DeleteCacheSubnetGroupCommandInput): Record<string, never> {
      const { name } = findSubnetGroup(state, input.CacheSubnetGroupName);
      const [user] = users(name);
      if (user)
        throw new AwsError(
          'CacheSubnetGroupInUse',
          `Cache subnet group ${name} is currently in use by ${user.id}.`,
        );
      state.subnetGroups.delete(name);
      return {};
    },
  };
}

export function findSubnetGroup(state: CacheState, name: string | undefined): StoredSubnetGroup {
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

const subnetGroupView = (group: StoredSubnetGroup, parts: Parts): CacheSubnetGroup => ({
  CacheSubnetGroupName: group.name,
  CacheSubnetGroupDescription: group.description,
  VpcId: group.vpcId,
  ARN: arnOf(parts, 'subnetgroup', group.name),
  SupportedNetworkTypes: ['ipv4'],
  Subnets: group.subnets.map(({ id, availabilityZone }) => ({
    SubnetIdentifier: id,
    SubnetAvailabilityZone: { Name: availabilityZone },
    SupportedNetworkTypes: ['ipv4'],
  })),
});
