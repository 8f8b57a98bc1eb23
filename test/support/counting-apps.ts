import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Two applications without packages that share a folder: the worker notes its jobs in it, the web shows the notes. */
export function writeCountingApps(project: string, jobMilliseconds: number): void {
  write(join(project, 'app'), webSource);
  write(join(project, 'worker'), workerSource(jobMilliseconds));
  writeFileSync(join(project, 'worker', 'cron.yaml'), 'version: 1\ncron: []\n');
}

function write(folder: string, source: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'Procfile'), 'web: node server.js\n');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'counting', version: '1.0.0' }));
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ name: 'counting', lockfileVersion: 3, packages: {} }),
  );
  writeFileSync(join(folder, 'server.js'), source);
}

const webSource = `
const { createServer } = require('node:http');
const { readdirSync } = require('node:fs');
const { PORT, INSTANCE_ID, UPLOADS_DIR, VERSION_LABEL } = process.env;
createServer((request, response) => {
  request.resume();
  if (request.url === '/notes') return response.end(readdirSync(UPLOADS_DIR).join('\\n'));
  response.end(\`<b id="instance">\${INSTANCE_ID}</b> <b id="version">\${VERSION_LABEL}</b>\`);
}).listen(PORT);
`;

/** Notes are files: \`<job>.begun.<attempt>\` and \`<job>.done.<attempt>\`. */
const workerSource = (milliseconds: number): string => `
const { createServer } = require('node:http');
const { writeFileSync } = require('node:fs');
const { PORT, UPLOADS_DIR } = process.env;
const note = (job, what, attempt) => writeFileSync(\`\${UPLOADS_DIR}/\${job}.\${what}.\${attempt}\`, '');
createServer((request, response) => {
  if (request.method === 'GET') return response.end('ok');
  const attempt = request.headers['x-aws-sqsd-receive-count'];
  let job = '';
  request.setEncoding('utf8').on('data', (piece) => (job += piece));
  request.on('end', () => {
    note(job, 'begun', attempt);
    setTimeout(() => {
      note(job, 'done', attempt);
      response.end();
    }, ${milliseconds});
  });
}).listen(PORT);
`;
