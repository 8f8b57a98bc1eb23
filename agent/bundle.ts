/**
 * Makes the one file that runs on instances. It has two parts: what stays resident (the supervisor with the
 * three AWS clients it always needs) and the errands, deflated in a comment, which short-lived children run.
 * Node keeps every line it has parsed; a comment costs only its bytes (docs/decisions/0005-agent-memory.md).
 *
 * `node agent/bundle.ts FILE` writes it and prints `{ file, bytes, sha256 }`.
 */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { deflateRawSync } from 'node:zlib';
import { build, type BuildOptions } from 'esbuild';
import { errandsMark } from './errands/mark.ts';
import options from './bundle-options.json' with { type: 'json' };

const repository = path.dirname(import.meta.dirname);

export interface AgentBundle {
  readonly bytes: Uint8Array;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** The same sources give the same bytes. */
export async function bundleAgent(): Promise<AgentBundle> {
  const [resident, errands] = await Promise.all([compile('agent/main.ts'), compile('agent/errands/main.ts')]);
  const section = deflateRawSync(errands, { level: 9 }).toString('base64');
  const bytes = Buffer.from(`${resident.toString()}/*${errandsMark}${section}*/\n`);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

async function compile(entry: string): Promise<Buffer> {
  const isResident = entry === 'agent/main.ts';
  const { banner, ...rest } = options as BuildOptions;
  const result = await build({
    ...rest,
    ...(isResident && banner ? { banner } : {}),
    entryPoints: [entry],
    absWorkingDir: repository,
    write: false,
    logLevel: 'error',
  });
  const [file] = result.outputFiles;
  if (!file) throw new Error(`esbuild made no output of ${entry}.`);
  return Buffer.from(file.contents);
}

if (import.meta.main) {
  const file = process.argv[2];
  if (file === undefined) throw new Error('Usage: node agent/bundle.ts FILE');
  const { bytes, sha256 } = await bundleAgent();
  await writeFile(file, bytes);
  process.stdout.write(`${JSON.stringify({ file, bytes: bytes.length, sha256 })}\n`);
}
