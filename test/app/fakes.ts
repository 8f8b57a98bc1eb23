/** Redis as cache/redis.js offers it, in memory: the few commands that the application uses. Time moves by hand. */
export function fakeRedis(clock = { time: 0 }) {
  const values = new Map<string, { value: string; until: number }>();
  const alive = (key: string) => {
    const entry = values.get(key);
    return entry && entry.until > clock.time ? entry.value : null;
  };
  const set = (key: string, value: string, unit?: string, amount?: number, condition?: string) => {
    if (condition === 'NX' && alive(key) !== null) return null;
    const milliseconds = unit === 'EX' ? (amount ?? 0) * 1000 : (amount ?? Infinity);
    values.set(key, { value, until: clock.time + milliseconds });
    return 'OK';
  };
  const incr = (key: string) => {
    const next = Number(alive(key) ?? 0) + 1;
    values.set(key, { value: String(next), until: values.get(key)?.until ?? Infinity });
    return next;
  };
  const client = {
    get: alive,
    set,
    del: (key: string) => Number(values.delete(key)),
    mget: (...keys: string[]) => keys.map(alive),
    multi: () => ({
      incr(key: string) {
        incr(key);
        return this;
      },
      set(...args: Parameters<typeof set>) {
        set(...args);
        return this;
      },
      exec: () => [],
    }),
    /** The two scripts: a count with an end, and a lock that only its holder releases. */
    eval(script: string, _count: number, key: string, argument: string) {
      if (!script.includes('incr')) return alive(key) === argument ? Number(values.delete(key)) : 0;
      const attempts = incr(key);
      const entry = values.get(key);
      if (attempts === 1 && entry) entry.until = clock.time + Number(argument) * 1000;
      return attempts;
    },
  };
  const state = { isAway: false };
  return {
    state,
    keys: () => [...values.keys()].filter((key) => alive(key) !== null),
    redis: {
      isConfigured: true,
      attempt: async (action: (redis: typeof client) => unknown) =>
        state.isAway ? undefined : (action(client) ?? undefined),
    },
  };
}

/** In place of Redis where an environment has none. */
export const noRedis = { isConfigured: false, attempt: async () => undefined };

/** What went wrong, as the driver of the database says it. */
export const driverError = (code: string, errno = 0): Error =>
  Object.assign(new Error(code), { code, errno });
