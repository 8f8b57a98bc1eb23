/** One server's part in replication: statements in, facts out. */
import type { DatabasePlane, Row } from './plane.ts';

export const replicationUser = 'rdsrepladmin';
/** Longest wait for a replica to apply what it has received. */
const applySeconds = 30;

export interface Primary {
  readonly address: string;
  readonly port: number;
  readonly password: string;
}

/** Number of the last transaction in a GTID such as `0-12-345`; 0 for none. */
export const sequenceOf = (gtid: unknown): number =>
  Number((typeof gtid === 'string' ? gtid : '').split(',')[0]?.split('-')[2] ?? 0);

const text = (row: Row | undefined, name: string): string => String(row?.[name] ?? '');

export interface Replica {
  /** The address that it follows. */
  readonly primary: string;
  readonly isConnected: boolean;
  /** What stopped it; empty: nothing did. */
  readonly error: string;
  readonly received: number;
  readonly applied: number;
}

/** Where a replica is; undefined when it does not answer. */
export async function replicaOf(plane: DatabasePlane, hostId: string): Promise<Replica | undefined> {
  try {
    const [status] = await plane.query(hostId, 'show slave status');
    const [position] = await plane.query(hostId, 'select @@gtid_slave_pos as applied');
    const applied = sequenceOf(position?.applied);
    return {
      primary: text(status, 'Master_Host'),
      isConnected: text(status, 'Slave_IO_Running') === 'Yes',
      error:
        text(status, 'Last_SQL_Error') ||
        (text(status, 'Last_IO_Errno') === '1236' ? text(status, 'Last_IO_Error') : ''),
      received: Math.max(sequenceOf(status?.Gtid_IO_Pos), applied),
      applied,
    };
  } catch {
    return undefined;
  }
}

/** The number of the last transaction that a server wrote to its log. */
export async function writtenBy(plane: DatabasePlane, hostId: string): Promise<number> {
  const [row] = await plane.query(hostId, 'select @@gtid_binlog_pos as written');
  return sequenceOf(row?.written);
}

/** Makes a replica the writer, with everything that it has received. */
export async function promote(plane: DatabasePlane, hostId: string): Promise<void> {
  await plane.query(hostId, 'stop slave io_thread');
  const [status] = await plane.query(hostId, 'show slave status');
  const received = text(status, 'Gtid_IO_Pos');
  if (received !== '') {
    const [row] = await plane.query(hostId, `select master_gtid_wait(?, ${applySeconds}) as waited`, [
      received,
    ]);
    if (Number(row?.waited) !== 0) throw new Error(`${hostId} has not applied ${received} yet.`);
  }
  await plane.query(hostId, 'stop slave');
  await plane.query(hostId, 'reset slave all');
  await lead(plane, hostId);
}

/** Opens a server to writes. */
export async function lead(plane: DatabasePlane, hostId: string): Promise<void> {
  await waitForReplicas(plane, hostId, false);
  await plane.query(hostId, 'set global read_only = 0');
}

/** Whether a commit is acknowledged only when a replica has it. */
export async function waitForReplicas(plane: DatabasePlane, hostId: string, isOn: boolean): Promise<void> {
  await plane.query(hostId, `set global rpl_semi_sync_master_enabled = ${isOn ? 1 : 0}`);
}

/** Makes a server follow a primary: from `place` when its data is a copy, else from where it was. */
export async function follow(
  plane: DatabasePlane,
  hostId: string,
  { address, port, password }: Primary,
  place?: string,
): Promise<void> {
  await plane.query(hostId, 'set global read_only = 1');
  await plane.query(hostId, 'stop slave');
  if (place !== undefined) {
    await plane.query(hostId, 'reset slave all');
    await plane.query(hostId, 'reset master');
    await plane.query(hostId, 'set global gtid_slave_pos = ?', [place]);
  }
  await plane.query(
    hostId,
    `change master to master_host = ?, master_port = ${port}, master_user = '${replicationUser}', master_password = ?, master_use_gtid = slave_pos, master_connect_retry = 1, master_heartbeat_period = 2`,
    [address, password],
  );
  await plane.query(hostId, 'start slave');
}

/** Makes a replica ask its primary anew, which then waits for it. */
export async function reconnect(plane: DatabasePlane, hostId: string): Promise<void> {
  await plane.query(hostId, 'stop slave io_thread');
  await plane.query(hostId, 'start slave io_thread');
}
