import { expect } from 'chai';
import fc from 'fast-check';
import path from 'node:path';
import {
  archiveLimits,
  archiveProblem,
  staysInside,
  type ArchiveEntry,
} from '../../../model/source-bundle/rules.ts';

const file = (name: string, more: Partial<ArchiveEntry> = {}): ArchiveEntry => ({
  name,
  mode: 0o100644,
  compressedBytes: 10,
  bytes: 20,
  isEncrypted: false,
  method: 8,
  ...more,
});
const link = (name: string, linkTarget: string) => file(name, { mode: 0o120777, linkTarget });

describe('an archive', () => {
  it('with files, folders, dotfiles and links inside is sound', () => {
    const entries = [
      file('Procfile'),
      file('.platform/hooks/predeploy/01.sh', { mode: 0o100755 }),
      file('empty/', { mode: 0o040755 }),
      file('windows/', { mode: 0 }),
      file('node_modules/x/cli.js'),
      link('node_modules/.bin/x', '../x/cli.js'),
      file('..hidden'),
    ];
    expect(archiveProblem(entries, 1000)).to.equal(undefined);
  });

  for (const { title, entries, problem } of [
    {
      title: 'a path that leads out',
      entries: [file('a/../../b')],
      problem: 'leads out of the release folder',
    },
    { title: 'an absolute path', entries: [file('/etc/passwd')], problem: 'is an absolute path' },
    { title: 'a drive letter', entries: [file('C:/x')], problem: 'is an absolute path' },
    { title: 'a backslash', entries: [file('a\\..\\b')], problem: 'has a backslash' },
    { title: 'a line break in a name', entries: [file('a\nb')], problem: 'has a control character' },
    { title: 'an empty name', entries: [file('')], problem: 'is not a plain path' },
    { title: 'a dot segment', entries: [file('a/./b')], problem: 'is not a plain path' },
    { title: 'a name too long', entries: [file('x'.repeat(256))], problem: 'is too long a path' },
    {
      title: 'a device',
      entries: [file('null', { mode: 0o020666 })],
      problem: 'is neither file, folder nor',
    },
    { title: 'a pipe', entries: [file('pipe', { mode: 0o010666 })], problem: 'is neither file, folder nor' },
    { title: 'a method of few', entries: [file('a', { method: 93 })], problem: 'is packed by method 93' },
    { title: 'an encrypted file', entries: [file('a', { isEncrypted: true })], problem: 'is encrypted' },
    { title: 'one name twice', entries: [file('a'), file('a')], problem: '"a" is in it twice' },
    {
      title: 'a file that is also a folder',
      entries: [file('a'), file('a/b')],
      problem: 'which is no folder',
    },
    { title: 'a file under a link', entries: [link('a', 'b'), file('a/x')], problem: 'which is no folder' },
    { title: 'a link out', entries: [link('a', '../b')], problem: 'link "a" leads out' },
    { title: 'an absolute link', entries: [link('a', '/etc')], problem: 'link "a" leads out' },
    {
      title: 'a link through a link out',
      entries: [link('a/b/up', '../..'), link('s', 'a/b/up/../x')],
      problem: 'leads out',
    },
    { title: 'links in a circle', entries: [link('a', 'b'), link('b', 'a')], problem: 'leads out' },
    {
      title: 'a bomb in one file',
      entries: [file('zeros', { compressedBytes: 1000, bytes: 10_000_000 })],
      problem: 'unpacks to more than 200 times its size',
    },
    {
      title: 'a bomb in many files',
      entries: Array.from({ length: 30 }, (_, index) =>
        file(`f${index}`, { compressedBytes: 1e6, bytes: 1e8 }),
      ),
      problem: '2048 MB are allowed',
    },
  ])
    it(`with ${title} is refused`, () =>
      expect(archiveProblem(entries, archiveLimits.compressedBytes)).to.include(problem));

  it('with too many entries is refused', () => {
    const entries = [file('a'), file('b'), file('c')];
    expect(archiveProblem(entries, 1000, { ...archiveLimits, entries: 2 })).to.include(
      'it has 3 entries, 2 are allowed',
    );
  });

  it('of more than 512 MB is refused, and one whose entries overlap', () => {
    expect(archiveProblem([file('a')], archiveLimits.compressedBytes + 1)).to.equal(
      'it has 513 MB, 512 MB are allowed',
    );
    expect(archiveProblem([file('a'), file('b')], 19)).to.include('its entries overlap');
  });

  it('never resolves a path out of its root, whatever the links', () => {
    const segment = fc.constantFrom('a', 'b', 'c', '..', '.');
    const text = fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b', 'a/b', 'b/c', 'a/c'), text),
        text,
        (targets, start) => {
          const links = new Map(Object.entries(targets));
          if (staysInside(start, links))
            expect(resolve(start, links)).to.satisfy((at: string) => at.startsWith('/root'));
        },
      ),
    );
  });
});

/** Another way to the same answer: rewrite the path until no link is left. */
function resolve(start: string, links: ReadonlyMap<string, string>): string {
  let at = '/root';
  const pending = start.split('/');
  for (let steps = 0; pending.length > 0 && steps < 1000; steps++) {
    const next = path.posix.join(at, pending.shift() ?? '');
    const target = links.get(path.posix.relative('/root', next));
    if (target === undefined) at = next;
    else pending.unshift(...target.split('/'));
    if (!at.startsWith('/root')) return at;
  }
  return at;
}
