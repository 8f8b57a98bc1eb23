import type * as pulumi from '@pulumi/pulumi';
import type { DataStore, DataStoreArgs } from './data-store.ts';
import type { DatabaseConfiguration } from './database-section.ts';

export interface DatabaseArgs extends DataStoreArgs {
  readonly configuration: DatabaseConfiguration;
}

/** A database as environments see it, whatever engine it is. */
export interface Database extends DataStore {
  readonly host: pulumi.Output<string>;
  /** Where reads may go; absent where there is only one instance. */
  readonly readerHost: pulumi.Output<string> | undefined;
  readonly databaseName: string;
  /** Identifiers of the DB instances: writer and readers, or instance and replicas. */
  readonly instances: readonly pulumi.Output<string>[];
  /** Secrets Manager secret with `username` and `password`; kept and rotated by RDS but where there are read replicas. */
  readonly secretArn: pulumi.Output<string>;
}

export const mysqlPort = 3306;
/** Not `admin`, which RDS reserves for some engines, nor a name with a meaning in MySQL. */
export const masterUsername = 'beanpole';
