/**
 * Makes the one file that runs on instances. It has three parts: a start that decides which other part runs
 * (agent/main.ts), with the commands that only ask the supervisor; a function that holds what stays resident, the
 * supervisor with the three AWS clients it always needs; and the errands, deflated in a comment, which short-lived
 * children run. Node keeps every line it has parsed; a comment costs only its bytes (docs/decisions/0005-agent-memory.md).
 *
 * `node agent/bundle.ts FILE` writes it and prints `{ file, bytes, sha256 }`.
 */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { deflateRawSync } from 'node:zlib';
import type { BuildOptions } from 'esbuild';
import { cached, type Made } from './bundle-cache.ts';
import { errandsMark } from './errands/mark.ts';
import options from './bundle-options.json' with { type: 'json' };

const repository = path.dirname(import.meta.dirname);

export interface AgentBundle {
  readonly bytes: Uint8Array;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** The same sources give the same bytes; they are compiled only when one of them has changed. */
export async function bundleAgent(): Promise<AgentBundle> {
  const bytes = await cached(repository, compileAgent);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

export async function compileAgent(): Promise<Made> {
  const [start, supervisor, errands] = await Promise.all([
    compile('agent/main.ts'),
    compile('agent/supervisor.ts'),
    compile('agent/errands/main.ts'),
  ]);
  const section = deflateRawSync(errands.text, { level: 9 }).toString('base64');
  const code = `${head}const $supervisor=()=>{${supervisor.text}};${start.text}/*${errandsMark}${section}*/\n`;
  const compilers = ['agent/bundle.ts', 'agent/bundle-options.json', 'node_modules/esbuild/package.json'];
  const inputs = new Set([...start.inputs, ...supervisor.inputs, ...errands.inputs, ...compilers]);
  return { bytes: Buffer.from(code), inputs: [...inputs] };
}

/** The file is a module, its parts are CommonJS. */
const head =
  "import{createRequire as $createRequire}from'node:module';const require=$createRequire(import.meta.url);const $agentFile=import.meta.filename;";

async function compile(
  entry: string,
): Promise<{ readonly text: string; readonly inputs: readonly string[] }> {
  // A bundle from the cache needs no compiler.
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    ...(options as BuildOptions),
    entryPoints: [entry],
    absWorkingDir: repository,
    write: false,
    metafile: true,
    logLevel: 'error',
  });
  const [file] = outputFiles;
  if (!file) throw new Error(`esbuild made no output of ${entry}.`);
  return { text: file.text, inputs: Object.keys(metafile.inputs) };
}

if (import.meta.main) {
  const file = process.argv[2];
  if (file === undefined) throw new Error('Usage: node agent/bundle.ts FILE');
  const { bytes, sha256 } = await bundleAgent();
  await writeFile(file, bytes);
  process.stdout.write(`${JSON.stringify({ file, bytes: bytes.length, sha256 })}\n`);
}
