import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface TinyApp {
  /** From its start to its first good health check. */
  readonly startMilliseconds?: number;
  /** Ends before it is healthy, as an application that misses something does. */
  readonly isBroken?: boolean;
  /** What tells this source bundle from another one. */
  readonly mark?: string;
}

/** Writes an application without packages: it says who answers, and with which version. */
export function writeTinyApp(
  folder: string,
  { startMilliseconds = 0, isBroken = false, mark = '' }: TinyApp = {},
) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'Procfile'), 'web: node server.js\n');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'tiny', version: '1.0.0' }));
  writeFileSync(join(folder, 'server.js'), source(startMilliseconds, isBroken, mark));
}

const source = (startMilliseconds: number, isBroken: boolean, mark: string): string => `// ${mark}
const { createServer } = require('node:http');
const { PORT, INSTANCE_ID, VERSION_LABEL } = process.env;
const readyAt = Date.now() + ${startMilliseconds};
if (${isBroken}) throw new Error('it is broken');
createServer((request, response) => {
  request.resume();
  if (Date.now() < readyAt) return response.writeHead(503).end();
  response.setHeader('content-type', 'text/html');
  response.end(\`<b id="instance">\${INSTANCE_ID}</b> <b id="version">\${VERSION_LABEL}</b>\`);
}).listen(PORT);
`;
