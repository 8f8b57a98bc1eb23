/** Writes a checked archive to a new folder: folders and files first, symbolic links last. */
import { createWriteStream, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import { crc32, inflateRawSync } from 'node:zlib';
import { fromBufferPromise, openPromise, type Entry, type ZipFile } from 'yauzl';
import { FinalError } from '../errands/final-error.ts';
import { archiveLimits, archiveProblem, entryKind, type ArchiveEntry } from './archive.ts';
import { ensureSpace } from './fetch.ts';

/** Refuses, before it writes anything, what archive.ts refuses. `folder` must not exist. */
export async function unpack(
  archive: string,
  folder: string,
  progress: (line: string) => void,
): Promise<void> {
  const { zip, bytes: whole } = await openArchive(archive);
  try {
    const entries = await readDirectory(zip);
    const problem = archiveProblem(entries.map(({ facts }) => facts));
    if (problem !== undefined) throw new FinalError(`The source bundle is refused: ${problem}.`);
    const bytes = entries.reduce((sum, { facts }) => sum + facts.bytes, 0);
    await ensureSpace(path.dirname(folder), bytes, 'the unpacked source bundle');
    progress(`Unpacking ${entries.length} entries.`);
    await write({ zip, bytes: whole }, entries, folder);
  } finally {
    zip.close();
  }
}

interface Archive {
  readonly zip: ZipFile;
  /** All of it, unless it is too large to be held at once. */
  readonly bytes: Buffer | undefined;
}

/** Held whole, an archive is read without a trip to the disk for each of its thousands of entries. */
const heldBytes = 64 * 1024 * 1024;

interface Listed {
  readonly entry: Entry;
  readonly facts: ArchiveEntry;
}

const notSound = (error: unknown) =>
  new FinalError(`The source bundle is not a sound zip archive: ${(error as Error).message}.`);

async function openArchive(archive: string): Promise<Archive> {
  const options = { autoClose: false, strictFileNames: true };
  try {
    if (statSync(archive).size > heldBytes)
      return { zip: await openPromise(archive, options), bytes: undefined };
    const bytes = readFileSync(archive);
    return { zip: await fromBufferPromise(bytes, options), bytes };
  } catch (error) {
    throw notSound(error);
  }
}

async function readDirectory(zip: ZipFile): Promise<Listed[]> {
  if (zip.entryCount > archiveLimits.entries)
    throw new FinalError(
      `The source bundle is refused: it has ${zip.entryCount} entries, ${archiveLimits.entries} are allowed.`,
    );
  const entries: Listed[] = [];
  try {
    for await (const entry of zip.eachEntry()) entries.push({ entry, facts: await factsOf(zip, entry) });
  } catch (error) {
    throw notSound(error);
  }
  return entries;
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
  };
  if (entryKind(facts) !== 'link' || facts.isEncrypted) return facts;
  if (facts.bytes > longestLink) return { ...facts, linkTarget: '' };
  const target = await buffer(await zip.openReadStreamPromise(entry));
  return { ...facts, linkTarget: target.toString('utf8') };
}

async function write(archive: Archive, entries: readonly Listed[], folder: string): Promise<void> {
  const made = new Set<string>();
  const ensureFolder = (name: string) => {
    if (made.has(name)) return;
    mkdirSync(name, { recursive: true, mode: 0o755 });
    made.add(name);
  };
  ensureFolder(folder);
  const links: { at: string; target: string }[] = [];
  for (const { entry, facts } of entries) {
    const at = path.join(folder, facts.name);
    const kind = entryKind(facts);
    if (kind === 'folder') ensureFolder(at.replace(/\/$/, ''));
    else {
      ensureFolder(path.dirname(at));
      if (kind === 'link') links.push({ at, target: facts.linkTarget ?? '' });
      else await writeFile(archive, entry, at, (facts.mode & 0o111) === 0 ? 0o644 : 0o755);
    }
  }
  for (const { at, target } of links) symlinkSync(target, at);
}

const stored = 0;
const deflated = 8;

async function writeFile({ zip, bytes }: Archive, entry: Entry, at: string, mode: number): Promise<void> {
  // wx: never through something that is there already.
  if (bytes) writeFileSync(at, contentOf(entry, packedIn(bytes, entry)), { flag: 'wx', mode });
  else await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(at, { flags: 'wx', mode }));
}

/** An entry's bytes follow its local header: 30 bytes, its name, and fields whose lengths end the 30 bytes. */
function packedIn(
  archive: Buffer,
  { relativeOffsetOfLocalHeader: header, compressedSize, fileName }: Entry,
): Buffer {
  if (header + 30 > archive.length || archive.readUInt32LE(header) !== 0x04034b50)
    throw notSound(new Error(`${fileName} is not where its directory says`));
  const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
  return archive.subarray(start, start + compressedSize);
}

function contentOf(
  { fileName, compressionMethod, uncompressedSize, crc32: expected }: Entry,
  packed: Buffer,
): Buffer {
  const damaged = (why: string) => notSound(new Error(`${fileName} ${why}`));
  if (compressionMethod !== stored && compressionMethod !== deflated)
    throw damaged(`is packed by method ${compressionMethod}`);
  try {
    const content =
      compressionMethod === stored
        ? packed
        : inflateRawSync(packed, { maxOutputLength: Math.max(1, uncompressedSize) });
    if (content.length === uncompressedSize && crc32(content) === expected) return content;
  } catch {
    // Told below: whatever stops the inflation, the entry is not what its directory says.
  }
  throw damaged('differs in size or checksum from what the directory says');
}
