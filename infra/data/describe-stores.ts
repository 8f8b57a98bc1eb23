import type { DataStores } from './data-stores.ts';

/** What an instance is told of the stack's data stores: without the components, which `pulumi.output` would walk. */
export const describeStores = ({ database, cache, files }: DataStores) => ({
  database: database && {
    host: database.host,
    readerHost: database.readerHost,
    port: database.port,
    name: database.databaseName,
    secretArn: database.secretArn,
  },
  cache: cache && {
    host: cache.host,
    readerHost: cache.readerHost,
    port: cache.port,
    isEncrypted: true,
  },
  files: files && {
    fileSystemId: files.fileSystemId,
    accessPointId: files.accessPointId,
    mountPath: files.mountPath,
  },
});
