import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile, readlink, stat } from 'node:fs/promises';
import { dirname, normalize, posix } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { UserError } from '../errors.ts';
import type { SourceFile } from './source.ts';

export interface Archive {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** In local time, as a zip's times are: the same bytes in every time zone. */
const fixedTime = new Date(1980, 0, 1, 0, 0, 0);

/** Writes a zip whose bytes depend on paths, contents and executable bits only; the digest is made on the way. */
export async function writeZip(files: readonly SourceFile[], path: string): Promise<Archive> {
  const zip = new ZipFile();
  const hash = createHash('sha256');
  let bytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const written = pipeline(zip.outputStream, meter, createWriteStream(path));
  const failed = new Promise<never>((_resolve, reject) => zip.once('error', reject));
  const added = addFiles(zip, files);
  await Promise.race([Promise.all([written, added]), failed]);
  return { path, sha256: hash.digest('hex'), bytes };
}

/** More than twice as fast as zlib's own choice, for a tenth more bytes. */
const compressionLevel = 3;

/** Up to here a file is read as a whole: a stream for each of thousands of small ones takes most of the time. */
const smallBytes = 1024 * 1024;
const filesAtOnce = 32;

async function addFiles(zip: ZipFile, files: readonly SourceFile[]): Promise<void> {
  for (let start = 0; start < files.length; start += filesAtOnce) {
    const batch = files.slice(start, start + filesAtOnce);
    const read = await Promise.all(batch.map(readEntry));
    for (const add of read) add(zip);
  }
  zip.end();
}

/** What adds the file to the zip: reading goes on side by side, adding in order. */
async function readEntry(file: SourceFile): Promise<(zip: ZipFile) => void> {
  const options = { mtime: fixedTime, forceDosTimestamp: true, compressionLevel };
  if (file.isLink) {
    const target = Buffer.from(await linkInside(file));
    return (zip) => {
      zip.addBuffer(target, file.path, { ...options, mode: 0o120777 });
    };
  }
  const { mode, size } = await stat(file.from);
  const content = size <= smallBytes ? await readFile(file.from) : undefined;
  return (zip) => {
    if (content) zip.addBuffer(content, file.path, { ...options, mode: modeOf(mode) });
    else zip.addFile(file.from, file.path, { ...options, mode: modeOf(mode) });
  };
}

/** As git keeps modes: executable or not; anything more would depend on whose machine it is. */
const modeOf = (mode: number): number => (mode & 0o111 ? 0o100755 : 0o100644);

/** The target of a link, which must lie in the bundle. */
async function linkInside({ from, path }: SourceFile): Promise<string> {
  const target = await readlink(from);
  const inBundle = normalize(posix.join(dirname(path), target));
  if (posix.isAbsolute(target) || inBundle === '..' || inBundle.startsWith('../'))
    throw new UserError(`${path} is a link to ${target}, outside the bundle.`, {
      now: ['Nothing was uploaded.'],
      next: 'replace the link by what it points to, or list it in .ebignore',
    });
  return target;
}
