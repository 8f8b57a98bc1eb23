import type {
  CreateDBInstanceCommandInput,
  DescribeDBInstancesCommandInput,
  DescribeDBInstancesCommandOutput,
  Filter,
} from '@aws-sdk/client-rds';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import type { Changing } from './changing.ts';
import { findCluster } from './clusters.ts';
import { checkClass, checkEngine, checkVersion, serverless } from './engines.ts';
import {
  instanceNotFound,
  invalidCombination,
  invalidInstanceState,
  invalidMarker,
  invalidValue,
  refuseUnbacked,
} from './errors.ts';
import {
  checkDatabaseName,
  checkPort,
  checkRetention,
  checkWindows,
  masterOf,
  newGroup,
  newServer,
} from './groups.ts';
import { arnOf, checkId, newResourceId } from './names.ts';
import { findSecurityGroups, placeServer, type Place } from './placement.ts';
import {
  clusterKey,
  instanceKey,
  serversOf,
  type DatabaseState,
  type StoredCluster,
  type StoredInstance,
} from './state.ts';
import { findSubnetGroup } from './subnet-groups.ts';
import { checkTags } from './tags.ts';
import { instanceView } from './views.ts';

const mostMembers = 16;

/** Making and describing instances: MySQL ones on their own, and members of Aurora clusters. */
export function instanceOperations(parts: Parts, state: DatabaseState, changing: Changing) {
  async function createAlone(input: CreateDBInstanceCommandInput): Promise<StoredInstance> {
    refuseUnbacked(input, aloneMembers);
    if (checkEngine(input.Engine) === 'aurora-mysql')
      throw invalidCombination('The parameter DBClusterIdentifier must be provided for aurora-mysql.');
    const subnetGroup = findSubnetGroup(state, input.DBSubnetGroupName ?? 'default');
    const instance = newInstance(input, {
      id: freeInstanceId(state, input.DBInstanceIdentifier),
      engine: 'mysql',
      subnetGroup: subnetGroup.name,
      created: parts.clock.now(),
    });
    const places = placesOf(state, instance, input.AvailabilityZone);
    const key = instanceKey(instance);
    const master = masterOf(input);
    const facts = {
      key,
      port: checkPort(input.Port),
      vpcId: subnetGroup.vpcId,
      securityGroups: await findSecurityGroups(input.VpcSecurityGroupIds ?? [], subnetGroup.vpcId, parts),
      ...checkDatabaseName(input.DBName),
    };
    state.groups.set(key, newGroup({ ...facts, ...master(parts, 'db', arnOf(parts, 'db', instance.id)) }));
    return addInstance(state, instance, places);
  }

  function createMember(input: CreateDBInstanceCommandInput, cluster: StoredCluster): StoredInstance {
    refuseUnbacked(input, memberMembers);
    if (input.Engine !== cluster.engine)
      throw invalidCombination(
        `The engine name requested for your DB instance (${input.Engine}) doesn't match the engine name of your DB cluster (${cluster.engine}).`,
      );
    const members = serversOf(state, clusterKey(cluster.id));
    if (members.length >= mostMembers)
      throw new AwsError('InstanceQuotaExceeded', `A cluster has at most ${mostMembers} instances.`);
    if (input.DBInstanceClass === serverless && !cluster.serverless)
      throw invalidCombination(
        'Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2 DB instance.',
      );
    const made = newInstance(input, {
      id: freeInstanceId(state, input.DBInstanceIdentifier),
      engine: cluster.engine,
      subnetGroup: cluster.subnetGroup,
      created: parts.clock.now(),
      cluster: cluster.id,
    });
    const { backupRetentionDays, backupWindow, storageEncrypted, engineVersion } = cluster;
    const instance = { ...made, backupRetentionDays, backupWindow, storageEncrypted, engineVersion };
    const taken = members.map(({ availabilityZone }) => availabilityZone);
    const place = placeServer(findSubnetGroup(state, cluster.subnetGroup), taken, input.AvailabilityZone);
    return addInstance(state, instance, [place]);
  }

  return {
    async CreateDBInstance(input: CreateDBInstanceCommandInput) {
      const instance =
        input.DBClusterIdentifier === undefined
          ? await createAlone(input)
          : createMember(input, findCluster(state, input.DBClusterIdentifier));
      changing.begin(instanceKey(instance));
      return { DBInstance: instanceView(state, instance, parts) };
    },

    DescribeDBInstances(input: DescribeDBInstancesCommandInput): Answer<DescribeDBInstancesCommandOutput> {
      const id = input.DBInstanceIdentifier;
      const filters = input.Filters ?? [];
      const chosen = (id === undefined ? [...state.instances.values()] : [findInstance(state, id)]).filter(
        (instance) => filters.every((filter) => passes(instance, filter)),
      );
      const { items, nextToken } = page(chosen, input.MaxRecords ?? 100, input.Marker, invalidMarker);
      return {
        DBInstances: items.map((instance) => instanceView(state, instance, parts)),
        ...(nextToken && { Marker: nextToken }),
      };
    },
  };
}

/** Whether an instance passes a filter. Clusters may be named by their ARNs, too. */
function passes({ cluster, resourceId }: StoredInstance, { Name, Values = [] }: Filter): boolean {
  if (Name === 'dbi-resource-id') return Values.includes(resourceId);
  if (Name === 'db-cluster-id') return Values.some((value) => value.split(':').at(-1) === cluster);
  throw invalidValue(`Unrecognized filter name: ${Name}; this region has db-cluster-id and dbi-resource-id.`);
}

