/** Unpacks a ready bundle, so that it can be built like a folder. */
import { createWriteStream } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { openPromise, type Entry } from 'yauzl';

const typeMask = 0o170000;
const linkType = 0o120000;

/** yauzl refuses names that lead out of the folder; instances refuse all the rest that is hostile. */
export async function unzip(archive: string, folder: string): Promise<void> {
  const zip = await openPromise(archive, { lazyEntries: true });
  const links: { readonly at: string; readonly target: string }[] = [];
  await mkdir(folder, { recursive: true });
  for await (const entry of zip.eachEntry()) {
    const at = join(folder, entry.fileName);
    if (entry.fileName.endsWith('/')) {
      await mkdir(at, { recursive: true });
      continue;
    }
    await mkdir(dirname(at), { recursive: true });
    const stream = await zip.openReadStreamPromise(entry);
    const mode = modeOf(entry);
    if ((mode & typeMask) === linkType) links.push({ at, target: await text(stream) });
    else
      await pipeline(
        stream,
        createWriteStream(at, { flags: 'wx', mode: (mode & 0o111) === 0 ? 0o644 : 0o755 }),
      );
  }
  // Last, so that nothing is written through one.
  for (const { at, target } of links) await symlink(target, at);
}

const madeByUnix = 3;
const modeOf = ({ versionMadeBy, externalFileAttributes }: Entry): number =>
  versionMadeBy >>> 8 === madeByUnix ? externalFileAttributes >>> 16 : 0;
