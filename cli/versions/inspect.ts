import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { checkContents, openArchive, type SourceArchive } from '../../model/source-bundle/archive.ts';
import { entryKind, type ArchiveEntry } from '../../model/source-bundle/rules.ts';
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

/** The names in a ready bundle, and the files that say how it starts; throws for an archive that is refused. */
export async function inspectZip(path: string): Promise<BundleContents> {
  const archive = await openArchive(path);
  try {
    const files = archive.entries.filter((entry) => entryKind(entry) !== 'folder');
    const read = async (name: string) => {
      const found = files.find((entry) => entry.name === name);
      return found && textOf(archive, found);
    };
    return {
      paths: files.map(({ name }) => name),
      procfile: await read('Procfile'),
      packageJson: await read('package.json'),
      extensions: await Promise.all(
        files.filter(({ name }) => isExtension(name)).map((entry) => textOf(archive, entry)),
      ),
    };
  } finally {
    archive.close();
  }
}

async function textOf({ content }: SourceArchive, entry: ArchiveEntry): Promise<string> {
  const read = await content(entry);
  return (Buffer.isBuffer(read) ? read : await buffer(read)).toString('utf8');
}

/** Throws when a ready bundle is not what its directory says, which only reading all of it tells. */
export async function checkZip(path: string): Promise<void> {
  const archive = await openArchive(path);
  await checkContents(archive).finally(() => {
    archive.close();
  });
}

const isExtension = (path: string): boolean => /^\.ebextensions\/[^/]+\.config$/.test(path);
