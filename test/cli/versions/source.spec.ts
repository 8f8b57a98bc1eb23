import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { openPromise } from 'yauzl';
import { ignoredModules, listSource } from '../../../cli/versions/source.ts';
import { writeZip } from '../../../cli/versions/zip.ts';

describe('the source of a version', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'beanpole-source-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function write(files: Record<string, string>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  }

  const paths = async (of = folder) => (await listSource(of)).map(({ path }) => path);

  describe('listSource', () => {
    it('lists sorted, with dotfiles, without .git', async () => {
      write({ 'b.js': '', 'a/z.js': '', '.platform/hooks/x.sh': '', '.git/config': '', Procfile: '' });
      expect(await paths()).to.deep.equal(['.platform/hooks/x.sh', 'Procfile', 'a/z.js', 'b.js']);
    });

    it('honours .gitignore, also those of the repository above and of folders below', async () => {
      write({
        '.git/HEAD': '',
        '.gitignore': 'node_modules\n*.log\n',
        'app/x.log': '',
        'app/x.js': '',
        'app/node_modules/m/i.js': '',
      });
      write({
        'app/lib/.gitignore': 'secret.txt\n!keep.log\n',
        'app/lib/secret.txt': '',
        'app/lib/keep.log': '',
      });
      expect(await paths(join(folder, 'app'))).to.deep.equal(['lib/.gitignore', 'lib/keep.log', 'x.js']);
    });

    it('takes .ebignore instead of every .gitignore', async () => {
      write({ '.gitignore': 'dist\n', '.ebignore': 'src\n', 'dist/a.js': '', 'src/a.ts': '' });
      expect(await paths()).to.deep.equal(['.gitignore', 'dist/a.js']);
    });
  });

  describe('ignoredModules', () => {
    const tests = 'node_modules/left/test/a.js';

    it('leaves out nothing without an .ebignore', () => {
      expect(ignoredModules(folder)(tests)).to.equal(false);
    });

    for (const whole of ['node_modules', 'node_modules/', '/node_modules/*', 'node_modules/**/*'])
      it(`takes ${whole} for the folder on this machine, not for what is installed`, () => {
        write({ '.ebignore': `${whole}\n` });
        expect(ignoredModules(folder)(tests)).to.equal(false);
      });

    it('leaves out what patterns say of packages, and keeps their exceptions', () => {
      write({ '.ebignore': 'lib\nnode_modules\nnode_modules/**/test/*\n!node_modules/left/test/keep.js\n' });
      const isUnused = ignoredModules(folder);
      expect(isUnused(tests)).to.equal(true);
      expect(isUnused('node_modules/left/test/keep.js')).to.equal(false);
      expect(isUnused('node_modules/left/lib/index.js')).to.equal(false);
      expect(isUnused('lib/test/a.js')).to.equal(false);
    });
  });

  describe('writeZip', () => {
    const zipOf = async () =>
      writeZip(await listSource(folder), join(dirname(folder), `${folder.split('/').at(-1) ?? ''}.zip`));
    let archives: string[] = [];
    afterEach(() => {
      for (const path of archives) rmSync(path, { force: true });
      archives = [];
    });
    const digest = async () => {
      const archive = await zipOf();
      archives.push(archive.path);
      return archive.sha256;
    };

    it('depends on names, contents and executable bits only', async () => {
      write({ 'a.js': 'one', 'bin/run': '#!/bin/sh' });
      chmodSync(join(folder, 'a.js'), 0o600);
      const first = await digest();
      write({ 'a.js': 'one' });
      chmodSync(join(folder, 'a.js'), 0o664);
      expect(await digest()).to.equal(first);
      chmodSync(join(folder, 'bin/run'), 0o755);
      expect(await digest()).not.to.equal(first);
    });

    it('keeps executable bits, and links that stay inside', async () => {
      write({ 'bin/run': 'x', 'lib/cli.js': '' });
      chmodSync(join(folder, 'bin/run'), 0o700);
      symlinkSync('../lib/cli.js', join(folder, 'bin/cli'));
      const { path } = await zipOf();
      archives.push(path);
      const modes: Record<string, string> = {};
      for await (const entry of (await openPromise(path)).eachEntry())
        modes[entry.fileName] = (entry.externalFileAttributes >>> 16).toString(8);
      expect(modes).to.deep.equal({ 'bin/cli': '120777', 'bin/run': '100755', 'lib/cli.js': '100644' });
    });

    it('refuses a link that leaves the bundle', async () => {
      write({ 'a.js': '' });
      symlinkSync('/etc/passwd', join(folder, 'users'));
      archives.push(`${folder}.zip`);
      const error = await zipOf().catch((caught: unknown) => caught as Error);
      expect((error as Error).message).to.equal('users is a link to /etc/passwd, outside the bundle.');
    });
  });
});
