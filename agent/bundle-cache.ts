/**
 * Keeps the bundle that was made last beside the packages it was made of, and gives it again as long as none of its
 * inputs has changed: a compiler run costs more than all the rest of an idle `pulumi up` of the application.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { z } from 'zod';

/** What the compiler made of which files. */
export interface Made {
  readonly bytes: Uint8Array;
  /** Relative to the repository; packages may lie anywhere, through a link. */
  readonly inputs: readonly string[];
}

const kept = z.object({ inputs: z.array(z.string()), digest: z.string(), bytes: z.base64() });

/** The bytes made last, if `repository` has the same inputs; otherwise those that `make` makes now. */
export async function cached(repository: string, make: () => Promise<Made>): Promise<Uint8Array> {
  const file = path.join(repository, 'node_modules', '.cache', 'beanpole', 'agent-bundle.json');
  const earlier = await read(file);
  if (earlier && digestOf(repository, earlier.inputs) === earlier.digest)
    return Buffer.from(earlier.bytes, 'base64');

  const begunAt = Date.now();
  const { bytes, inputs: all } = await make();
  const inputs = all.map(withinRepository).toSorted();
  const digest = digestOf(repository, inputs);
  // What was changed meanwhile may be in the digest and not in the bytes.
  if (digest !== undefined && lastChange(repository, inputs) <= begunAt)
    await keep(file, { inputs, digest, bytes: Buffer.from(bytes).toString('base64') });
  return bytes;
}

/** The compiler follows the link to a shared folder of packages; what it found there is named without the way to it. */
function withinRepository(input: string): string {
  const at = input.indexOf('node_modules/');
  return at > 0 ? input.slice(at) : input;
}

async function read(file: string): Promise<z.infer<typeof kept> | undefined> {
  try {
    return kept.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // Never made, or not by this version: it is made again.
    return undefined;
  }
}

/**
 * Undefined: one of them is no more. They are thousands, and nothing goes on beside them: waiting for each would take
 * three times as long.
 */
function digestOf(repository: string, inputs: readonly string[]): string | undefined {
  const hash = createHash('sha256');
  try {
    for (const input of inputs) {
      const content = readFileSync(path.join(repository, input));
      hash.update(`${input} ${content.length}\n`).update(content);
    }
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}

/** Milliseconds since 1970. */
const lastChange = (repository: string, inputs: readonly string[]): number =>
  Math.max(...inputs.map((input) => statSync(path.join(repository, input)).mtimeMs));

/** Whole or not at all, also when several do it at once. Packages that others own are left as they are. */
async function keep(file: string, content: z.infer<typeof kept>): Promise<void> {
  const temporary = `${file}.${process.pid}`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(temporary, JSON.stringify(content));
    await rename(temporary, file);
  } catch {
    // The next time costs as much as this one.
  }
}
