/**
 * Counts attempts per key and time: `take` is false when there were too many. All instances count together in Redis;
 * without it each counts for itself, so that a limit is never off.
 */
export function createLimits(redis, clock = Date) {
  const own = new Map();
  return {
    async take(key, { limit, seconds }) {
      const shared = await redis.attempt((client) => client.eval(count, 1, `limits:${key}`, seconds));
      return Number(shared ?? countHere(key, seconds)) <= limit;
    },
    async forget(key) {
      own.delete(key);
      await redis.attempt((client) => client.del(`limits:${key}`));
    },
  };

  function countHere(key, seconds) {
    const now = clock.now();
    if (own.size > 10_000) for (const [old, { until }] of own) if (until <= now) own.delete(old);
    const entry = own.get(key);
    const current = entry && entry.until > now ? entry : { attempts: 0, until: now + seconds * 1000 };
    current.attempts += 1;
    own.set(key, current);
    return current.attempts;
  }
}

const count =
  "local n = redis.call('incr', KEYS[1]) if n == 1 then redis.call('expire', KEYS[1], ARGV[1]) end return n";
