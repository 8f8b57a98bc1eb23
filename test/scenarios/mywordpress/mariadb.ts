import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { must, run } from '../../support/cloud.ts';
import { until } from '../../support/client.ts';
import { freePort, start, type Program } from './programs.ts';

const asRoot = process.getuid?.() === 0 ? ['--user=root'] : [];

/** A MariaDB server on 127.0.0.1 whose data folder survives its end. */
export interface MariaDb {
  readonly port: number;
  readonly query: (sql: string) => Promise<RowDataPacket[]>;
  start(): Promise<void>;
  kill(): Promise<void>;
}

/** A data folder without tables; servers begin as copies of it, so that one can follow another from nothing. */
export async function makeTemplate(folder: string): Promise<string> {
  const template = join(folder, 'template');
  const options = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve'];
  await must(
    run(
      'mariadb-install-db',
      ['--no-defaults', `--datadir=${template}`, ...asRoot, ...options, '--innodb-log-file-size=8M'],
      process.env,
      folder,
    ),
  );
  return template;
}

export async function createMariaDb(template: string, number: number): Promise<MariaDb> {
  const folder = `${template}-${number}`;
  const port = await freePort();
  let program: Program | undefined;
  let connection: Connection | undefined;
  const connect = (): Promise<Connection> => createConnection({ host: '127.0.0.1', port, user: 'root' });
  return {
    port,
    async query(sql) {
      connection ??= await connect();
      const [rows] = await connection.query<RowDataPacket[]>(sql);
      return rows;
    },
    async start() {
      if (!existsSync(folder)) cpSync(template, folder, { recursive: true });
      program = start('mariadbd', [
        ...['--no-defaults', ...asRoot, `--datadir=${folder}`, `--socket=${folder}/socket`],
        ...[`--port=${port}`, '--bind-address=127.0.0.1', '--skip-name-resolve', `--server-id=${number}`],
        ...['--log-bin=bin', '--binlog-format=ROW', '--gtid-strict-mode=1', '--log-slave-updates=1'],
        ...['--innodb-buffer-pool-size=16M', '--performance-schema=0', '--innodb-flush-log-at-trx-commit=2'],
      ]);
      await until(`MariaDB ${number} answers`, 20, async () => {
        await (await connect()).end();
        return true;
      });
    },
    async kill() {
      connection?.destroy();
      connection = undefined;
      await program?.end();
    },
  };
}

/** Makes one server follow another, for the first time. */
export async function replicate(from: MariaDb, to: MariaDb): Promise<void> {
  await from.query(
    'set global rpl_semi_sync_master_enabled = 1, global rpl_semi_sync_master_wait_no_slave = 0',
  );
  await from.query(
    "set global rpl_semi_sync_master_wait_point = 'AFTER_SYNC', global rpl_semi_sync_master_timeout = 30000",
  );
  await to.query(
    `change master to master_host='127.0.0.1', master_port=${from.port}, master_user='root', master_use_gtid=slave_pos, master_connect_retry=1`,
  );
  await follow(from, to);
}

/** Goes on following after a start; from now on a commit is confirmed when the follower has it. */
export async function follow(from: MariaDb, to: MariaDb): Promise<void> {
  await to.query('stop slave');
  await to.query('set global rpl_semi_sync_slave_enabled = 1, global read_only = 1');
  await to.query('start slave');
  await until('commits wait for the replica', 20, async () => {
    const rows = await from.query("show status like 'rpl_semi_sync_master_%'");
    const values = new Map(rows.map(({ Variable_name, Value }) => [String(Variable_name), String(Value)]));
    return (
      values.get('Rpl_semi_sync_master_status') === 'ON' && values.get('Rpl_semi_sync_master_clients') === '1'
    );
  });
}

/** What Aurora does with a reader when the writer has died: all that it received is applied, then it takes writes. */
export async function promote(replica: MariaDb): Promise<void> {
  await replica.query('stop slave io_thread');
  const [status] = await replica.query('show slave status');
  await replica.query(`select master_gtid_wait('${String(status?.Gtid_IO_Pos)}', 5)`);
  await replica.query('stop slave');
  await replica.query('reset slave all');
  await replica.query('set global read_only = 0');
}
