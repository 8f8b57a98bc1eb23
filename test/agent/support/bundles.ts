import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

export interface SourceBundle {
  readonly bytes: Buffer;
  readonly sha256: string;
  readonly key: string;
}

/** A zip archive of files by name; `mode` with file type bits makes links and oddities. */
export async function zip(
  files: Record<string, string | { content: string; mode: number }>,
): Promise<Buffer> {
  const archive = new ZipFile();
  for (const [name, file] of Object.entries(files)) {
    const { content, mode } = typeof file === 'string' ? { content: file, mode: 0o100644 } : file;
    archive.addBuffer(Buffer.from(content), name, { mode, mtime: new Date(0) });
  }
  archive.end();
  return buffer(archive.outputStream);
}

export async function sourceBundle(files: Parameters<typeof zip>[0]): Promise<SourceBundle> {
  const bytes = await zip(files);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { bytes, sha256, key: `bundles/${sha256}.zip` };
}

/** An application without any manners: SIGTERM ends it in the middle of what it does. */
export const rudeServer = (version: string): string => `
import { createServer } from 'node:http';
process.on('SIGTERM', () => process.exit(0));
let jobs = 0;
createServer((request, response) => {
  if (request.url === '/slow') return setTimeout(() => response.end('${version}'), 1500);
  if (request.method === 'POST') { jobs += 1; console.log('job', request.headers['x-aws-sqsd-msgid'], '${version}'); request.resume(); return setTimeout(() => response.end(), 30); }
  response.end(request.url === '/version' ? process.env.VERSION_LABEL + ' ' + (process.env.GREETING ?? '') : '${version}');
}).listen(process.env.PORT, () => console.log('${version} listens'));
`;

export const rudeBundle = (version: string): Promise<SourceBundle> =>
  sourceBundle({ Procfile: 'web: node server.mjs\n', 'server.mjs': rudeServer(version) });
