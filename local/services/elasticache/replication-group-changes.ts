import type {
  DecreaseReplicaCountCommandInput,
  DecreaseReplicaCountCommandOutput,
  IncreaseReplicaCountCommandInput,
  IncreaseReplicaCountCommandOutput,
  ModifyReplicationGroupCommandInput,
  ModifyReplicationGroupCommandOutput,
  TestFailoverCommandInput,
  TestFailoverCommandOutput,
} from '@aws-sdk/client-elasticache';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import type { Caching } from './caching.ts';
import { checkEngine, checkNodeType, checkVersion, familyOf } from './engines.ts';
import { invalidCombination, invalidValue, refuseMembers, unsupported } from './errors.ts';
import { nextNodeId } from './names.ts';
import { checkFamily } from './parameter-groups.ts';
import { findSecurityGroups, placeNodes } from './placement.ts';
import type { Record } from './recorder.ts';
import type { CachePlane } from './redis/plane.ts';
import { groupView } from './replication-group-view.ts';
import {
  checkAuthToken,
  checkAvailability,
  checkWindow,
  findAvailable,
  mostReplicas,
  newNode,
} from './replication-groups.ts';
import type { CacheState, StoredGroup } from './state.ts';
import { findSubnetGroup } from './subnet-groups.ts';

/** Changing replication groups: settings, number of replicas, which node is the primary. */
export function replicationGroupChanges(
  parts: Parts,
  state: CacheState,
  caching: Caching,
  plane: CachePlane,
  record: Record,
) {
  function changed(group: StoredGroup, changes: Partial<StoredGroup>) {
    const next: StoredGroup = { ...group, ...changes, status: 'modifying' };
    state.groups.set(group.id, next);
    void caching.bringUp(group.id);
    return { ReplicationGroup: groupView(next, parts) };
  }

  return {
    async ModifyReplicationGroup(
      input: ModifyReplicationGroupCommandInput,
    ): Promise<Answer<ModifyReplicationGroupCommandOutput>> {
      const group = findAvailable(state, input.ReplicationGroupId);
      refuseUnbacked(input, group);
      const automaticFailover = input.AutomaticFailoverEnabled ?? group.automaticFailover;
      const multiAz = input.MultiAZEnabled ?? group.multiAz;
      checkAvailability({ automaticFailover, multiAz, count: group.nodes.length });
      const { SecurityGroupIds: groups, CacheParameterGroupName: parameterGroup } = input;
      const family = familyOf(group.engine, group.engineVersion);
      const changes: Partial<StoredGroup> = {
        automaticFailover,
        multiAz,
        description: input.ReplicationGroupDescription ?? group.description,
        nodeType: input.CacheNodeType === undefined ? group.nodeType : checkNodeType(input.CacheNodeType),
        autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? group.autoMinorVersionUpgrade,
        maintenanceWindow: checkWindow(input.PreferredMaintenanceWindow ?? group.maintenanceWindow),
        ...(parameterGroup !== undefined && { parameterGroup: checkFamily(state, parameterGroup, family) }),
        ...(groups && { securityGroups: await findSecurityGroups(groups, group.vpcId, parts) }),
        ...authTokens(input, group, parts.clock.now()),
      };
      const promoted = input.PrimaryClusterId;
      if (promoted !== undefined && promoted !== group.primary) {
        await promote(group, promoted, automaticFailover);
        changes.primary = promoted;
      }
      if (changes.securityGroups)
        for (const { hostId } of group.nodes)
          await parts.services.ec2.setSecurityGroups(hostId, changes.securityGroups);
      return changed(group, changes);
    },

    IncreaseReplicaCount(input: IncreaseReplicaCountCommandInput): Answer<IncreaseReplicaCountCommandOutput> {
      refuseMembers(input, ['ReplicaConfiguration']);
      const group = applied(input);
      const count = wantedCount(input.NewReplicaCount);
      if (count <= group.nodes.length - 1)
        throw invalidValue(
          `The new replica count ${count} must be higher than the current one, ${group.nodes.length - 1}.`,
        );
      const places = placeNodes(findSubnetGroup(state, group.subnetGroup), count + 1);
      const nodes = [...group.nodes];
      while (nodes.length < count + 1) {
        const place = leastUsed(places, nodes);
        nodes.push(newNode(nextNodeId({ id: group.id, nodes }), place, parts.clock.now()));
      }
      return changed(group, { nodes });
    },

    DecreaseReplicaCount(input: DecreaseReplicaCountCommandInput): Answer<DecreaseReplicaCountCommandOutput> {
      refuseMembers(input, ['ReplicaConfiguration']);
      const group = applied(input);
      const leaving = replicasToRemove(group, input);
      checkAvailability({ ...group, count: group.nodes.length - leaving.length });
      const nodes = group.nodes.map((node) =>
        leaving.includes(node.id) ? { ...node, status: 'deleting' as const } : node,
      );
      return changed(group, { nodes });
    },

    /** As on AWS the primary is really lost for a while: its server is killed. */
    TestFailover(input: TestFailoverCommandInput): Answer<TestFailoverCommandOutput> {
      const group = findAvailable(state, input.ReplicationGroupId);
      if (input.NodeGroupId !== '0001')
        throw new AwsError('NodeGroupNotFoundFault', `Node group ${input.NodeGroupId ?? ''} not found.`, 404);
      if (!group.automaticFailover)
        throw invalidCombination('Automatic failover must be enabled to test it.');
      record('replication-group', group.id, 'Test Failover API called for node group 0001');
      crash(group, group.primary);
      return { ReplicationGroup: groupView({ ...group, status: 'modifying' }, parts) };
    },
  };

  function crash(group: StoredGroup, nodeId: string): void {
    const node = group.nodes.find(({ id }) => id === nodeId);
    if (node) plane.crash(node.hostId);
  }

  function applied(input: {
    ReplicationGroupId: string | undefined;
    ApplyImmediately: boolean | undefined;
  }): StoredGroup {
    if (input.ApplyImmediately !== true)
      throw invalidValue('ApplyImmediately must be true: there is no other way.');
    return findAvailable(state, input.ReplicationGroupId);
  }

  async function promote(group: StoredGroup, nodeId: string, automaticFailover: boolean): Promise<void> {
    const node = group.nodes.find(({ id }) => id === nodeId);
    if (!node) throw invalidValue(`${nodeId} is not a node of ${group.id}.`);
    if (automaticFailover)
      throw invalidCombination('The primary cannot be changed while automatic failover is enabled.');
    await plane.lead(node.hostId);
    record('replication-group', group.id, `Primary changed from ${group.primary} to ${nodeId}`);
  }
}

