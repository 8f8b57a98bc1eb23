/** The worker application of the chaos: it writes down when each job begins and ends, where nothing can take it away. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes it as a source bundle's folder. Most jobs are short; a body may say how long its own takes. */
export function writeJournalingApplication(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'Procfile'), 'web: node server.js\n');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'journaling', version: '1.0.0' }));
  writeFileSync(join(folder, 'server.js'), source);
}

/** A line of the journal is one write to a file that is opened for appending: whole, or not there at all. */
const source = `const { createServer } = require('node:http');
const { openSync, writeSync } = require('node:fs');
const { INSTANCE_ID, PORT, UPLOADS_DIR } = process.env;
const journal = openSync(\`\${UPLOADS_DIR}/\${INSTANCE_ID}.\${Date.now()}.journal\`, 'a');
const note = (what, id, number) => writeSync(journal, \`\${what} \${id} \${number} \${Date.now()}\\n\`);
createServer((request, response) => {
  if (request.method === 'GET') return response.end('healthy');
  let body = '';
  request.on('data', (piece) => (body += piece));
  request.on('end', () => {
    const { number, milliseconds } = JSON.parse(body);
    const id = request.headers['x-aws-sqsd-msgid'];
    note('begin', id, number);
    setTimeout(() => {
      note('end', id, number);
      response.writeHead(200).end();
    }, milliseconds);
  });
}).listen(PORT);
process.on('SIGTERM', () => process.exit());
`;
