import { randomBytes } from 'node:crypto';
import type {
  CreateReplicationGroupCommandInput,
  CreateReplicationGroupCommandOutput,
  DeleteReplicationGroupCommandInput,
  DeleteReplicationGroupCommandOutput,
  DescribeReplicationGroupsCommandInput,
  DescribeReplicationGroupsCommandOutput,
} from '@aws-sdk/client-elasticache';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import type { Caching } from './caching.ts';
import { checkEngine, checkNodeType, checkVersion, familyOf } from './engines.ts';
import {
  groupNotFound,
  invalidCombination,
  invalidMarker,
  invalidValue,
  refuseMembers,
  unsupported,
  wrongState,
} from './errors.ts';
import { checkGroupId, newDomain, nodeId } from './names.ts';
import { checkFamily } from './parameter-groups.ts';
import { findSecurityGroups, placeNodes } from './placement.ts';
import { groupView } from './replication-group-view.ts';
import type { CacheState, StoredGroup, StoredNode } from './state.ts';
import { findSubnetGroup } from './subnet-groups.ts';
import { checkTags } from './tags.ts';

export const mostReplicas = 5;
const defaultPort = 6379;
const defaultWindow = 'sun:05:00-sun:06:00';

/** Making, describing and deleting replication groups. */
export function replicationGroupOperations(parts: Parts, state: CacheState, caching: Caching) {
  async function create(input: CreateReplicationGroupCommandInput): Promise<StoredGroup> {
    const id = checkGroupId(input.ReplicationGroupId ?? '');
    if (state.groups.has(id))
      throw new AwsError('ReplicationGroupAlreadyExists', `Replication group ${id} already exists.`);
    refuseUnbacked(input);
    const engine = checkEngine(input.Engine);
    const engineVersion = checkVersion(engine, input.EngineVersion);
    const family = familyOf(engine, engineVersion);
    const subnetGroup = findSubnetGroup(state, input.CacheSubnetGroupName ?? 'default');
    const count = nodeCount(input);
    const places = placeNodes(subnetGroup, count, input.PreferredCacheClusterAZs);
    const automaticFailover = input.AutomaticFailoverEnabled ?? false;
    const multiAz = input.MultiAZEnabled ?? false;
    checkAvailability({ automaticFailover, multiAz, count });
    const transitEncryption = input.TransitEncryptionEnabled ?? false;
    const created = parts.clock.now();
    return {
      id,
      description: checkDescription(input.ReplicationGroupDescription),
      status: 'creating',
      created,
      engine,
      engineVersion,
      nodeType: checkNodeType(input.CacheNodeType),
      port: checkPort(input.Port),
      subnetGroup: subnetGroup.name,
      vpcId: subnetGroup.vpcId,
      securityGroups: await findSecurityGroups(input.SecurityGroupIds ?? [], subnetGroup.vpcId, parts),
      parameterGroup: checkFamily(state, input.CacheParameterGroupName ?? `default.${family}`, family),
      automaticFailover,
      multiAz,
      transitEncryption,
      atRestEncryption: input.AtRestEncryptionEnabled ?? engine === 'valkey',
      autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? true,
      maintenanceWindow: checkWindow(input.PreferredMaintenanceWindow ?? defaultWindow),
      authTokens: input.AuthToken === undefined ? [] : [checkAuthToken(input.AuthToken, transitEncryption)],
      ...(input.AuthToken !== undefined && { authTokenChanged: created }),
      adminPassword: randomBytes(24).toString('hex'),
      domain: newDomain(),
      primary: nodeId(id, 1),
      nodes: places.map((place, index) => newNode(nodeId(id, index + 1), place, created)),
      tags: checkTags(input.Tags ?? []),
    };
  }

  return {
    async CreateReplicationGroup(
      input: CreateReplicationGroupCommandInput,
    ): Promise<Answer<CreateReplicationGroupCommandOutput>> {
      const group = await create(input);
      state.groups.set(group.id, group);
      void caching.bringUp(group.id);
      return { ReplicationGroup: groupView(group, parts) };
    },

    DescribeReplicationGroups(
      input: DescribeReplicationGroupsCommandInput,
    ): Answer<DescribeReplicationGroupsCommandOutput> {
      const { ReplicationGroupId: id } = input;
      const chosen = id === undefined ? [...state.groups.values()] : [findGroup(state, id)];
      const { items, nextToken } = page(chosen, input.MaxRecords ?? 100, input.Marker, invalidMarker);
      return {
        ReplicationGroups: items.map((group) => groupView(group, parts)),
        ...(nextToken && { Marker: nextToken }),
      };
    },

    DeleteReplicationGroup(
      input: DeleteReplicationGroupCommandInput,
    ): Answer<DeleteReplicationGroupCommandOutput> {
      refuseMembers(input, ['RetainPrimaryCluster', 'FinalSnapshotIdentifier']);
      const group = findGroup(state, input.ReplicationGroupId);
      if (group.status === 'deleting') throw wrongState(group.id, group.status);
      const leaving: StoredGroup = { ...group, status: 'deleting' };
      state.groups.set(group.id, leaving);
      void caching.bringUp(group.id);
      return { ReplicationGroup: groupView(leaving, parts) };
    },
  };
}

