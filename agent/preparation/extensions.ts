/** Reads a bundle's configuration files, all of them before any is applied. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { FinalError } from '../errands/final-error.ts';
import { parseEnvironmentManifest, parseExtension, type Extension } from './extension-file.ts';

const folder = '.ebextensions';

/** `env.yaml`, then `.ebextensions/*.config` in the order of their names. Throws with everything that is wrong. */
export async function readExtensions(release: string): Promise<Extension[]> {
  const parsed: (Extension | { readonly problems: string[] })[] = [];
  const manifest = await readFile(path.join(release, 'env.yaml'), 'utf8').catch(() => undefined);
  if (manifest !== undefined) parsed.push(parseEnvironmentManifest(manifest));
  for (const name of await namesIn(release)) {
    const text = await readFile(path.join(release, folder, name), 'utf8');
    parsed.push(parseExtension(path.posix.join(folder, name), text));
  }
  const problems = parsed.flatMap((each) => ('problems' in each ? each.problems : []));
  if (problems.length > 0) throw new FinalError(`The source bundle is refused: ${problems.join('; ')}`);
  return parsed.filter((each): each is Extension => !('problems' in each));
}

async function namesIn(release: string): Promise<string[]> {
  const names = await readdir(path.join(release, folder)).catch(() => []);
  return names.filter((name) => name.endsWith('.config')).sort();
}
