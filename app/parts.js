import { setTimeout as pause } from 'node:timers/promises';
import { createLimits } from './cache/limits.js';
import { createPageCache } from './cache/page-cache.js';
import { connectRedis } from './cache/redis.js';
import { createComments } from './data/comments.js';
import { createDatabase, mysqlPools } from './data/database.js';
import { migrate } from './data/migrate.js';
import { DatabaseAwayError } from './data/outage.js';
import { createPosts } from './data/posts.js';
import { createSessions } from './data/sessions.js';
import { readAdmin } from './http/password.js';
import { createPictures } from './pictures.js';
import { createPublications } from './publications.js';
import { createQueue } from './queue.js';

/** The first pages wait for the tables, but not for a database that is away. */
const longestPreparation = 3000;

/**
 * Connects whatever the settings name; what they do not name stays undefined. `giveUp(error)` is called when the tables
 * cannot be brought up to date although the database answers.
 */
export async function connectParts(settings, log, giveUp) {
  const { facts, uploadsFolder } = settings;
  const redis = await connectRedis(settings.redisUrl, log);
  const queue = createQueue(settings.queueUrl, settings.region);
  const askForSizes = async (id) => queue?.send('thumbnail', { image: id });
  const always = {
    facts,
    redis,
    queue,
    admin: readAdmin(settings.admin),
    limits: createLimits(redis),
    pictures: uploadsFolder && createPictures(uploadsFolder, askForSizes, { log }),
  };
  if (!settings.database) return { ...always, close: () => redis.close() };

  const database = createDatabase(settings.database, await mysqlPools(settings.database));
  const prepared = prepare(database, log).catch(giveUp);
  await Promise.race([prepared, pause(longestPreparation, undefined, { ref: false })]);
  const posts = createPosts(database);
  const comments = createComments(database);
  const cache = createPageCache(redis, { log });
  const { passwordHash, password } = settings.admin;
  return {
    ...always,
    database,
    posts,
    comments,
    publications: createPublications({ posts, comments, cache }),
    sessions: createSessions(database, redis, passwordHash ?? password),
    async close() {
      redis.close();
      await database.close();
    },
  };
}

/** Migrates as soon as the database can be reached. */
async function prepare(database, log) {
  for (;;) {
    try {
      const applied = await database.withConnection((connection) => migrate(connection));
      if (applied.length > 0) log.info({ applied }, 'database migrated');
      return;
    } catch (error) {
      if (!(error instanceof DatabaseAwayError)) throw error;
      log.warn({ reason: error.message }, 'the database is not ready yet');
      await pause(1000, undefined, { ref: false });
    }
  }
}
