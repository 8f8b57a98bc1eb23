/** MyWordPress, the web application. It reads environment variables and nothing else. */
import { connectParts } from './parts.js';
import { readSettings } from './settings.js';
import { createSite } from './site.js';

const settings = readSettings(process.env);
const log = createLog();
const parts = await connectParts(settings, log, (error) => {
  // Ending makes the deployment fail, with this line as its reason, while the version before goes on.
  console.error(`The database cannot be brought up to date: ${error.message}`);
  process.exit(1);
});
const app = createSite(parts, { logLevel: settings.logLevel });

// Healthy means: this process answers. The database is left out on purpose. When it is away for a moment it is away for
// all instances; if they were all replaced for it, a short fail-over would become a long outage. People see /status.
app.get('/health', (_request, reply) => {
  reply.header('cache-control', 'no-store');
  return { status: 'ok', version: settings.facts.version };
});

let isStopping = false;
for (const signal of ['SIGTERM', 'SIGINT'])
  process.on(signal, async () => {
    if (isStopping) return;
    isStopping = true;
    await app.close();
    await parts.close();
    process.exit(0);
  });

await app.listen({ port: settings.port, host: '0.0.0.0' });

/** The parts connect before the site, whose log has another name for each request, is there. */
function createLog() {
  const write = (level) => (details, message) => {
    console.log(JSON.stringify({ level, time: Date.now(), ...details, msg: message ?? details }));
  };
  return { info: write(30), warn: write(40), error: write(50) };
}
