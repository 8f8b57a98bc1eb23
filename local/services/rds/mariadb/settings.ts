/** What a database server is started with. */
export interface ServerModel {
  /** The server's network host. */
  readonly hostId: string;
  /** Unique among all servers: replication needs it. */
  readonly number: number;
  readonly port: number;
  readonly maxConnections: number;
  /** Does not take writes from its users. */
  readonly isReadOnly: boolean;
}

/**
 * The server's arguments. Memory is kept small (about 50 MB resident). Commits are written to the kernel at
 * once: the end of a process loses none of them.
 */
export const argumentsOf = (server: ServerModel, data: string, socket: string): string[] => [
  '--no-defaults',
  '--user=root',
  `--datadir=${data}`,
  `--socket=${socket}`,
  `--pid-file=${socket}.pid`,
  '--bind-address=0.0.0.0',
  `--port=${server.port}`,
  '--skip-name-resolve',
  `--server-id=${server.number}`,
  '--log-bin=bin',
  '--binlog-format=ROW',
  '--log-slave-updates=1',
  '--gtid-strict-mode=1',
  '--relay-log=relay',
  '--relay-log-recovery=1',
  '--slave-parallel-threads=4',
  '--slave-parallel-mode=optimistic',
  '--rpl-semi-sync-slave-enabled=1',
  '--rpl-semi-sync-master-timeout=1000000000',
  '--rpl-semi-sync-master-wait-point=AFTER_SYNC',
  '--sync-binlog=0',
  '--innodb-flush-log-at-trx-commit=2',
  '--innodb-log-file-size=8M',
  '--innodb-buffer-pool-size=16M',
  '--innodb-log-buffer-size=1M',
  '--innodb-temp-data-file-path=ibtmp1:2M:autoextend',
  '--key-buffer-size=1M',
  '--aria-pagecache-buffer-size=1M',
  '--performance-schema=0',
  '--table-open-cache=200',
  '--binlog-expire-logs-seconds=86400',
  '--max-binlog-size=64M',
  '--character-set-server=utf8mb4',
  '--collation-server=utf8mb4_general_ci',
  `--max-connections=${server.maxConnections}`,
  `--read-only=${server.isReadOnly ? 1 : 0}`,
];

/** What makes the template of all new databases. */
export const installCommand = (data: string): string[] => [
  'mariadb-install-db',
  '--no-defaults',
  `--datadir=${data}`,
  '--user=root',
  '--auth-root-authentication-method=normal',
  '--skip-test-db',
  '--skip-name-resolve',
  '--innodb-log-file-size=8M',
];
