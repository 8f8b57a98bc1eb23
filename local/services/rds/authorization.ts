import {
  and,
  anywhere,
  each,
  fromList,
  on,
  onAll,
  tagging,
  when,
  type Authorization,
  type Rule,
} from '../../endpoint/authorization.ts';
import type { Parts } from '../parts.ts';
import { checkEngine, checkVersion, familyOf } from './engines.ts';
import type { DatabaseState } from './state.ts';

/** What bears tags, by its name. */
interface Tagged {
  get(name: string): { readonly tags: Parameters<typeof fromList>[0] } | undefined;
}

interface Input {
  readonly Engine?: string;
  readonly EngineVersion?: string;
  readonly DBClusterIdentifier?: string;
  readonly DBSubnetGroupName?: string;
  readonly DBParameterGroupName?: string;
  readonly DBClusterParameterGroupName?: string;
  readonly OptionGroupName?: string;
  readonly ManageMasterUserPassword?: boolean;
  readonly FinalDBSnapshotIdentifier?: string;
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html */
export function rdsAuthorization({ region, account }: Parts, state: DatabaseState): Authorization {
  const arn = (kind: string, name: string): string => `arn:aws:rds:${region}:${account}:${kind}:${name}`;
  /** A resource that an input names, or all of its kind. */
  const named = (kind: string, member: string): Rule =>
    on((input: Record<string, string | undefined>) => arn(kind, input[member] ?? '*'));
  const instance = named('db', 'DBInstanceIdentifier');
  const cluster = named('cluster', 'DBClusterIdentifier');
  const subnetGroup = named('subgrp', 'DBSubnetGroupName');
  const snapshot = named('snapshot', 'DBSnapshotIdentifier');
  const clusterSnapshot = named('cluster-snapshot', 'DBClusterSnapshotIdentifier');
  const tagged = on(({ ResourceName }: { ResourceName: string }) => ResourceName);
  const tags = (rule: Rule): Rule => tagging('AddTagsToResource', rule);

  /** An instance uses option group, parameter group and subnet group, the default ones where none are named. */
  const usedByInstance = onAll((input: Input) => {
    const { line, family } = engineOf(input);
    return [
      arn('og', input.OptionGroupName ?? `default:${line}`),
      arn('pg', input.DBParameterGroupName ?? `default.${family}`),
      ...(input.DBClusterIdentifier === undefined
        ? [arn('subgrp', input.DBSubnetGroupName ?? 'default')]
        : [arn('cluster', input.DBClusterIdentifier)]),
    ];
  });
  const usedByCluster = onAll((input: Input) => {
    const { line, family } = engineOf(input);
    return [
      arn('og', `default:${line}`),
      arn('cluster-pg', input.DBClusterParameterGroupName ?? `default.${family}`),
      arn('subgrp', input.DBSubnetGroupName ?? 'default'),
    ];
  });
  /** A managed master password is a secret, made with the caller's permissions. */
  const managedPassword = when(
    ({ ManageMasterUserPassword }: Input) => ManageMasterUserPassword === true,
    () =>
      ['secretsmanager:CreateSecret', 'secretsmanager:TagResource'].map((action) => ({
        action,
        resource: `arn:aws:secretsmanager:${region}:${account}:secret:rds!*`,
      })),
  );
  const finalSnapshot = when(
    ({ FinalDBSnapshotIdentifier }: Input) => FinalDBSnapshotIdentifier !== undefined,
    named('cluster-snapshot', 'FinalDBSnapshotIdentifier'),
  );
  return {
    prefix: 'rds',
    operations: {
      CreateDBCluster: and(tags(cluster), usedByCluster, managedPassword),
      CreateDBInstance: and(tags(instance), usedByInstance, managedPassword),
      CreateDBInstanceReadReplica: and(
        tags(instance),
        named('db', 'SourceDBInstanceIdentifier'),
        on(() => arn('og', '*')),
        on(() => arn('pg', '*')),
      ),
      RestoreDBInstanceFromDBSnapshot: and(tags(instance), snapshot, usedByInstance, managedPassword),
      RestoreDBClusterFromSnapshot: and(
        tags(cluster),
        named('cluster-snapshot', 'SnapshotIdentifier'),
        usedByCluster,
        managedPassword,
      ),
      ModifyDBCluster: and(cluster, managedPassword),
      ModifyDBInstance: and(instance, managedPassword),
      DeleteDBCluster: and(cluster, finalSnapshot),
      ...each(['DescribeDBClusters', 'FailoverDBCluster', 'StopDBCluster', 'StartDBCluster'], cluster),
      ...each(['DescribeDBInstances', 'RebootDBInstance', 'StopDBInstance', 'StartDBInstance'], instance),
      DeleteDBInstance: instance,
      CreateDBSnapshot: and(instance, tags(snapshot)),
      CreateDBClusterSnapshot: and(cluster, tags(clusterSnapshot)),
      ...each(['DescribeDBSnapshots', 'DeleteDBSnapshot'], snapshot),
      ...each(['DescribeDBClusterSnapshots', 'DeleteDBClusterSnapshot'], clusterSnapshot),
      CreateDBSubnetGroup: tags(subnetGroup),
      ...each(['DescribeDBSubnetGroups', 'ModifyDBSubnetGroup', 'DeleteDBSubnetGroup'], subnetGroup),
      ...each(['AddTagsToResource', 'RemoveTagsFromResource', 'ListTagsForResource'], tagged),
      ...each(['DescribeEvents', 'DescribeDBEngineVersions'], anywhere),
    },
    keys: {
      'rds:DatabaseEngine': ({ Engine }: Input) => Engine,
      'rds:ManageMasterUserPassword': ({ ManageMasterUserPassword }: Input) => ManageMasterUserPassword,
    },
    tagsOf(resource) {
      const [kind = '', name = ''] = resource.split(':').slice(5);
      const { clusters, instances, subnetGroups, snapshots } = state;
      const collections: Readonly<Record<string, Tagged>> = {
        db: instances,
        cluster: clusters,
        subgrp: subnetGroups,
        snapshot: snapshots,
        'cluster-snapshot': snapshots,
      };
      return fromList(collections[kind]?.get(name)?.tags);
    },
  };
}

/** As default groups are named: `mysql-8-4` and `mysql8.4`. */
function engineOf({ Engine, EngineVersion }: Input): { line: string; family: string } {
  const engine = checkEngine(Engine ?? 'mysql');
  const version = checkVersion(engine, EngineVersion);
  const line = `${engine}-${version.split('.').slice(0, 2).join('-')}`;
  return { line, family: familyOf(engine, version) };
}
