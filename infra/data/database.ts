import { createHash } from 'node:crypto';
import type * as pulumi from '@pulumi/pulumi';
import type { DataStore, DataStoreArgs } from './data-store.ts';
import type { DatabaseConfiguration } from './database-section.ts';

export interface DatabaseArgs extends DataStoreArgs {
  /** Engine, size, backups, protection and what it begins with. Keys of the other engine are refused. */
  readonly configuration: DatabaseConfiguration;
}

/** A database as environments see it, whatever engine it is. */
export interface Database extends DataStore {
  /** Where reads and writes go: `RDS_HOSTNAME`. It stays the same in a failover. */
  readonly host: pulumi.Output<string>;
  /** Where reads may go, a moment behind: `RDS_READER_HOSTNAME`; absent where there is only one instance. */
  readonly readerHost: pulumi.Output<string> | undefined;
  /** Made at the beginning: `RDS_DB_NAME`. */
  readonly databaseName: string;
  /** Identifiers of the DB instances: writer and readers, or instance and replicas. */
  readonly instances: readonly pulumi.Output<string>[];
  /** Secrets Manager secret with `username` and `password`; kept and rotated by RDS but where there are read replicas. */
  readonly secretArn: pulumi.Output<string>;
}

export const mysqlPort = 3306;
/** Not `admin`, which RDS reserves for some engines, nor a name with a meaning in MySQL. */
export const masterUsername = 'beanpole';

/**
 * Pure: what the snapshot is called that a database leaves. RDS refuses a name that is taken, and snapshots stay: the
 * subnet group's name is a new one each time that a stack is brought up, and what replaces a database within a stack is
 * what it begins with.
 */
export function finalSnapshotName(
  subnetGroup: string,
  { name, restoreFromSnapshot = '' }: Pick<DatabaseConfiguration, 'name' | 'restoreFromSnapshot'>,
): string {
  const digest = createHash('sha256').update(`${name} ${restoreFromSnapshot}`).digest('hex').slice(0, 6);
  return `${subnetGroup}-${digest}-final`;
}
