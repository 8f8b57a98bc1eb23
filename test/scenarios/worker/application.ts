/** A worker application of all moods: what it does with a message is said in the message. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What one POST was, as the application has logged it. */
export interface Posted {
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly at: number;
}

/** Writes it as a source bundle's folder. */
export function writeMoodyApplication(folder: string, cronYaml: string): void {
  mkdirSync(folder, { recursive: true });
  const files = {
    Procfile: 'web: node server.js\n',
    'package.json': JSON.stringify({ name: 'moody', version: '1.0.0' }),
    'server.js': source,
    'cron.yaml': cronYaml,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

const source = `const { createServer } = require('node:http');
createServer((request, response) => {
  if (request.method === 'GET') return response.end('healthy');
  let body = '';
  request.on('data', (piece) => (body += piece));
  request.on('end', () => {
    console.log(JSON.stringify({ path: request.url, body, headers: request.headers, at: Date.now() }));
    const { mood = 'good' } = JSON.parse(body || '{}');
    const isFirst = request.headers['x-aws-sqsd-receive-count'] === '1';
    if (mood === 'fails') return response.writeHead(500).end('I cannot');
    if (mood === 'fails once' && isFirst) return response.writeHead(500).end();
    if (mood === 'is busy' && isFirst) return response.writeHead(429, { 'retry-after': '4' }).end();
    if (mood === 'hangs') return;
    if (mood === 'closes') return request.socket.destroy();
    if (mood === 'talks on') return talkOn(response);
    response.writeHead(201).end();
  });
}).listen(process.env.PORT);

function talkOn(response) {
  const pour = () => {
    while (!response.destroyed && response.write(Buffer.alloc(65536)));
  };
  response.writeHead(200).on('drain', pour);
  pour();
}
`;
