import { expect } from 'chai';
import { fakeRedis, noRedis } from './fakes.ts';
import { load } from './load.ts';

type Fields = Record<string, unknown>;
const { isFromOurPage } = await load<{ isFromOurPage: (headers: Fields) => boolean }>('http/origin.js');
const { readCookies, writeCookie } = await load<{
  readCookies: (header?: string) => Record<string, string>;
  writeCookie: (name: string, value: string, options: object) => string;
}>('http/cookies.js');
const { textOf, isFormKey, demandFormToken } = await load<{
  textOf: (fields: unknown, name: string) => string;
  isFormKey: (text: string) => boolean;
  demandFormToken: (session: object, fields: Fields) => void;
}>('http/forms.js');
interface Admin {
  problem?: string;
  matches: (given: string) => Promise<boolean>;
}
const { hashPassword, readAdmin } = await load<{
  hashPassword: (password: string, cost?: object) => Promise<string>;
  readAdmin: (settings: object) => Admin;
}>('http/password.js');
const { createLimits } = await load<{
  createLimits: (
    redis: unknown,
    clock?: object,
  ) => {
    take: (key: string, limit: object) => Promise<boolean>;
    forget: (key: string) => Promise<void>;
  };
}>('cache/limits.js');
const { problemOf } = await load<{ problemOf: (comment: object) => string | undefined }>(
  'routes/comments.js',
);
const { readPost } = await load<{ readPost: (fields: Fields) => Fields }>('routes/desk.js');
const { slugOf } = await load<{ slugOf: (title: string) => string }>('data/posts.js');
const { createSessions } = await load<{
  createSessions: (
    database: object,
    redis: unknown,
    password?: string,
  ) => {
    create: () => Promise<string>;
    find: (id: string | undefined) => Promise<{ formToken: string } | undefined>;
    end: (id: string) => Promise<void>;
  };
}>('data/sessions.js');

describe('a form', () => {
  it('is taken from our own pages, and from what is no browser', () => {
    const host = 'www.mywordpress.example';
    for (const headers of [
      {},
      { 'sec-fetch-site': 'same-origin', origin: 'http://www.mywordpress.example.localhost:8080' },
      { origin: 'https://www.mywordpress.example' },
    ])
      expect(isFromOurPage({ host, ...headers }), JSON.stringify(headers)).to.equal(true);
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: 'https://www.mywordpress.example' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ])
      expect(isFromOurPage({ host, ...headers }), JSON.stringify(headers)).to.equal(false);
  });

  it('of a session is refused without the token of that session', () => {
    const session = { formToken: 'right' };
    expect(() => {
      demandFormToken(session, { formToken: 'right' });
    }).not.to.throw();
    for (const fields of [{}, { formToken: 'wrong' }, { formToken: ['right'] }, { formToken: 'righter' }])
      expect(() => {
        demandFormToken(session, fields);
      }).to.throw('no longer valid');
  });

  it('has text in its fields, or nothing', () => {
    expect(textOf({ a: '  x\r\ny ' }, 'a')).to.equal('x\ny');
    for (const fields of [undefined, null, 'a', { a: 5 }, { a: ['x'] }])
      expect(textOf(fields, 'a')).to.equal('');
    expect(isFormKey('0b5e7b8a-4a53-4c05-9a0f-0123456789ab')).to.equal(true);
    expect(isFormKey("' or 1=1")).to.equal(false);
  });

  it('of a post keeps a picture that was stored before, unless it is taken away', () => {
    const image = `${'a'.repeat(32)}.800.600`;
    const fields = { title: 'T', body: 'B', image, imageAlt: 'A sea' };
    expect(readPost(fields)).to.deep.include({
      status: 'published',
      image: { id: 'a'.repeat(32), width: 800, height: 600, alt: 'A sea' },
    });
    expect(readPost({ ...fields, removeImage: 'yes' }).image).to.equal(undefined);
    expect(readPost({ ...fields, image: '../../etc.1.1' }).image).to.equal(undefined);
  });

  it('of a comment has a name, some words, and few links', () => {
    expect(problemOf({ author: 'Ada', body: 'See https://a.example and https://b.example' })).to.equal(
      undefined,
    );
    expect(problemOf({ author: '', body: 'x' })).to.include('needs a name');
    expect(problemOf({ author: 'Ada', body: 'x'.repeat(2001) })).to.include('2,000');
    expect(problemOf({ author: 'Ada', body: 'http://a http://b HTTP://c' })).to.include('links');
  });
});

