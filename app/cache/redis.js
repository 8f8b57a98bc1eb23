/** No command waits longer: without an answer the site goes on without Redis. */
const commandTimeout = 300;

/**
 * Redis, if there is one. `attempt(action)` gives the action a client and resolves to its result, or to undefined when
 * Redis is not configured, away or too slow: nothing here may depend on it. It reconnects by itself within half a second.
 */
export async function connectRedis(url, log) {
  if (!url) return withoutRedis;
  const { Redis } = await import('ioredis');
  const client = new Redis(url, {
    connectTimeout: 1000,
    commandTimeout,
    // A server that accepts and never answers: the connection is given up, the next one may reach another.
    socketTimeout: 2000,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (times) => Math.min(50 * times, 500),
    // After a fail-over the address may still lead to a former primary.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
  let isAway = false;
  client.on('ready', () => {
    if (isAway) log.info('Redis is back');
    isAway = false;
  });
  client.on('error', (error) => {
    if (!isAway) log.warn({ reason: error.message || error.code }, 'Redis is away');
    isAway = true;
  });
  return {
    isConfigured: true,
    async attempt(action) {
      try {
        return (await action(client)) ?? undefined;
      } catch {
        return undefined;
      }
    },
    async look(clock = Date) {
      const start = clock.now();
      try {
        await client.ping();
        return { milliseconds: clock.now() - start };
      } catch (error) {
        return { problem: error.message };
      }
    },
    close: () => client.disconnect(),
  };
}

/** In place of Redis where there is none. */
export const withoutRedis = {
  isConfigured: false,
  attempt: async () => undefined,
  look: async () => undefined,
  close: () => undefined,
};
