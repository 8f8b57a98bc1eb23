/** Opens a source bundle: only what rules.ts lets pass, and only contents that are what the directory says. */
import { readFileSync, statSync } from 'node:fs';
import { Transform, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { crc32, inflateRawSync } from 'node:zlib';
import { fromBufferPromise, openPromise, type Entry, type ZipFile } from 'yauzl';
import {
  archiveLimits,
  archiveProblem,
  entryKind,
  methods,
  tooManyEntries,
  type ArchiveEntry,
} from './rules.ts';

/** The archive is refused; the message is what is wrong with it, as the rest of a sentence that begins with its name. */
export class ArchiveError extends Error {}

export interface SourceArchive {
  readonly entries: readonly ArchiveEntry[];
  /** A file's content, at once or in pieces; throws an `ArchiveError` when it is not what the directory says. */
  readonly content: (entry: ArchiveEntry) => Buffer | Promise<Readable>;
  close(): void;
}

/** Held whole, an archive is read without a trip to the disk for each of its thousands of entries. */
const heldBytes = 64 * 1024 * 1024;

/** Throws an `ArchiveError` for whatever is hostile or broken in its directory; nothing has been unpacked then. */
export async function openArchive(file: string): Promise<SourceArchive> {
  const bytes = statSync(file).size;
  if (bytes > archiveLimits.compressedBytes) throw refused(archiveProblem([], bytes) ?? '');
  const held = bytes <= heldBytes ? readFileSync(file) : undefined;
  const options = { autoClose: false, strictFileNames: true };
  const zip = await (held ? fromBufferPromise(held, options) : openPromise(file, options)).catch(notSound);
  try {
    const listed = await listEntries(zip);
    const entries = [...listed.keys()];
    const problem = archiveProblem(entries, bytes);
    if (problem !== undefined) throw refused(problem);
    return {
      entries,
      content(entry) {
        const known = listed.get(entry);
        if (!known) throw new Error(`${entry.name} is an entry of another archive`);
        return held ? wholeContent(held, known) : contentInPieces(zip, known);
      },
      close: () => {
        zip.close();
      },
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

/** Reads every file to its end and keeps nothing: the archive is what its directory says. */
export async function checkContents({ entries, content }: SourceArchive): Promise<void> {
  for (const entry of entries) {
    if (entryKind(entry) !== 'file') continue;
    const read = await content(entry);
    if (!Buffer.isBuffer(read)) await finished(read.resume());
  }
}

const refused = (problem: string): ArchiveError => new ArchiveError(`is refused: ${problem}`);

function notSound(error: unknown): never {
  throw new ArchiveError(`is not a sound zip archive: ${(error as Error).message}`);
}

async function listEntries(zip: ZipFile): Promise<Map<ArchiveEntry, Entry>> {
  if (zip.entryCount > archiveLimits.entries) throw refused(tooManyEntries(zip.entryCount));
  const listed = new Map<ArchiveEntry, Entry>();
  try {
    for await (const entry of zip.eachEntry()) listed.set(await factsOf(zip, entry), entry);
  } catch (error) {
    notSound(error);
  }
  return listed;
}

/** A link's text is no longer than a path. */
const longestLink = 4096;
const madeByUnix = 3;

async function factsOf(zip: ZipFile, entry: Entry): Promise<ArchiveEntry> {
  const facts = {
    name: entry.fileName,
    mode: entry.versionMadeBy >>> 8 === madeByUnix ? entry.externalFileAttributes >>> 16 : 0,
    compressedBytes: entry.compressedSize,
    bytes: entry.uncompressedSize,
    isEncrypted: entry.isEncrypted(),
    method: entry.compressionMethod,
  };
  if (entryKind(facts) !== 'link' || facts.isEncrypted) return facts;
  if (facts.bytes > longestLink) return { ...facts, linkTarget: '' };
  const target = await buffer(await zip.openReadStreamPromise(entry));
  return { ...facts, linkTarget: target.toString('utf8') };
}

function wholeContent(archive: Buffer, entry: Entry): Buffer {
  const { compressionMethod, uncompressedSize, crc32: expected } = entry;
  const packed = packedIn(archive, entry);
  const content = compressionMethod === methods.stored ? packed : inflated(packed, entry);
  return content.length === uncompressedSize && crc32(content) === expected ? content : damaged(entry);
}

/** An entry's bytes follow its local header: 30 bytes, its name, and fields whose lengths end the 30 bytes. */
function packedIn(archive: Buffer, entry: Entry): Buffer {
  const header = entry.relativeOffsetOfLocalHeader;
  if (header + 30 > archive.length || archive.readUInt32LE(header) !== 0x04034b50)
    notSound(new Error(`${entry.fileName} is not where its directory says`));
  const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
  return archive.subarray(start, start + entry.compressedSize);
}

function inflated(packed: Buffer, entry: Entry): Buffer {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.uncompressedSize) });
  } catch {
    // Whatever stops the inflation, the entry is not what its directory says.
    return damaged(entry);
  }
}

/** The archive's reader counts the bytes; their checksum is known at the end. */
async function contentInPieces(zip: ZipFile, entry: Entry): Promise<Readable> {
  let checksum = 0;
  const check = new Transform({
    transform(piece: Buffer, _encoding, done) {
      checksum = crc32(piece, checksum);
      done(null, piece);
    },
    flush(done) {
      done(checksum === entry.crc32 ? null : damagedError(entry));
    },
  });
  const source = await zip.openReadStreamPromise(entry).catch(notSound);
  source.on('error', () => check.destroy(damagedError(entry)));
  return source.pipe(check);
}

const damagedError = ({ fileName }: Entry): ArchiveError =>
  new ArchiveError(
    `is not a sound zip archive: ${fileName} differs in size or checksum from what the directory says`,
  );

function damaged(entry: Entry): never {
  throw damagedError(entry);
}
