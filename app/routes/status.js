import { statusPage } from '../views/status.js';

/** For people who want to know what is connected. Load balancers ask /health instead. */
export function addStatus(app, { facts, database, redis, pictures, queue }) {
  app.get('/status', async (request, reply) => {
    const [db, cache, files] = await Promise.all([database?.look(), redis.look(), pictures?.look()]);
    const parts = [
      part('Database, writer', db?.writer),
      part('Database, reader', db?.reader),
      part('Cache', cache),
      part('Shared files', files),
      // Looking at a queue needs a right that a web environment does not have: it may only send.
      { name: 'Queue to the worker', state: queue ? 'configured' : 'none' },
    ];
    return reply.page(
      statusPage({ facts, isAdmin: request.mayBeAdmin, parts, uptimeSeconds: process.uptime() }),
    );
  });
}

function part(name, seen) {
  if (!seen) return { name, state: 'none' };
  // No address and no cause: everybody may read this page.
  if (seen.problem !== undefined) return { name, state: 'away' };
  return { name, state: 'connected', detail: `answered in ${seen.milliseconds} ms` };
}
