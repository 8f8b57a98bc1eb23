import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { openPromise } from 'yauzl';
import type { BundleContents } from './start-command.ts';
import { listSource } from './source.ts';

export type SourceKind = 'folder' | 'zip' | 'missing' | 'other';

export function kindOf(path: string): SourceKind {
  if (!existsSync(path)) return 'missing';
  if (statSync(path).isDirectory()) return 'folder';
  return path.endsWith('.zip') ? 'zip' : 'other';
}

export async function inspectFolder(folder: string): Promise<BundleContents> {
  const files = await listSource(folder);
  const read = async (name: string) => {
    const found = files.find(({ path }) => path === name);
    return found && readFile(found.from, 'utf8');
  };
  return {
    paths: files.map(({ path }) => path),
    procfile: await read('Procfile'),
    packageJson: await read('package.json'),
    extensions: await Promise.all(
      files.filter(({ path }) => isExtension(path)).map(({ from }) => readFile(from, 'utf8')),
    ),
  };
}

/** The names in a ready bundle, and the files that say how it starts. */
export async function inspectZip(path: string): Promise<BundleContents> {
  const zip = await openPromise(path, { lazyEntries: true });
  const paths: string[] = [];
  const texts = new Map<string, string>();
  for await (const entry of zip.eachEntry()) {
    if (!entry.fileName.endsWith('/')) paths.push(entry.fileName);
    if (['Procfile', 'package.json'].includes(entry.fileName) || isExtension(entry.fileName))
      texts.set(entry.fileName, await text(await zip.openReadStreamPromise(entry)));
  }
  return {
    paths,
    procfile: texts.get('Procfile'),
    packageJson: texts.get('package.json'),
    extensions: [...texts].flatMap(([name, content]) => (isExtension(name) ? [content] : [])),
  };
}

const isExtension = (path: string): boolean => /^\.ebextensions\/[^/]+\.config$/.test(path);
