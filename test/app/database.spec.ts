import { expect } from 'chai';
import { failure } from '../support/failure.ts';
import { driverError } from './fakes.ts';
import { load } from './load.ts';

interface Database {
  read: (sql: string, values?: unknown[], options?: { fresh?: boolean }) => Promise<unknown>;
  write: (sql: string, values?: unknown[]) => Promise<unknown>;
  look: () => Promise<Record<string, unknown>>;
}
const { createDatabase } = await load<{
  createDatabase: (hosts: object, createPool: (host: string) => unknown, clock?: object) => Database;
}>('data/database.js');
const { statementsOf, migrate } = await load<{
  statementsOf: (text: string) => string[];
  migrate: (connection: object, migrations: object[]) => Promise<string[]>;
}>('data/migrate.js');

describe('the database', () => {
  let asked: string[];
  let pools: string[];
  /** What each host does with the next statements; without any it answers with its name. */
  let troubles: Record<string, Error[]>;
  let time: number;
  let database: Database;
  const clock = {
    now: () => time,
    pause: async (milliseconds: number) => {
      time += milliseconds;
    },
  };

  beforeEach(() => {
    asked = [];
    pools = [];
    troubles = { writer: [], reader: [] };
    time = 0;
    const createPool = (host: string) => {
      pools.push(host);
      const connection = {
        query: async () => {
          asked.push(host);
          const trouble = troubles[host]?.shift();
          if (trouble) throw trouble;
          return [[host]];
        },
        release: () => undefined,
        destroy: () => undefined,
      };
      return { getConnection: async () => connection, end: async () => undefined };
    };
    const hosts = { host: 'writer', readerHost: 'reader' };
    database = createDatabase(hosts, createPool, clock);
  });

  it('reads from the reader, writes to the writer, and reads there what must be fresh', async () => {
    await database.read('select');
    await database.write('insert');
    await database.read('select', [], { fresh: true });
    expect(asked).to.deep.equal(['reader', 'writer', 'writer']);
  });

  it('reads from the writer when the reader is away, and leaves the reader alone for a second', async () => {
    troubles.reader = [driverError('ECONNREFUSED')];
    expect(await database.read('select')).to.deep.equal(['writer']);
    expect(await database.read('select')).to.deep.equal(['writer']);
    time += 1000;
    expect(await database.read('select')).to.deep.equal(['reader']);
    expect(pools).to.deep.equal(['reader', 'writer', 'reader']);
  });

  it('reads from the writer what a late replica does not know yet', async () => {
    troubles.reader = [driverError('ER_NO_SUCH_TABLE')];
    expect(await database.read('select')).to.deep.equal(['writer']);
  });

  it('writes again on new connections when the old ones lead nowhere, or to a former writer', async () => {
    troubles.writer = [driverError('ECONNRESET'), driverError('ER_OPTION_PREVENTS_STATEMENT', 1290)];
    expect(await database.write('insert')).to.deep.equal(['writer']);
    expect(pools).to.deep.equal(['writer', 'writer', 'writer']);
  });

  it('gives up after some seconds, and says what is away', async () => {
    troubles.writer = Array.from({ length: 100 }, () => driverError('ECONNREFUSED'));
    const { message } = await failure(database.write('insert'));
    expect(message).to.equal('The database cannot be reached: ECONNREFUSED');
    expect(time).to.be.within(4000, 5000);
  });

  it('lets a visitor wait a little for the writer, less than somebody who writes', async () => {
    troubles.writer = Array.from({ length: 100 }, () => driverError('ECONNREFUSED'));
    await failure(database.read('select', [], { fresh: true }));
    expect(time).to.be.within(1500, 2000);
  });

  it('does not repeat what the database refused', async () => {
    troubles.writer = [driverError('ER_DUP_ENTRY', 1062)];
    expect((await failure(database.write('insert'))).message).to.equal('ER_DUP_ENTRY');
    expect(asked).to.deep.equal(['writer']);
  });
});

describe('migrations', () => {
  it('are cut at the ends of lines, not in the middle of text', () => {
    expect(statementsOf("create table a;\n\ninsert into a values ('x; y');\n")).to.deep.equal([
      'create table a',
      "insert into a values ('x; y')",
    ]);
  });

  const migrations = [
    { number: 1, name: '001_a.sql', statements: ['one'] },
    { number: 2, name: '002_b.sql', statements: ['two', 'three'] },
  ];
  const fakeConnection = (locked: number, failing = '') => {
    const asked: string[] = [];
    const query = async (sql: string) => {
      asked.push(sql.split(' (')[0]!.replace(/\(.*/, ''));
      if (sql === failing) throw new Error('no');
      if (sql.startsWith('select get_lock')) return [[{ locked }]];
      return [sql.startsWith('select number') ? [{ number: 1 }] : []];
    };
    return { asked, query };
  };

  it('are applied under a lock, only those that are missing', async () => {
    const connection = fakeConnection(1);
    expect(await migrate(connection, migrations)).to.deep.equal(['002_b.sql']);
    expect(connection.asked).to.deep.equal([
      'select get_lock',
      'create table if not exists schema_migrations',
      'select number from schema_migrations',
      'two',
      'three',
      'insert into schema_migrations values',
      'select release_lock',
    ]);
  });

  it('give the lock back when one fails, and do not count it as applied', async () => {
    const connection = fakeConnection(1, 'three');
    expect((await failure(migrate(connection, migrations))).message).to.equal('no');
    expect(connection.asked.slice(-2)).to.deep.equal(['three', 'select release_lock']);
  });

  it('change nothing while another instance has the lock', async () => {
    const connection = fakeConnection(0);
    expect((await failure(migrate(connection, migrations))).message).to.include('Another instance');
    expect(connection.asked).to.deep.equal(['select get_lock']);
  });
});
