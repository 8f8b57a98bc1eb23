/** MyWordPress, the web application. It reads environment variables and nothing else. */
import Fastify, { LogController } from 'fastify';
import { page } from './page.js';
import { URLSearchParams } from 'node:url';
import { createQueue } from './queue.js';

const environment = process.env;
const facts = {
  version: environment.VERSION_LABEL ?? 'unversioned',
  instance: environment.INSTANCE_ID ?? 'this machine',
  zone: environment.AVAILABILITY_ZONE ?? 'no zone',
};
const longestEntry = 2000;

const queue = createQueue(environment.WORKER_QUEUE_URL, environment.AWS_REGION);
const app = Fastify({
  logger: { level: environment.LOG_LEVEL ?? 'info' },
  logController: new LogController({ disableRequestLogging: true }),
  trustProxy: true,
  bodyLimit: 64 * 1024,
  // On SIGTERM: no new connections, idle ones are closed, the others get their answer.
  forceCloseConnections: 'idle',
});

app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
  done(null, Object.fromEntries(new URLSearchParams(body))),
);

app.get('/', (request, reply) => {
  const { sent, problem } = request.query;
  reply.header('content-type', 'text/html; charset=utf-8').header('cache-control', 'no-store');
  return page({ ...facts, canSend: queue !== undefined, sent, problem });
});

app.get('/health', (_request, reply) => {
  reply.header('cache-control', 'no-store');
  return { status: 'ok', version: facts.version };
});

app.post('/entries', async (request, reply) => {
  const { author, text } = readEntry(request.body);
  if (text === '') return reply.redirect('/?problem=empty', 303);
  if (text.length > longestEntry) return reply.redirect('/?problem=long', 303);
  if (!queue) return reply.redirect('/?problem=queue', 303);
  try {
    const id = await queue.send({ author, text, version: facts.version, sentAt: new Date().toISOString() });
    request.log.info({ id }, 'entry queued');
    return await reply.redirect(`/?sent=${encodeURIComponent(id)}`, 303);
  } catch (error) {
    request.log.error(error, 'entry not queued');
    return reply.redirect('/?problem=queue', 303);
  }
});

function readEntry(body) {
  const { author, text } = body && typeof body === 'object' ? body : {};
  const clean = (value) => (typeof value === 'string' ? value.trim() : '');
  return { author: clean(author).slice(0, 100) || 'Someone', text: clean(text) };
}

let isStopping = false;
for (const signal of ['SIGTERM', 'SIGINT'])
  process.on(signal, async () => {
    if (isStopping) return;
    isStopping = true;
    await app.close();
    process.exit(0);
  });

await app.listen({ port: Number(environment.PORT ?? 8000), host: '0.0.0.0' });
