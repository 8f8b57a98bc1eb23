import { createWriteStream, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { entryKind, type ArchiveEntry } from './rules.ts';
import type { SourceArchive } from './archive.ts';

/** Writes an archive to a new folder: folders and files first, symbolic links last. */
export async function extract(archive: SourceArchive, folder: string): Promise<void> {
  const made = new Set<string>();
  const ensureFolder = (name: string) => {
    if (made.has(name)) return;
    mkdirSync(name, { recursive: true, mode: 0o755 });
    made.add(name);
  };
  ensureFolder(folder);
  const links: { at: string; target: string }[] = [];
  for (const entry of archive.entries) {
    const at = path.join(folder, entry.name);
    const kind = entryKind(entry);
    if (kind === 'folder') ensureFolder(at.replace(/\/$/, ''));
    else {
      ensureFolder(path.dirname(at));
      if (kind === 'link') links.push({ at, target: entry.linkTarget ?? '' });
      else await writeFile(archive, entry, at);
    }
  }
  for (const { at, target } of links) symlinkSync(target, at);
}

async function writeFile({ content }: SourceArchive, entry: ArchiveEntry, at: string): Promise<void> {
  const mode = (entry.mode & 0o111) === 0 ? 0o644 : 0o755;
  const read = await content(entry);
  // wx: never through something that is there already.
  if (Buffer.isBuffer(read)) writeFileSync(at, read, { flag: 'wx', mode });
  else await pipeline(read, createWriteStream(at, { flags: 'wx', mode }));
}