describe('cookies', () => {
  it('are read as browsers send them, the first of a name', () => {
    expect({ ...readCookies('a=1; b=x=y; a=2; broken; __proto__=p') }).to.deep.include({ a: '1', b: 'x=y' });
    expect({ ...readCookies() }).to.deep.equal({});
  });

  it('are out of reach of scripts, and secure where the visitor came by HTTPS', () => {
    expect(writeCookie('s', 'v', { seconds: 9, isSecure: true })).to.equal(
      's=v; Path=/; Max-Age=9; HttpOnly; SameSite=Lax; Secure',
    );
    expect(writeCookie('s', 'v', { seconds: 9, isSecure: false })).to.not.include('Secure');
  });
});

describe('the password', () => {
  it('is compared with its hash, or with itself', async () => {
    const byHash = readAdmin({
      passwordHash: await hashPassword('correct horse', { N: 2 ** 14, r: 1, p: 1 }),
    });
    for (const admin of [byHash, readAdmin({ password: 'correct horse' })]) {
      expect(await admin.matches('correct horse')).to.equal(true);
      expect(await admin.matches('correct horsf')).to.equal(false);
    }
  });

  it('lets nobody in where it is missing, short, or not a hash', () => {
    expect(readAdmin({}).problem).to.equal('unset');
    expect(readAdmin({ password: 'short' }).problem).to.equal('short');
    for (const passwordHash of [
      'x',
      'scrypt:2:8:1:a:b',
      'scrypt:16384:8:1:a:b:c',
      'scrypt:99999999999:8:1:a:b',
    ])
      expect(readAdmin({ passwordHash, password: 'long enough here' }).problem, passwordHash).to.equal(
        'hash',
      );
  });
});

describe('limits', () => {
  it('end when their time is over, with Redis and without', async () => {
    const clock = { time: 0 };
    const fake = fakeRedis(clock);
    for (const redis of [fake.redis, noRedis]) {
      const limits = createLimits(redis, { now: () => clock.time });
      const take = () => limits.take('a', { limit: 2, seconds: 10 });
      expect([await take(), await take(), await take()]).to.deep.equal([true, true, false]);
      clock.time += 10_001;
      expect(await take()).to.equal(true);
      await limits.forget('a');
      expect([await take(), await take(), await take()]).to.deep.equal([true, true, false]);
    }
  });

  it('are counted by all instances together', async () => {
    const { redis } = fakeRedis();
    const [one, two] = [createLimits(redis), createLimits(redis)];
    expect(await one.take('a', { limit: 1, seconds: 10 })).to.equal(true);
    expect(await two.take('a', { limit: 1, seconds: 10 })).to.equal(false);
  });
});

describe('sessions', () => {
  /** The table, as far as sessions need it. */
  const fakeTable = () => {
    const rows = new Map<string, string>();
    return {
      rows,
      write: async (sql: string, [idHash = '', formToken = '']: string[] = []) => {
        if (sql.startsWith('insert')) rows.set(idHash, formToken);
        else if (sql.includes('id_hash = ?')) rows.delete(idHash);
      },
      read: async (_sql: string, [idHash = '']: string[]) =>
        rows.has(idHash) ? [{ formToken: rows.get(idHash) }] : [],
    };
  };

  it('outlive the cache, and hold nothing in the table that signs in', async () => {
    const table = fakeTable();
    const fake = fakeRedis();
    const sessions = createSessions(table, fake.redis);
    const id = await sessions.create();
    expect(JSON.stringify([...table.rows])).to.not.include(id);
    const found = await sessions.find(id);
    fake.state.isAway = true;
    expect(await sessions.find(id)).to.deep.equal(found);
    for (const wrong of [undefined, '', 'x', [...table.rows.keys()][0]])
      expect(await sessions.find(wrong)).to.equal(undefined);
  });

  it('end with the sign-out and with another password, also in the cache', async () => {
    const table = fakeTable();
    const { redis } = fakeRedis();
    const sessions = createSessions(table, redis, 'one');
    const id = await sessions.create();
    await sessions.find(id);
    expect(await createSessions(table, redis, 'two').find(id)).to.equal(undefined);
    await sessions.end(id);
    expect(await sessions.find(id)).to.equal(undefined);
  });
});

describe("a post's address", () => {
  it('is made of its title', () => {
    expect(slugOf('  Über uns & die Straße! ')).to.equal('uber-uns-die-strasse');
    expect(slugOf('日本')).to.equal('post');
    expect(slugOf('a'.repeat(100))).to.have.length(80);
  });
});
