import { expect } from 'chai';
import { failure } from '../support/failure.ts';
import { fakeRedis, noRedis } from './fakes.ts';
import { load } from './load.ts';

type Load = (options: { fresh: boolean }) => Promise<unknown>;
interface PageCache {
  get: (name: string, load: Load) => Promise<unknown>;
  changed: (pages?: Record<string, Load>) => Promise<void>;
}
const { createPageCache } = await load<{
  createPageCache: (redis: unknown, options?: object) => PageCache;
}>('cache/page-cache.js');

describe('the page cache', () => {
  let time: { time: number };
  let fake: ReturnType<typeof fakeRedis>;
  let cache: PageCache;
  let loads: boolean[];
  const page =
    (value: unknown): Load =>
    async ({ fresh }) => {
      loads.push(fresh);
      return value;
    };

  beforeEach(() => {
    time = { time: 1_000_000 };
    fake = fakeRedis(time);
    cache = createPageCache(fake.redis, { clock: { now: () => time.time } });
    loads = [];
  });

  it('loads a page once for half a minute', async () => {
    await cache.get('front', page({ publishedAt: new Date(5) }));
    expect(await cache.get('front', page('other'))).to.deep.equal({ publishedAt: new Date(5) });
    time.time += 30_001;
    expect(await cache.get('front', page('newer'))).to.equal('newer');
    expect(loads).to.deep.equal([false, false]);
  });

  it('loads once for all who ask at the same time, on other instances too', async () => {
    const other = createPageCache(fake.redis, { clock: { now: () => time.time } });
    let finish: (value: string) => void = () => undefined;
    const slow: Load = () => new Promise((done) => (finish = done));
    const first = cache.get('front', slow);
    const second = cache.get('front', page('never'));
    const third = other.get('front', page('never'));
    await new Promise(setImmediate);
    finish('once');
    expect(await Promise.all([first, second, third])).to.deep.equal(['once', 'once', 'once']);
    expect(loads).to.deep.equal([]);
  });

  it('shows what it has while another instance loads it anew', async () => {
    await cache.get('front', page('old'));
    time.time += 30_001;
    const other = createPageCache(fake.redis, { clock: { now: () => time.time } });
    let finish: (value: string) => void = () => undefined;
    const loading = other.get('front', () => new Promise((done) => (finish = done)));
    await new Promise(setImmediate);
    expect(await cache.get('front', page('never'))).to.equal('old');
    finish('new');
    expect(await loading).to.equal('new');
    expect(await cache.get('front', page('never'))).to.equal('new');
  });

  it('stores changed pages at once, and shows no other that is older', async () => {
    await cache.get('front', page('old'));
    await cache.get('page 2', page('old'));
    await cache.changed({ front: page('new') });
    expect(await cache.get('front', page('never'))).to.equal('new');
    expect(await cache.get('page 2', page('new'))).to.equal('new');
  });

  it('takes a change for made although its pages cannot be loaded just then', async () => {
    await cache.get('front', page('old'));
    await cache.changed({ front: () => Promise.reject(new Error('away')), post: page('new') });
    expect(await cache.get('front', page('newest'))).to.equal('newest');
    expect(await cache.get('post', page('never'))).to.equal('new');
  });

  it('never shows what was loaded before a change and stored after it', async () => {
    let finish: (value: string) => void = () => undefined;
    const slow = cache.get('front', () => new Promise((done) => (finish = done)));
    await new Promise(setImmediate);
    await cache.changed();
    finish('stale');
    await slow;
    expect(await cache.get('front', page('new'))).to.equal('new');
  });

  it('loads from the writer until a replica has had the time to follow', async () => {
    await cache.changed();
    await cache.get('front', page('a'));
    time.time += 5001;
    await cache.get('page 2', page('b'));
    expect(loads).to.deep.equal([true, false]);
  });

  it('shows the last page while the database is away, and says so when it has none', async () => {
    await cache.get('front', page('kept'));
    time.time += 60_000;
    let tries = 0;
    const away: Load = () => {
      tries += 1;
      return Promise.reject(new Error('away'));
    };
    for (const wait of [0, 2999, 2]) {
      time.time += wait;
      expect(await cache.get('front', away)).to.equal('kept');
    }
    expect(tries, 'asked again after three seconds only').to.equal(2);
    expect((await failure(cache.get('page 2', away))).message).to.equal('away');
  });

  it('keeps no page that is not there', async () => {
    expect(await cache.get('post', page(undefined))).to.equal(undefined);
    expect(await cache.get('post', page('written since'))).to.equal('written since');
  });

  it('asks the database without Redis, or while it is away', async () => {
    const without = createPageCache(noRedis);
    fake.state.isAway = true;
    for (const current of [without, cache]) {
      expect(await current.get('front', page(1))).to.equal(1);
      await current.changed({ front: page(2) });
      expect(await current.get('front', page(3))).to.equal(3);
    }
  });
});
