/** MyWordPress, the worker: the worker daemon posts each job here. It reads environment variables and nothing else. */
import Fastify, { LogController } from 'fastify';
import { createJournal, summarise } from './entries.js';
import { makeThumbnails } from './thumbnails.js';
import { tidy } from './tidy.js';

const environment = process.env;
const version = environment.VERSION_LABEL ?? 'unversioned';

const journal = createJournal();
const app = Fastify({
  logger: { level: environment.LOG_LEVEL ?? 'warn' },
  logController: new LogController({ disableRequestLogging: true }),
  bodyLimit: 1024 * 1024,
  forceCloseConnections: 'idle',
});

// A periodic task comes with the type of a job and without a body.
app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
  try {
    done(null, body === '' ? {} : JSON.parse(body));
  } catch (error) {
    error.statusCode = 400;
    done(error);
  }
});

/** What each kind of job does; what it resolves to is logged. A job without a kind is an entry. */
const jobs = {
  entry: async (job) => ({ result: 'entry handled', ...summarise(job) }),

  async thumbnail({ image }) {
    const folder = environment.UPLOADS_DIR;
    if (!folder) throw new Error('UPLOADS_DIR is not set: this worker does not share a folder with the web.');
    return { result: 'thumbnails made', image, widths: await makeThumbnails(folder, image) };
  },
};

app.get('/health', () => ({ status: 'ok', version }));

app.post('/jobs', async (request, reply) => {
  const id = request.headers['x-aws-sqsd-msgid'];
  if (typeof id !== 'string') return reply.code(400).send({ problem: 'X-Aws-Sqsd-Msgid is missing.' });
  // A queue delivers at least once: what was handled is not handled again.
  if (journal.has(id)) return reply.code(200).send({ id, result: 'handled before' });
  const kind = request.body?.kind ?? 'entry';
  if (!Object.hasOwn(jobs, kind))
    return reply.code(400).send({ problem: `There is no kind of job named ${JSON.stringify(kind)}.` });
  const receives = Number(request.headers['x-aws-sqsd-receive-count'] ?? 1);
  try {
    const done = await jobs[kind](request.body);
    journal.add(id);
    console.log(JSON.stringify({ id, ...done, version, receives }));
    return await reply.code(200).send({ id, result: 'handled' });
  } catch (error) {
    // The daemon keeps the message and tries again; in the end it goes to the dead-letter queue.
    console.error(JSON.stringify({ result: `${kind} failed`, id, reason: error.message, version, receives }));
    return reply.code(500).send({ problem: error.message });
  }
});

/** The periodic task of cron.yaml. Doing it twice harms nothing, so nothing is remembered. */
app.post('/tidy', async (_request, reply) => {
  const deleted = environment.UPLOADS_DIR ? await tidy(environment.UPLOADS_DIR) : 0;
  console.log(JSON.stringify({ result: 'tidied up', deleted, version }));
  return reply.code(200).send({ deleted });
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
