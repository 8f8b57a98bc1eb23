import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseAwayError, isBehind, isOutage } from './outage.js';

/** A statement that takes longer counts as unanswered: the server behind the address may be gone for good. */
const statementTimeout = 2000;
/** How long a write is tried again: longer than a fail-over takes here, shorter than a person's patience. */
const writePatience = 4000;
/** How long a visitor waits for a page while nobody answers. */
const readPatience = 1500;
const realTime = { now: Date.now, pause };
/** How long the reader is left alone after it failed. */
const readerRest = 1000;

/**
 * The database as the application sees it: `read` asks the reader endpoint and, when that fails, the writer;
 * `write` asks the writer, again and again for some seconds while it is away. Therefore every statement given to
 * `write` must be repeatable: a commit may have happened although its answer was lost.
 *
 * `createPool(host)` makes a pool of mysql2; a pool of which one connection broke is thrown away as a whole, since
 * the others lead to the same dead server.
 */
export function createDatabase({ host, readerHost }, createPool, clock = realTime) {
  const writer = createEndpoint(host, createPool);
  const reader = readerHost && readerHost !== host ? createEndpoint(readerHost, createPool) : undefined;
  let readerRestsUntil = 0;

  return {
    hasReader: reader !== undefined,

    /** Rows of a query; `fresh` asks the writer, which alone is sure to have the newest. */
    async read(sql, values = [], { fresh = false } = {}) {
      if (reader && !fresh && clock.now() >= readerRestsUntil) {
        try {
          return await reader.run(sql, values);
        } catch (error) {
          if (!isOutage(error) && !isBehind(error)) throw error;
          readerRestsUntil = clock.now() + readerRest;
        }
      }
      return withPatience(() => writer.run(sql, values), readPatience);
    },

    /** The driver's result of a statement that may be repeated. */
    write: (sql, values = []) => withPatience(() => writer.run(sql, values), writePatience),

    /** Runs an action, which must be repeatable too, on one connection of the writer. */
    withConnection: (action) => withPatience(() => writer.withConnection(action), 0),

    /** Milliseconds until each endpoint answered, or the error. */
    async look() {
      const one = async (endpoint) => {
        const start = clock.now();
        try {
          await endpoint.run('select 1', []);
          return { milliseconds: clock.now() - start };
        } catch (error) {
          return { problem: error.message || error.code };
        }
      };
      return { writer: await one(writer), reader: reader && (await one(reader)) };
    },

    async close() {
      await Promise.all([writer.close(), reader?.close()]);
    },
  };

  /** Tries at least twice: the first may have met a connection whose server has gone. */
  async function withPatience(action, milliseconds) {
    const deadline = clock.now() + milliseconds;
    for (let tries = 1; ; tries += 1) {
      try {
        return await action();
      } catch (error) {
        if (!isOutage(error)) throw error;
        if (tries >= 2 && clock.now() >= deadline) throw new DatabaseAwayError(error);
        if (tries >= 2) await clock.pause(Math.min(50 * 2 ** tries, 400));
      }
    }
  }
}

function createEndpoint(host, createPool) {
  let pool;
  const withConnection = async (action) => {
    const current = (pool ??= createPool(host));
    let connection;
    try {
      connection = await current.getConnection();
      const result = await action(connection);
      connection.release();
      return result;
    } catch (error) {
      if (isOutage(error)) {
        connection?.destroy();
        if (pool === current) {
          pool = undefined;
          void current.end().catch(() => undefined);
        }
      } else connection?.release();
      throw error;
    }
  };
  return {
    withConnection,
    run: (sql, values) =>
      withConnection(async (connection) => {
        const [rows] = await connection.query({ sql, values, timeout: statementTimeout });
        return rows;
      }),
    close: async () => pool?.end().catch(() => undefined),
  };
}

/**
 * Pools of mysql2 with short times, so that a fail-over is noticed soon. Connections are encrypted where the server can
 * (RDS for MySQL 8.4 demands it); as with MySQL's own clients its certificate is not checked, since the authority of RDS is
 * not among those that Node knows. The driver is loaded when it is needed.
 */
export async function mysqlPools({ port, name, user, password }) {
  const { createPool } = await import('mysql2/promise');
  const withoutEncryption = new Set();
  return (host) => {
    const pool = createPool({
      host,
      port,
      user,
      password,
      database: name,
      ssl: withoutEncryption.has(host) ? undefined : { rejectUnauthorized: false },
      connectionLimit: 8,
      queueLimit: 200,
      connectTimeout: 1000,
      enableKeepAlive: true,
      keepAliveInitialDelay: 5000,
      charset: 'utf8mb4',
      timezone: 'Z',
    });
    return {
      async getConnection() {
        try {
          return await pool.getConnection();
        } catch (error) {
          if (error.code === 'HANDSHAKE_NO_SSL_SUPPORT') withoutEncryption.add(host);
          throw error;
        }
      },
      end: () => pool.end(),
    };
  };
}