function refuseUnbacked(input: ModifyReplicationGroupCommandInput, group: StoredGroup): void {
  refuseMembers(input, [
    'CacheSecurityGroupNames',
    'NotificationTopicArn',
    'NotificationTopicStatus',
    'SnapshottingClusterId',
    'SnapshotWindow',
    'UserGroupIdsToAdd',
    'UserGroupIdsToRemove',
    'RemoveUserGroups',
    'LogDeliveryConfigurations',
    'NodeGroupId',
    'Durability',
  ]);
  if ((input.SnapshotRetentionLimit ?? 0) !== 0) throw unsupported('SnapshotRetentionLimit');
  if ((input.IpDiscovery ?? 'ipv4') !== 'ipv4') throw unsupported(`IpDiscovery ${input.IpDiscovery}`);
  if ((input.ClusterMode ?? 'disabled') !== 'disabled') throw unsupported(`ClusterMode ${input.ClusterMode}`);
  if ((input.TransitEncryptionEnabled ?? group.transitEncryption) !== group.transitEncryption)
    throw unsupported('Changing TransitEncryptionEnabled');
  if ((input.TransitEncryptionMode ?? 'required') !== 'required')
    throw unsupported(`TransitEncryptionMode ${input.TransitEncryptionMode}`);
  if (checkEngine(input.Engine ?? group.engine) !== group.engine) throw unsupported('Changing the engine');
  if (checkVersion(group.engine, input.EngineVersion ?? group.engineVersion) !== group.engineVersion)
    throw unsupported('Changing the engine version');
  if (
    input.CacheNodeType !== undefined &&
    input.CacheNodeType !== group.nodeType &&
    input.ApplyImmediately !== true
  )
    throw unsupported('A change of the node type that waits for the maintenance window');
}

/** SET leaves one token, ROTATE keeps the one before valid beside it, DELETE takes all away. Pure. */
export function authTokens(
  { AuthToken: token, AuthTokenUpdateStrategy: strategy }: ModifyReplicationGroupCommandInput,
  group: Pick<StoredGroup, 'authTokens' | 'transitEncryption'>,
  now: number,
): Pick<StoredGroup, 'authTokens'> | undefined {
  if (strategy === 'DELETE') return { authTokens: [], ...{ authTokenChanged: now } };
  if (token === undefined) return undefined;
  if (strategy === undefined)
    throw invalidCombination('AuthTokenUpdateStrategy must be given with AuthToken.');
  const checked = checkAuthToken(token, group.transitEncryption);
  const kept = strategy === 'ROTATE' ? group.authTokens.slice(0, 1) : [];
  return { authTokens: [checked, ...kept.filter((one) => one !== checked)], ...{ authTokenChanged: now } };
}

function wantedCount(given: number | undefined): number {
  if (given === undefined || !Number.isInteger(given) || given < 0 || given > mostReplicas)
    throw invalidValue(`NewReplicaCount must be a number from 0 to ${mostReplicas}.`);
  return given;
}

/** Those that are named, or the newest replicas. */
function replicasToRemove(group: StoredGroup, input: DecreaseReplicaCountCommandInput): string[] {
  const replicas = group.nodes.map(({ id }) => id).filter((id) => id !== group.primary);
  const named = input.ReplicasToRemove;
  const unknown = named?.find((id) => !replicas.includes(id));
  if (unknown !== undefined) throw invalidValue(`${unknown} is not a replica of ${group.id}.`);
  const count = named ? replicas.length - named.length : wantedCount(input.NewReplicaCount);
  if (count >= replicas.length)
    throw invalidValue(
      `The new replica count ${count} must be lower than the current one, ${replicas.length}.`,
    );
  return named ?? replicas.slice(count);
}

type Place = Pick<StoredGroup['nodes'][number], 'subnetId' | 'availabilityZone'>;

function leastUsed(places: readonly Place[], nodes: readonly Place[]): Place {
  const use = ({ availabilityZone }: Place) =>
    nodes.filter((node) => node.availabilityZone === availabilityZone).length;
  const [first, ...rest] = places;
  if (!first) throw invalidValue('The subnet group has no subnets.');
  return rest.reduce((best, place) => (use(place) < use(best) ? place : best), first);
}
