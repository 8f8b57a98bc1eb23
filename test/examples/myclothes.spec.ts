import { expect } from 'chai';
import { failure } from '../support/failure.ts';
import { driverError } from '../app/fakes.ts';

/** A module of MyClothes, which is plain JavaScript; the types are what a test expects of it. */
const load = async <T>(file: string): Promise<T> =>
  (await import(new URL(`../../examples/myclothes/app/${file}`, import.meta.url).href)) as T;

interface Database {
  query: (sql: string) => Promise<unknown>;
}
type CreatePool = (options: { host: string; ssl?: object | undefined }) => unknown;
const { createDatabase } = await load<{
  createDatabase: (options: object, createPool: CreatePool) => Database;
}>('database.js');
const { credentialsOf } = await load<{
  credentialsOf: (form: object) => { email: string; problem: string | undefined };
}>('credentials.js');

describe("MyClothes' database", () => {
  /** Whether each pool was to be encrypted. */
  let pools: boolean[];
  let troubles: Error[];
  let database: Database;
  beforeEach(() => {
    pools = [];
    troubles = [];
    database = createDatabase({ host: 'shop' }, ({ ssl }) => {
      pools.push(ssl !== undefined);
      return {
        query: async () => {
          const trouble = troubles.shift();
          if (trouble) throw trouble;
          return [['row']];
        },
      };
    });
  });

  it('is spoken to in encrypted connections, which RDS for MySQL 8.4 demands', async () => {
    expect(await database.query('select')).to.deep.equal(['row']);
    expect(pools).to.deep.equal([true]);
  });

  it('is spoken to in the clear when its server cannot encrypt', async () => {
    troubles = [driverError('HANDSHAKE_NO_SSL_SUPPORT'), driverError('HANDSHAKE_NO_SSL_SUPPORT')];
    const both = [database.query('select'), database.query('select')];
    expect(await Promise.all(both)).to.deep.equal([['row'], ['row']]);
    expect(pools).to.deep.equal([true, false]);
  });

  it('is asked once when a statement is wrong', async () => {
    troubles = [driverError('ER_PARSE_ERROR')];
    expect((await failure(database.query('selekt'))).message).to.contain('ER_PARSE_ERROR');
    expect(troubles).to.deep.equal([]);
  });
});

describe("MyClothes' sign-in", () => {
  it('takes an address for the same however it is typed', () => {
    const password = 'a long enough password';
    expect(credentialsOf({ email: 'Ada@Example.com', password })).to.deep.equal({
      email: 'ada@example.com',
      password,
      problem: undefined,
    });
  });

  it('says what is wrong with a form, an empty one too', () => {
    expect(credentialsOf({}).problem).to.equal('That is no email address.');
    expect(credentialsOf({ email: ['a@b', 'c'], password: 'x'.repeat(10) }).problem).to.equal(undefined);
    expect(credentialsOf({ email: 'a@b.example', password: 'short' }).problem).to.equal(
      'A password has 10 to 200 characters.',
    );
  });
});
