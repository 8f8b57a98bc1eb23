/**
 * Decides whether a source bundle may be unpacked, from its directory alone and before anything is written: by the
 * same rules where a version is made and on the instances. A bundle comes from a developer, not from an enemy; but a
 * stolen credential must not become root on instances.
 */
export interface ArchiveEntry {
  readonly name: string;
  /** POSIX mode with file type bits; 0 when the archive has none. */
  readonly mode: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  readonly isEncrypted: boolean;
  /** How it is packed, in the zip format's numbers. */
  readonly method: number;
  /** Only for symbolic links. */
  readonly linkTarget?: string;
}

export interface ArchiveLimits {
  readonly compressedBytes: number;
  readonly bytes: number;
  readonly entries: number;
  /** Of one entry, unpacked to packed; small entries are free of it. */
  readonly ratio: number;
}

const megabyte = 1024 * 1024;
/** 512 MB is Elastic Beanstalk's limit for a source bundle. */
export const archiveLimits: ArchiveLimits = {
  compressedBytes: 512 * megabyte,
  bytes: 2048 * megabyte,
  entries: 100_000,
  ratio: 200,
};
const ratioFreeBytes = megabyte;

/** What a zip archive calls "stored" and "deflated"; Elastic Beanstalk's unzip knows no other one for sure. */
export const methods = { stored: 0, deflated: 8 } as const;
const knownMethods: readonly number[] = Object.values(methods);

const typeMask = 0o170000;
export type EntryKind = 'file' | 'folder' | 'link' | 'other';

export function entryKind({ name, mode }: Pick<ArchiveEntry, 'name' | 'mode'>): EntryKind {
  const type = mode & typeMask;
  if (type === 0o120000) return 'link';
  if (type === 0o040000 || (type === 0 && name.endsWith('/'))) return 'folder';
  return type === 0o100000 || type === 0 ? 'file' : 'other';
}

/** The first reason to refuse an archive of so many bytes; undefined when it is sound. */
export function archiveProblem(
  entries: readonly ArchiveEntry[],
  archiveBytes: number,
  limits = archiveLimits,
): string | undefined {
  if (entries.length > limits.entries) return tooManyEntries(entries.length, limits);
  return (
    firstProblem(entries, (entry) => entryProblem(entry, limits)) ??
    sizeProblem(entries, archiveBytes, limits) ??
    collisionProblem(entries) ??
    linkProblem(entries)
  );
}

function firstProblem(
  entries: readonly ArchiveEntry[],
  check: (entry: ArchiveEntry) => string | undefined,
): string | undefined {
  for (const entry of entries) {
    const problem = check(entry);
    if (problem !== undefined) return `${JSON.stringify(entry.name)} ${problem}`;
  }
  return undefined;
}

function entryProblem(entry: ArchiveEntry, { ratio }: ArchiveLimits): string | undefined {
  const { name, bytes, compressedBytes, isEncrypted, method } = entry;
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) return 'is an absolute path';
  if (name.includes('\\')) return 'has a backslash in its name';
  // eslint-disable-next-line no-control-regex -- control characters are what this refuses
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'has a control character in its name';
  const segments = segmentsOf(name);
  if (segments.length === 0 || segments.includes('.') || segments.includes('')) return 'is not a plain path';
  if (segments.includes('..')) return 'leads out of the release folder';
  if (name.length > 1024 || segments.some((segment) => Buffer.byteLength(segment) > 255))
    return 'is too long a path';
  if (isEncrypted) return 'is encrypted';
  if (!knownMethods.includes(method)) return `is packed by method ${method}; stored and deflated are known`;
  if (entryKind(entry) === 'other') return 'is neither file, folder nor symbolic link';
  if (bytes > ratioFreeBytes && bytes > compressedBytes * ratio)
    return `unpacks to more than ${ratio} times its size`;
  return undefined;
}

export const tooManyEntries = (entries: number, limits = archiveLimits): string =>
  `it has ${entries} entries, ${limits.entries} are allowed`;

/** Entries that share their packed bytes are how a small archive becomes a large one past any ratio. */
function sizeProblem(
  entries: readonly ArchiveEntry[],
  archiveBytes: number,
  limits: ArchiveLimits,
): string | undefined {
  if (archiveBytes > limits.compressedBytes)
    return `it has ${Math.ceil(archiveBytes / megabyte)} MB, ${limits.compressedBytes / megabyte} MB are allowed`;
  const bytes = sumOf(entries, (entry) => entry.bytes);
  if (bytes > limits.bytes)
    return `it unpacks to ${Math.ceil(bytes / megabyte)} MB, ${limits.bytes / megabyte} MB are allowed`;
  return sumOf(entries, (entry) => entry.compressedBytes) > archiveBytes
    ? 'its entries overlap: together they are larger than the archive'
    : undefined;
}

const sumOf = (entries: readonly ArchiveEntry[], of: (entry: ArchiveEntry) => number): number =>
  entries.reduce((sum, entry) => sum + of(entry), 0);

/** One name twice, or a file where another entry needs a folder: what would be read depends on the reader. */
function collisionProblem(entries: readonly ArchiveEntry[]): string | undefined {
  const kinds = new Map<string, EntryKind>();
  for (const entry of entries) {
    const path = segmentsOf(entry.name).join('/');
    if (kinds.has(path)) return `${JSON.stringify(path)} is in it twice`;
    kinds.set(path, entryKind(entry));
  }
  for (const path of kinds.keys()) {
    for (const parent of parentsOf(path)) {
      const kind = kinds.get(parent);
      if (kind !== undefined && kind !== 'folder')
        return `${JSON.stringify(path)} lies under ${JSON.stringify(parent)}, which is no folder`;
    }
  }
  return undefined;
}

function linkProblem(entries: readonly ArchiveEntry[]): string | undefined {
  const links = new Map<string, string>();
  for (const entry of entries)
    if (entryKind(entry) === 'link') links.set(segmentsOf(entry.name).join('/'), entry.linkTarget ?? '');
  for (const path of links.keys())
    if (!staysInside(path, links))
      return `the symbolic link ${JSON.stringify(path)} leads out of the release folder`;
  return undefined;
}

/** Longest chain of links that is followed, as in Linux. */
const longestChain = 40;

/** Walks a path as the kernel does, link by link; false as soon as it would leave the root. */
export function staysInside(path: string, links: ReadonlyMap<string, string>): boolean {
  const pending = path.split('/');
  const at: string[] = [];
  for (let followed = 0; pending.length > 0;) {
    const segment = pending.shift();
    if (segment === undefined || segment === '' || segment === '.') continue;
    if (segment === '..') {
      if (at.pop() === undefined) return false;
      continue;
    }
    const target = links.get([...at, segment].join('/'));
    if (target === undefined) {
      at.push(segment);
      continue;
    }
    if (target === '' || target.startsWith('/') || ++followed > longestChain) return false;
    pending.unshift(...target.split('/'));
  }
  return true;
}

const segmentsOf = (name: string): string[] => (name.endsWith('/') ? name.slice(0, -1) : name).split('/');

function parentsOf(path: string): string[] {
  const segments = path.split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
}