export function newNode(
  id: string,
  place: Pick<StoredNode, 'subnetId' | 'availabilityZone'>,
  created: number,
): StoredNode {
  return { id, hostId: `cache-${randomBytes(6).toString('hex')}`, status: 'creating', created, ...place };
}

export function findGroup(state: CacheState, id: string | undefined): StoredGroup {
  const found = state.groups.get((id ?? '').toLowerCase());
  if (!found) throw groupNotFound(id ?? '');
  return found;
}

/** A group can be changed only when nothing else happens to it. */
export function findAvailable(state: CacheState, id: string | undefined): StoredGroup {
  const found = findGroup(state, id);
  if (found.status !== 'available') throw wrongState(found.id, found.status);
  return found;
}

function refuseUnbacked(input: CreateReplicationGroupCommandInput): void {
  refuseMembers(input, [
    'GlobalReplicationGroupId',
    'PrimaryClusterId',
    'NodeGroupConfiguration',
    'CacheSecurityGroupNames',
    'SnapshotArns',
    'SnapshotName',
    'ServerlessCacheSnapshotName',
    'SnapshotWindow',
    'NotificationTopicArn',
    'KmsKeyId',
    'UserGroupIds',
    'LogDeliveryConfigurations',
    'DataTieringEnabled',
    'Durability',
  ]);
  if ((input.SnapshotRetentionLimit ?? 0) !== 0) throw unsupported('SnapshotRetentionLimit');
  if ((input.NetworkType ?? 'ipv4') !== 'ipv4') throw unsupported(`NetworkType ${input.NetworkType}`);
  if ((input.IpDiscovery ?? 'ipv4') !== 'ipv4') throw unsupported(`IpDiscovery ${input.IpDiscovery}`);
  if ((input.ClusterMode ?? 'disabled') !== 'disabled') throw unsupported(`ClusterMode ${input.ClusterMode}`);
  if ((input.NumNodeGroups ?? 1) !== 1) throw unsupported('More than one node group');
  if ((input.TransitEncryptionMode ?? 'required') !== 'required')
    throw unsupported(`TransitEncryptionMode ${input.TransitEncryptionMode}`);
}

function nodeCount(input: CreateReplicationGroupCommandInput): number {
  const { NumCacheClusters: clusters, ReplicasPerNodeGroup: replicas } = input;
  if (clusters !== undefined && replicas !== undefined)
    throw invalidCombination('NumCacheClusters and ReplicasPerNodeGroup cannot be given together.');
  const count = clusters ?? (replicas ?? 0) + 1;
  if (!Number.isInteger(count) || count < 1 || count > mostReplicas + 1)
    throw invalidValue(`A replication group has 1 to ${mostReplicas + 1} nodes, not ${count}.`);
  return count;
}

/** What high availability needs of the number of nodes. */
export function checkAvailability(wanted: {
  automaticFailover: boolean;
  multiAz: boolean;
  count: number;
}): void {
  const { automaticFailover, multiAz, count } = wanted;
  if (automaticFailover && count < 2)
    throw invalidCombination('Automatic failover needs at least one replica.');
  if (multiAz && !automaticFailover)
    throw invalidCombination('Must enable Automatic Failover if enabling Multi-AZ.');
}

function checkDescription(given: string | undefined): string {
  if (!given)
    throw invalidValue('The parameter ReplicationGroupDescription must be provided and must not be blank.');
  return given;
}

function checkPort(port = defaultPort): number {
  if (!Number.isInteger(port) || port < 1150 || port > 65_535)
    throw invalidValue(`The port must be between 1150 and 65535: ${port}.`);
  return port;
}

export function checkWindow(window: string): string {
  const day = '(mon|tue|wed|thu|fri|sat|sun):([01]\\d|2[0-3]):[0-5]\\d';
  if (!new RegExp(`^${day}-${day}$`).test(window))
    throw invalidValue(
      `The parameter PreferredMaintenanceWindow is not of the form ddd:hh24:mi-ddd:hh24:mi: ${window}.`,
    );
  return window;
}

export function checkAuthToken(token: string, isEncrypted: boolean): string {
  if (!isEncrypted) throw invalidCombination('An AuthToken is available only with TransitEncryptionEnabled.');
  if (!/^[A-Za-z0-9!&#$^<>-]{16,128}$/.test(token))
    throw invalidValue('The AuthToken has 16 to 128 characters: letters, digits and ! & # $ ^ < > -.');
  return token;
}
