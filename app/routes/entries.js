import { textOf } from '../http/forms.js';

const longestEntry = 2000;

/** The form on the front page: what is written goes through the queue to the worker. */
export function addEntries(app, { facts, queue }) {
  app.post('/entries', async (request, reply) => {
    const author = textOf(request.body, 'author').slice(0, 100) || 'Someone';
    const text = textOf(request.body, 'text');
    if (text === '') return reply.redirect('/?problem=empty', 303);
    if (text.length > longestEntry) return reply.redirect('/?problem=long', 303);
    if (!queue) return reply.redirect('/?problem=queue', 303);
    try {
      const entry = { author, text, version: facts.version, sentAt: new Date().toISOString() };
      const id = await queue.send('entry', entry);
      request.log.info({ id }, 'entry queued');
      return await reply.redirect(`/?sent=${encodeURIComponent(id)}`, 303);
    } catch (error) {
      request.log.error(error, 'entry not queued');
      return reply.redirect('/?problem=queue', 303);
    }
  });
}
