import { rawZip, unicodePath, zip64Sizes, type RawEntry } from './raw-zip.ts';

export interface HostileArchive {
  readonly title: string;
  readonly bytes: Buffer;
  /** Part of the reason why it is refused. */
  readonly reason: string;
}

const procfile: RawEntry = { name: 'Procfile', content: 'web: node server.js\n' };
const withProcfile = (...entries: RawEntry[]): Buffer => rawZip([procfile, ...entries]);
const link = (name: string, target: string): RawEntry => ({ name, content: target, mode: 0o120777 });
const zeros = Buffer.alloc(4 * 1024 * 1024);
const tooLarge = 0xffffffff;
const claimed64 = { bytes: tooLarge, packedBytes: tooLarge };

/** Source bundles whose directory says already that they are hostile or broken. */
export const hostileArchives: readonly HostileArchive[] = [
  ...[
    ['../evil', 'invalid relative path'],
    ['a/../../evil', 'invalid relative path'],
    ['a/b/c/../../../../evil', 'invalid relative path'],
    ['a/../b', 'invalid relative path'],
    ['a/..', 'invalid relative path'],
    ['/etc/cron.d/evil', 'absolute path'],
    ['C:/evil', 'absolute path'],
    ['..\\evil', 'invalid characters'],
    ['./a', 'is not a plain path'],
    ['a//b', 'is not a plain path'],
    ['', 'is not a plain path'],
    ['a\0.txt', 'has a control character'],
    ['a\nb', 'has a control character'],
    ['x'.repeat(300), 'is too long a path'],
  ].map(([name = '', reason = '']) => ({
    title: `the path ${JSON.stringify(name.slice(0, 30))}`,
    bytes: withProcfile({ name, content: 'x' }),
    reason,
  })),
  {
    title: 'another, hostile name in an extra field',
    bytes: withProcfile({ name: 'fine', flags: 0, extra: unicodePath('fine', '../evil') }),
    reason: 'invalid relative path',
  },
  ...[
    ['a link out', [link('up', '../outside')]],
    ['a link out from a folder', [link('a/b/up', '../../../outside')]],
    ['an absolute link', [link('passwd', '/etc/passwd')]],
    ['a link through a link', [link('a/b/up', '../..'), link('out', 'a/b/up/../outside')]],
    ['links in a circle', [link('a', 'b'), link('b', 'a')]],
    ['a link to nothing', [link('a', '')]],
    ['a link longer than a path', [link('a', 'b/'.repeat(3000))]],
  ].map(([title, entries]) => ({
    title: title as string,
    bytes: withProcfile(...(entries as RawEntry[])),
    reason: 'leads out of the release folder',
  })),
  {
    title: 'a file written through a link',
    bytes: withProcfile(link('a', 'b'), { name: 'a/evil', content: 'x' }),
    reason: 'lies under "a", which is no folder',
  },
  ...(
    [
      ['a character device', 0o020666],
      ['a block device', 0o060666],
      ['a pipe', 0o010666],
      ['a socket', 0o140666],
    ] as const
  ).map(([title, mode]) => ({
    title,
    bytes: withProcfile({ name: 'null', mode }),
    reason: 'is neither file, folder nor symbolic link',
  })),
  {
    title: 'an encrypted entry',
    bytes: withProcfile({ name: 'secret', content: 'x', method: 8, flags: 0x801 }),
    reason: 'is encrypted',
  },
  {
    title: 'a strongly encrypted entry',
    bytes: withProcfile({ name: 'secret', content: 'x', flags: 0x841 }),
    reason: 'strong encryption is not supported',
  },
  {
    title: 'a packing method that is not everywhere',
    bytes: withProcfile({ name: 'a', content: 'x', method: 12 }),
    reason: 'is packed by method 12',
  },
  {
    title: 'a bomb',
    bytes: withProcfile({ name: 'zeros', content: zeros, method: 8 }),
    reason: 'unpacks to more than 200 times its size',
  },
  {
    title: 'entries that share their bytes',
    bytes: withProcfile(
      { name: 'first', content: 'x'.repeat(1000) },
      ...Array.from({ length: 9 }, (_, index) => ({
        name: `again-${index}`,
        content: 'x'.repeat(1000),
        sharesContent: true,
      })),
    ),
    reason: 'its entries overlap',
  },
  { title: 'one name twice', bytes: withProcfile(procfile), reason: '"Procfile" is in it twice' },
  {
    title: 'one name twice, as file and folder',
    bytes: withProcfile({ name: 'a/', mode: 0o040755 }, { name: 'a', content: 'x' }),
    reason: '"a" is in it twice',
  },
  {
    title: 'one name twice, in two character sets',
    bytes: withProcfile({ name: 'é', content: '1' }, { name: Buffer.from([0x82]), flags: 0, content: '2' }),
    reason: '"é" is in it twice',
  },
  {
    title: 'a file that is also a folder',
    bytes: withProcfile({ name: 'a', content: 'x' }, { name: 'a/b', content: 'x' }),
    reason: 'lies under "a", which is no folder',
  },
  {
    title: 'zip64 sizes past every limit',
    bytes: withProcfile({ name: 'a', method: 8, claims: claimed64, extra: zip64Sizes(2n ** 40n, 2n ** 34n) }),
    reason: '2048 MB are allowed',
  },
  {
    title: 'zip64 sizes past every number',
    bytes: withProcfile({ name: 'a', method: 8, claims: claimed64, extra: zip64Sizes(2n ** 63n, 2n ** 63n) }),
    reason: 'MB are allowed',
  },
  {
    title: 'zip64 sizes that are missing',
    bytes: withProcfile({ name: 'a', method: 8, claims: claimed64 }),
    reason: 'MB are allowed',
  },
  {
    title: 'more zip64 entries than are allowed',
    bytes: rawZip([procfile], { zip64: true, entries: 2 ** 33 }),
    reason: 'entries, 100000 are allowed',
  },
  {
    title: 'more entries than there are',
    bytes: rawZip([procfile], { entries: 5 }),
    reason: 'is not a sound zip archive',
  },
  {
    title: 'its second half only',
    bytes: withProcfile({ name: 'a', content: 'x'.repeat(100) }).subarray(60),
    reason: 'is not a sound zip archive',
  },
  {
    title: 'its end cut off',
    bytes: withProcfile().subarray(0, -10),
    reason: 'is not a sound zip archive',
  },
  { title: 'nothing', bytes: Buffer.alloc(0), reason: 'is not a sound zip archive' },
  { title: 'something else', bytes: Buffer.from('<!doctype html>'), reason: 'is not a sound zip archive' },
];

