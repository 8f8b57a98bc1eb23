/** MyWordPress, the worker: the worker daemon posts each entry here. It reads environment variables and nothing else. */
import Fastify, { LogController } from 'fastify';
import { createJournal, summarise } from './entries.js';

const environment = process.env;
const version = environment.VERSION_LABEL ?? 'unversioned';

const journal = createJournal();
const app = Fastify({
  logger: { level: environment.LOG_LEVEL ?? 'warn' },
  logController: new LogController({ disableRequestLogging: true }),
  bodyLimit: 1024 * 1024,
  forceCloseConnections: 'idle',
});

app.get('/health', () => ({ status: 'ok', version }));

app.post('/jobs', (request, reply) => {
  const id = request.headers['x-aws-sqsd-msgid'];
  if (typeof id !== 'string') return reply.code(400).send({ problem: 'X-Aws-Sqsd-Msgid is missing.' });
  // A queue delivers at least once: what was handled is not handled again.
  if (journal.has(id)) return reply.code(200).send({ id, result: 'handled before' });
  const entry = summarise(request.body);
  journal.add(id);
  const receives = Number(request.headers['x-aws-sqsd-receive-count'] ?? 1);
  console.log(JSON.stringify({ result: 'entry handled', id, ...entry, version, receives }));
  return reply.code(200).send({ id, result: 'handled' });
});

let isStopping = false;
for (const signal of ['SIGTERM', 'SIGINT'])
  process.on(signal, async () => {
    if (isStopping) return;
    isStopping = true;
    await app.close();
    process.exit(0);
  });

await app.listen({ port: Number(environment.PORT ?? 8001), host: '0.0.0.0' });
