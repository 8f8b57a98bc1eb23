import {
  and,
  anywhere,
  as,
  each,
  fromList,
  on,
  onAll,
  tagging,
  type Authorization,
  type Rule,
} from '../../endpoint/authorization.ts';
import type { Parts } from '../parts.ts';
import { checkEngine, checkVersion, familyOf } from './engines.ts';
import { arnOf } from './names.ts';
import type { CacheState } from './state.ts';

type Kind = Parameters<typeof arnOf>[1];

interface Creation {
  readonly ReplicationGroupId: string;
  readonly Engine?: string;
  readonly EngineVersion?: string;
  readonly CacheParameterGroupName?: string;
  readonly CacheSubnetGroupName?: string;
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticache.html */
export function elastiCacheAuthorization(parts: Parts, state: CacheState): Authorization {
  /** A resource that an input names, or all of its kind. */
  const named = (kind: Kind, member: string): Rule =>
    on((input: Record<string, string | undefined>) => arnOf(parts, kind, input[member] ?? '*'));
  const group = named('replicationgroup', 'ReplicationGroupId');
  const subnetGroup = named('subnetgroup', 'CacheSubnetGroupName');
  const parameterGroup = named('parametergroup', 'CacheParameterGroupName');
  const tagged = on(({ ResourceName }: { ResourceName: string }) => ResourceName);
  const usedByCreation = onAll((input: Creation) => [
    arnOf(parts, 'parametergroup', input.CacheParameterGroupName ?? defaultParameterGroup(input)),
    arnOf(parts, 'subnetgroup', input.CacheSubnetGroupName ?? 'default'),
  ]);
  return {
    prefix: 'elasticache',
    operations: {
      CreateReplicationGroup: and(
        tagging('AddTagsToResource', group),
        as('CreateReplicationGroup', usedByCreation),
      ),
      ModifyReplicationGroup: and(group, (input: Creation, call) =>
        input.CacheParameterGroupName === undefined ? [] : parameterGroup(input, call),
      ),
      ...each(['DescribeReplicationGroups', 'DeleteReplicationGroup', 'TestFailover'], group),
      ...each(['IncreaseReplicaCount', 'DecreaseReplicaCount'], group),
      DescribeCacheClusters: named('cluster', 'CacheClusterId'),
      CreateCacheSubnetGroup: tagging('AddTagsToResource', subnetGroup),
      ...each(['DescribeCacheSubnetGroups', 'ModifyCacheSubnetGroup', 'DeleteCacheSubnetGroup'], subnetGroup),
      CreateCacheParameterGroup: tagging('AddTagsToResource', parameterGroup),
      ...each(['DescribeCacheParameterGroups', 'DescribeCacheParameters'], parameterGroup),
      ...each(
        ['ModifyCacheParameterGroup', 'ResetCacheParameterGroup', 'DeleteCacheParameterGroup'],
        parameterGroup,
      ),
      ...each(['AddTagsToResource', 'RemoveTagsFromResource', 'ListTagsForResource'], tagged),
      DescribeEvents: anywhere,
    },
    keys: {
      'elasticache:CacheNodeType': ({ CacheNodeType }: { CacheNodeType?: string }) => CacheNodeType,
      'elasticache:EngineType': ({ Engine }: { Engine?: string }) => Engine,
    },
    tagsOf(arn) {
      const [kind = '', name = ''] = arn.split(':').slice(5);
      if (kind === 'replicationgroup') return fromList(state.groups.get(name)?.tags);
      if (kind === 'cluster')
        return fromList(
          [...state.groups.values()].find(({ nodes }) => nodes.some(({ id }) => id === name))?.tags,
        );
      const others = kind === 'subnetgroup' ? state.subnetGroups : state.parameterGroups;
      return fromList(others.get(name)?.tags);
    },
  };
}

function defaultParameterGroup({ Engine, EngineVersion }: Creation): string {
  const engine = checkEngine(Engine);
  return `default.${familyOf(engine, checkVersion(engine, EngineVersion))}`;
}
