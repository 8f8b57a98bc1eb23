import { readdirSync, readFileSync } from 'node:fs';

const lockName = 'mywordpress-migrations';
const lockSeconds = 30;
const folder = new URL('migrations/', import.meta.url);

/** The migrations in the order of their numbers: `001_posts.sql`. */
export const readMigrations = () =>
  readdirSync(folder)
    .filter((name) => /^\d{3}_\w+\.sql$/.test(name))
    .sort()
    .map((name) => ({
      number: Number(name.slice(0, 3)),
      name,
      statements: statementsOf(readFileSync(new URL(name, folder), 'utf8')),
    }));

/** A semicolon at the end of a line ends a statement. */
export const statementsOf = (text) =>
  text
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter(Boolean);

/**
 * Brings the tables up to date; the result is the names of what was applied. Safe for any number of instances at once:
 * one works, the others wait for its lock, which the server takes back if that one dies. MySQL commits every change of a
 * table by itself, so a migration that was cut off runs again: write each so that it can (`if not exists`). And since
 * the version before still runs while a new one starts: add first, remove a version later.
 */
export async function migrate(connection, migrations = readMigrations()) {
  const rowsOf = async (sql, values) => (await connection.query(sql, values))[0];
  const [{ locked }] = await rowsOf('select get_lock(?, ?) as locked', [lockName, lockSeconds]);
  if (Number(locked) !== 1)
    throw new Error(`Another instance has been migrating the database for ${lockSeconds} s.`);
  try {
    await rowsOf(
      'create table if not exists schema_migrations (number int primary key, name varchar(200) not null, applied_at datetime(3) not null)',
    );
    const applied = new Set(
      (await rowsOf('select number from schema_migrations')).map(({ number }) => number),
    );
    const pending = migrations.filter(({ number }) => !applied.has(number));
    for (const { number, name, statements } of pending) {
      for (const statement of statements) await rowsOf(statement);
      await rowsOf('insert into schema_migrations values (?, ?, utc_timestamp(3))', [number, name]);
    }
    return pending.map(({ name }) => name);
  } finally {
    await connection.query('select release_lock(?)', [lockName]).catch(() => undefined);
  }
}
