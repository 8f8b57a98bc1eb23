import type { StoredGroup } from '../state.ts';
import type { DatabasePlane } from './plane.ts';
import { replicationUser } from './replication.ts';

/** What RDS lets a master user do: all but the administration of the server. */
const masterPrivileges = [
  'select, insert, update, delete, create, drop, reload, process, references, index, alter, show databases',
  'create temporary tables, lock tables, execute, replication client, replication slave',
  'create view, show view, create routine, alter routine, create user, event, trigger',
].join(', ');

/** Makes the accounts and the first database as the group says; to be repeated at will. */
export async function prepare(
  plane: DatabasePlane,
  hostId: string,
  { username, databaseName, replicationPassword }: StoredGroup,
  password: string,
): Promise<void> {
  const run = (statement: string, ...values: string[]) => plane.query(hostId, statement, values);
  await run(`create user if not exists ${replicationUser}@'%' identified by ?`, replicationPassword);
  await run(`alter user ${replicationUser}@'%' identified by ?`, replicationPassword);
  await run(`grant replication slave on *.* to ${replicationUser}@'%'`);
  await run("create user if not exists ?@'%' identified by ?", username, password);
  await run("alter user ?@'%' identified by ?", username, password);
  await run(`grant ${masterPrivileges} on *.* to ?@'%' with grant option`, username);
  if (databaseName !== undefined)
    await plane.query(hostId, 'create database if not exists ??', [databaseName]);
}