/** Stores an instance with its servers. */
export function addInstance(
  state: DatabaseState,
  instance: StoredInstance,
  places: readonly Place[],
): StoredInstance {
  const made = { ...instance, availabilityZone: places[0]?.availabilityZone ?? '' };
  state.instances.set(made.id, made);
  for (const place of places) {
    const server = newServer(instanceKey(made), made, place, made.created);
    state.servers.set(server.hostId, server);
  }
  return made;
}

/** One place, or with a standby two in different zones. */
export function placesOf(state: DatabaseState, instance: StoredInstance, zone: string | undefined): Place[] {
  const subnetGroup = findSubnetGroup(state, instance.subnetGroup);
  if (instance.multiAz && zone !== undefined)
    throw invalidCombination('Requesting a specific availability zone is not valid for Multi-AZ instances.');
  const first = placeServer(subnetGroup, [], zone);
  return instance.multiAz ? [first, placeServer(subnetGroup, [first.availabilityZone])] : [first];
}

const memberMembers = [
  'DBInstanceIdentifier',
  'DBClusterIdentifier',
  'DBInstanceClass',
  'Engine',
  'AvailabilityZone',
  'PreferredMaintenanceWindow',
  'AutoMinorVersionUpgrade',
  'PromotionTier',
  'CopyTagsToSnapshot',
  'DBSubnetGroupName',
  'EngineVersion',
  'PubliclyAccessible',
  'Tags',
] as const satisfies (keyof CreateDBInstanceCommandInput)[];
const aloneMembers = [
  ...memberMembers,
  'DBName',
  'AllocatedStorage',
  'MasterUsername',
  'MasterUserPassword',
  'ManageMasterUserPassword',
  'VpcSecurityGroupIds',
  'BackupRetentionPeriod',
  'PreferredBackupWindow',
  'Port',
  'MultiAZ',
  'StorageType',
  'StorageEncrypted',
  'DeletionProtection',
  'EngineLifecycleSupport',
] as const satisfies (keyof CreateDBInstanceCommandInput)[];

type Settings = Pick<CreateDBInstanceCommandInput, 'DBInstanceClass'> & Partial<CreateDBInstanceCommandInput>;

export function newInstance(
  input: Settings,
  facts: Pick<StoredInstance, 'id' | 'engine' | 'subnetGroup' | 'created'> &
    Pick<StoredInstance, 'cluster' | 'source'>,
): StoredInstance {
  if (input.PubliclyAccessible)
    throw invalidCombination(
      'PubliclyAccessible is not supported by this region: databases have private addresses only.',
    );
  const isAlone = facts.cluster === undefined;
  return {
    ...facts,
    resourceId: newResourceId('db'),
    engineVersion: checkVersion(facts.engine, input.EngineVersion),
    instanceClass: checkClass(facts.engine, input.DBInstanceClass),
    status: 'creating',
    multiAz: input.MultiAZ ?? false,
    allocatedStorageGb: isAlone ? checkStorage(input.AllocatedStorage) : 1,
    storageType: isAlone ? checkStorageType(input.StorageType ?? 'gp3') : 'aurora',
    promotionTier: checkTier(input.PromotionTier ?? 1),
    autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? true,
    availabilityZone: '',
    backupRetentionDays: checkRetention(input.BackupRetentionPeriod, 0),
    deletionProtection: input.DeletionProtection ?? false,
    copyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
    storageEncrypted: input.StorageEncrypted ?? false,
    tags: checkTags(input.Tags ?? []),
    ...checkWindows(input),
  };
}

export function checkStorage(size: number | undefined): number {
  if (size === undefined || !Number.isInteger(size) || size < 20 || size > 65_536)
    throw invalidValue(
      `Invalid storage size for engine name mysql: ${size ?? ''}; it is between 20 and 65536 GiB.`,
    );
  return size;
}

export function checkStorageType(type: string): string {
  if (type !== 'gp2' && type !== 'gp3')
    throw invalidValue(`Invalid storage type: ${type}; this region has gp2 and gp3.`);
  return type;
}

export function checkTier(tier: number): number {
  if (!Number.isInteger(tier) || tier < 0 || tier > 15)
    throw invalidValue(`The promotion tier ${tier} is not between 0 and 15.`);
  return tier;
}

export function freeInstanceId(state: DatabaseState, given: string | undefined): string {
  const id = checkId('DBInstanceIdentifier', given);
  if (state.instances.has(id))
    throw new AwsError('DBInstanceAlreadyExists', `DB instance already exists: ${id}`);
  return id;
}

export function findInstance(state: DatabaseState, given: string | undefined): StoredInstance {
  const found = state.instances.get((given ?? '').toLowerCase().split(':').at(-1) ?? '');
  if (!found) throw instanceNotFound(given ?? '');
  return found;
}

export function findAvailableInstance(state: DatabaseState, given: string | undefined): StoredInstance {
  const found = findInstance(state, given);
  if (found.status !== 'available')
    throw invalidInstanceState(`Instance ${found.id} is not in available state: it is ${found.status}.`);
  return found;
}