const text = 'x'.repeat(5000);

/** Source bundles with files that are not what the directory says, which only reading them tells. */
export const lyingArchives: readonly HostileArchive[] = (
  [
    ['a file longer than it says', withProcfile(lie({ bytes: 50 }))],
    ['a file shorter than it says', withProcfile(lie({ bytes: 50_000 }))],
    ['a packed file with another checksum', withProcfile(lie({ crc: 1 }))],
    ['a stored file with another checksum', withProcfile({ ...lie({ crc: 1 }), method: 0 })],
    ['bytes that are not packed at all', notPacked()],
  ] as const
).map(([title, bytes]) => ({
  title,
  bytes,
  reason: 'a.txt differs in size or checksum from what the directory says',
}));

function lie(claims: RawEntry['claims'] & object): RawEntry {
  return { name: 'a.txt', content: text, method: 8, claims };
}

/** Stored bytes that both headers call deflated. */
function notPacked(): Buffer {
  const bytes = withProcfile({ name: 'a.txt', content: text });
  const local = bytes.indexOf(Buffer.from('a.txt')) - 30;
  const central = bytes.lastIndexOf(Buffer.from('a.txt')) - 46;
  bytes.writeUInt16LE(8, local + 8);
  bytes.writeUInt16LE(8, central + 10);
  return bytes;
}
