import { createHash, randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';

const sessionSeconds = 14 * 24 * 3600;
const mostOfOne = 99;

/** The cache keeps only what a session hashes to: who can read it cannot become a visitor. */
const keyOf = (kind, session) => `${kind}:${createHash('sha256').update(session).digest('base64url')}`;

export const newSession = () => randomBytes(32).toString('base64url');

/**
 * What the shop knows of a visitor: a cart, and who signed in. It is in the cache and in no instance, so every instance
 * can answer every request, and any of them may go.
 */
export function createSessions(url) {
  const redis = new Redis(url, {
    connectTimeout: 1000,
    commandTimeout: 2000,
    maxRetriesPerRequest: 5,
    retryStrategy: (times) => Math.min(50 * times, 500),
    // After a fail-over the address may still lead to the former primary.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
  });
  redis.on('error', (error) => {
    console.error(`The cache is away: ${error.message || error.code}`);
  });
  return {
    seconds: sessionSeconds,

    /** Pieces by id, with how many of each. */
    async cart(session) {
      const counts = await redis.hgetall(keyOf('cart', session));
      return new Map(Object.entries(counts).map(([id, count]) => [id, Number(count)]));
    },

    async setCount(session, id, count) {
      const key = keyOf('cart', session);
      const bounded = Math.min(Math.max(count, 0), mostOfOne);
      const change = redis.multi();
      if (bounded === 0) change.hdel(key, id);
      else change.hset(key, id, bounded);
      await change.expire(key, sessionSeconds).exec();
    },

    emptyCart: (session) => redis.del(keyOf('cart', session)),

    accountOf: async (session) => (await redis.get(keyOf('account', session))) ?? undefined,
    signOut: (session) => redis.del(keyOf('account', session)),

    /** Another session than the one before, with its cart: nobody who knew that one is signed in by it. */
    async signIn(before, accountId) {
      const session = newSession();
      const change = redis.multi().set(keyOf('account', session), accountId, 'EX', sessionSeconds);
      if ((await redis.exists(keyOf('cart', before))) === 1)
        change.rename(keyOf('cart', before), keyOf('cart', session));
      await change.exec();
      return session;
    },

    /** True for the first ten of a quarter of an hour. */
    async mayTry(email) {
      const key = keyOf('tries', email);
      const [[, tries]] = await redis.multi().incr(key).expire(key, 900, 'NX').exec();
      return tries <= 10;
    },

    close: () => redis.disconnect(),
  };
}
