import { createHash, randomBytes } from 'node:crypto';

const sessionHours = 12;
/** How long a copy in Redis may outlive a sign-out that could not reach Redis. */
const copySeconds = 60;

/**
 * Sessions of the person who writes: a random id in the cookie, its hash in the database, a copy in Redis for a minute.
 * So losing the cache signs nobody out, and no secret has to be configured. `password` is what the session was opened
 * with, in whatever form it is configured: another password ends all sessions.
 */
export function createSessions(database, redis, password = '') {
  const keyOf = (idHash) => `session:${idHash}`;
  const hashOf = (id) =>
    createHash('sha256')
      .update(JSON.stringify([id, password]))
      .digest('hex');
  return {
    async create() {
      const id = randomBytes(32).toString('base64url');
      const formToken = randomBytes(32).toString('base64url');
      await database.write(
        `insert into sessions (id_hash, form_token, expires_at)
         values (?, ?, utc_timestamp(3) + interval ${sessionHours} hour) on duplicate key update id_hash = id_hash`,
        [hashOf(id), formToken],
      );
      await database.write('delete from sessions where expires_at < utc_timestamp(3)');
      return id;
    },

    /** The session of a cookie's value, or undefined. */
    async find(id) {
      if (!id) return undefined;
      const idHash = hashOf(id);
      const copy = await redis.attempt((client) => client.get(keyOf(idHash)));
      if (copy) return { id, formToken: copy };
      const [row] = await database.read(
        'select form_token as formToken from sessions where id_hash = ? and expires_at > utc_timestamp(3)',
        [idHash],
        { fresh: true },
      );
      if (!row) return undefined;
      await redis.attempt((client) => client.set(keyOf(idHash), row.formToken, 'EX', copySeconds));
      return { id, formToken: row.formToken };
    },

    async end(id) {
      await database.write('delete from sessions where id_hash = ?', [hashOf(id)]);
      await redis.attempt((client) => client.del(keyOf(hashOf(id))));
    },

    seconds: sessionHours * 3600,
  };
}
