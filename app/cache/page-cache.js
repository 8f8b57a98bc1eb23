import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

/** After this a page is loaded again, by one instance, while the others go on showing what they have. */
const freshMilliseconds = 30_000;
/** While the database is away it is asked for a page so often, and what is kept is shown meanwhile. */
const awayMilliseconds = 3000;
/** How long a page can be shown while the database is away. */
const keepMilliseconds = 15 * 60_000;
/** For so long after a change pages are loaded from the writer: a replica may not have it yet. */
const settleMilliseconds = 5000;
const lockMilliseconds = 3000;
const generationKey = 'pages:generation';
const changedKey = 'pages:changed';

/**
 * What public pages show, kept in Redis (cache-aside). Keys carry a generation, which every change raises: what was
 * loaded before a change can never be taken for what is there after it. One loads, the others wait for it or show what
 * was there (no stampede); the same page asked for at once within this process is loaded once. Without Redis all of it
 * comes from the database.
 */
export function createPageCache(redis, { clock = Date, log } = {}) {
  const loading = new Map();

  return {
    /** The page under a name; `load({ fresh })` gets it from the database. */
    get(name, load) {
      const running = loading.get(name);
      if (running) return running;
      const started = find(name, load).finally(() => loading.delete(name));
      loading.set(name, started);
      return started;
    },

    /** Something was published: nothing kept is shown any more, and these pages are stored anew (write-through). */
    async changed(pages = {}) {
      loading.clear();
      await redis.attempt((client) =>
        client.multi().incr(generationKey).set(changedKey, '1', 'PX', settleMilliseconds).exec(),
      );
      const generation = await generationNow();
      if (!generation) return;
      for (const [name, load] of Object.entries(pages)) {
        // What was changed is saved already; a page that cannot be stored now is loaded by whoever asks for it.
        const page = await load({ fresh: true }).catch(() => undefined);
        await store(keyOf(generation.number, name), page);
      }
    },
  };

  async function find(name, load) {
    const generation = await generationNow();
    if (!generation) return load({ fresh: false });
    const key = keyOf(generation.number, name);
    const kept = await stored(key);
    if (kept && clock.now() < kept.freshUntil) return kept.page;
    const token = randomUUID();
    const isMine = await redis.attempt((client) =>
      client.set(`${key}:loading`, token, 'PX', lockMilliseconds, 'NX'),
    );
    if (!isMine) {
      const page = kept ?? (await storedByAnother(key));
      if (page) return page.page;
    }
    try {
      const page = await load({ fresh: generation.isSettling });
      await store(key, page);
      return page;
    } catch (error) {
      if (!kept) throw error;
      log?.warn({ reason: error.message, name }, 'a kept page is shown while the database is away');
      await store(key, kept.page, awayMilliseconds);
      return kept.page;
    } finally {
      if (isMine) await redis.attempt((client) => client.eval(releaseLock, 1, `${key}:loading`, token));
    }
  }

  async function generationNow() {
    const found = await redis.attempt((client) => client.mget(generationKey, changedKey));
    return found && { number: found[0] ?? '0', isSettling: found[1] !== null };
  }

  async function stored(key) {
    const text = await redis.attempt((client) => client.get(key));
    return text && JSON.parse(text, reviveDates);
  }

  async function storedByAnother(key) {
    for (let waited = 0; waited < 500; waited += 25) {
      await pause(25);
      const page = await stored(key);
      if (page) return page;
    }
    return undefined;
  }

  async function store(key, page, milliseconds = freshMilliseconds) {
    // An absent page may be published in a moment: it is not kept.
    if (page === undefined) return;
    const text = JSON.stringify({ page, freshUntil: clock.now() + milliseconds });
    await redis.attempt((client) => client.set(key, text, 'PX', keepMilliseconds));
  }
}

const keyOf = (generation, name) => `pages:${generation}:${name}`;

/** Only who holds the lock may end it. */
const releaseLock =
  "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end";

const reviveDates = (name, value) =>
  name.endsWith('At') && typeof value === 'string' ? new Date(value) : value;
