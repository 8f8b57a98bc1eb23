import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { keys, parameters } from '../../../model/names.ts';
import type { VersionManifest } from '../../../model/schemas.ts';
import type { UserError } from '../../../cli/errors.ts';
import { commands } from '../../../cli/commands/index.ts';
import { createProgram } from '../../../cli/program.ts';
import { account, type Account } from '../support/account.ts';
import { run } from '../support/commands.ts';
import { application, version } from '../support/fixtures.ts';
import { hostileArchives, lyingArchives } from '../../support/hostile-archives.ts';

describe('making a version', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'beanpole-create-'));
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

  function shop(environment: NodeJS.ProcessEnv = {}): Account {
    const self = account();
    const project = { folder, applications: ['shop'], region: undefined };
    return { ...self, context: { ...self.context, project, environment } };
  }

  const create = (self: Account, ...words: string[]) =>
    createProgram(commands, () => self.context, { out: () => undefined, err: () => undefined }).parseAsync(
      ['version', 'create', ...words],
      { from: 'user' },
    );

  const errorOf = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail('it succeeded'),
      (error: unknown) => error as UserError,
    );

  const uploaded = ({ bucket }: Account) =>
    [...bucket.objects.keys()].filter((key) => key.startsWith('bundles/'));
  const manifest = ({ bucket }: Account, label: string) =>
    bucket.json(keys.version(label)) as VersionManifest;

  describe('beanpole version create', () => {
    it('makes one bundle for each folder, then the manifest', async () => {
      write({
        'app/Procfile': 'web: node server.js',
        'worker/package.json': '{"scripts":{"start":"node ."}}',
      });
      const self = shop();
      await create(self, 'v1', '-m', 'the first');
      const made = manifest(self, 'v1');
      expect(made).to.include({
        label: 'v1',
        createdBy: 'ann@laptop',
        description: 'the first',
        application: 'shop',
      });
      expect(uploaded(self).sort()).to.deep.equal(
        [made.bundles.WebServer?.key, made.bundles.Worker?.key].sort(),
      );
    });

    it('calls a version after the time when there is no label and no commit', async () => {
      write({ 'app/Procfile': 'web: node server.js' });
      const self = shop();
      await create(self);
      expect(manifest(self, 'app-260501_120000').label).to.equal('app-260501_120000');
    });

    it('uploads a bundle again that was deleted before its manifest named it', async () => {
      write({ 'app/Procfile': 'web: node server.js' });
      const self = shop();
      await create(self, 'v1');
      const [key = ''] = uploaded(self);
      self.bucket.beforePut = (written) => {
        if (written === keys.version('v2')) self.bucket.objects.delete(key);
      };
      await create(self, 'v2');
      expect(uploaded(self)).to.deep.equal([key]);
    });

    it('does not take the label of a version that was deleted', async () => {
      write({ 'app/Procfile': 'web: node server.js' });
      const self = shop();
      await create(self, 'v1');
      await run(self, 'version delete v1');
      const error = await errorOf(create(self, 'v1'));
      expect(error.message).to.contain('existed until ann@laptop deleted it');
      expect(manifest(self, 'v1')).to.equal(null);
    });

    it("deletes what is beyond the application's limit, and tells which", async () => {
      write({ 'app/Procfile': 'web: node server.js' });
      const self = shop();
      const descriptor = { ...application, versionLifecycle: { maxCount: 2 } };
      self.parameters.set(parameters.application('shop'), JSON.stringify(descriptor));
      self.bucket.put(keys.version('v1'), version('v1'));
      self.bucket.put(keys.version('v2'), version('v2', { createdAt: '2026-04-30T10:00:00.000Z' }));
      await create(self, 'v3');
      expect(manifest(self, 'v2')).to.equal(null);
      expect(manifest(self, 'v1')).not.to.equal(null);
      expect(self.output.notes).to.include("Deleted by the application's lifecycle: v2.");
    });

    it('uploads the same bytes once, whatever the label', async () => {
      write({ 'app/Procfile': 'web: node server.js' });
      const self = shop();
      await create(self, 'v1');
      await create(self, 'v2');
      expect(uploaded(self)).to.have.length(1);
      expect(manifest(self, 'v2').bundles).to.deep.equal(manifest(self, 'v1').bundles);
    });

    it('never uses a label again, and says who made it', async () => {
      write({ 'app/Procfile': 'web: node server.js' });
      const self = shop();
      self.bucket.put(
        keys.version('v1'),
        version('v1', { createdBy: 'bob@desk', sourceCommit: '0123456789abcdef' }),
      );
      const error = await errorOf(create(self, 'v1'));
      expect(error.exitCode).to.equal(2);
      expect(error.message).to.equal(
        'Version v1 exists already: bob@desk made it at 2026-05-01T10:00:00.000Z from commit 0123456789ab. A label is never used again.',
      );
      expect(uploaded(self)).to.deep.equal([]);
    });

    it('loses against a label that was made in the same moment', async () => {
      write({ 'app/Procfile': 'web: node server.js' });
      const self = shop();
      self.bucket.beforePut = (key) => {
        if (key === keys.version('v1')) self.bucket.put(key, version('v1', { createdBy: 'bob@desk' }));
      };
      expect((await errorOf(create(self, 'v1'))).message).to.contain('bob@desk made it');
      expect(manifest(self, 'v1').createdBy).to.equal('bob@desk');
    });

    it('tells all problems at once, before anything is uploaded', async () => {
      write({ 'app/server.js': '' });
      mkdirSync(join(folder, 'worker'));
      const self = shop();
      const error = await errorOf(create(self, 'v1'));
      expect(error.exitCode).to.equal(2);
      expect(error.message).to.match(
        /^Version v1 was not created:\n {2}- .*app has no start command.*\n {2}- .*worker is empty/,
      );
      expect(self.bucket.objects.size).to.equal(0);
    });

    it('takes a ready zip as it is', async () => {
      write({ 'app/Procfile': 'web: node server.js' });
      const first = shop();
      await create(first, 'v1');
      const [key = ''] = uploaded(first);
      writeFileSync(join(folder, 'site.zip'), first.bucket.objects.get(key) ?? '');
      const second = shop();
      await create(second, 'v2', '--web', join(folder, 'site.zip'));
      expect(uploaded(second)).to.deep.equal([key]);
    });

    for (const { title, bytes, reason } of [...hostileArchives, ...lyingArchives])
      it(`refuses a zip with ${title}, before anything is uploaded`, async () => {
        writeFileSync(join(folder, 'site.zip'), bytes);
        const self = shop();
        const error = await errorOf(create(self, 'v1', '--web', join(folder, 'site.zip')));
        expect(error.exitCode).to.equal(2);
        expect(error.message).to.contain('site.zip is ').and.contain(reason);
        expect(self.bucket.objects.size).to.equal(0);
      });

    it('refuses a zip of more than 512 MB without reading it', async () => {
      const file = join(folder, 'site.zip');
      writeFileSync(file, '');
      truncateSync(file, 512 * 1024 * 1024 + 1);
      const error = await errorOf(create(shop(), 'v1', '--web', file));
      expect(error.message).to.contain('site.zip is refused: it has 513 MB, 512 MB are allowed');
    });

    it('installs dependencies once for one lock file, and leaves out what no instance reads', async () => {
      write({
        'app/package.json': JSON.stringify({ scripts: { start: 'node .' }, dependencies: { left: '1.0.0' } }),
        'app/package-lock.json': '{"lockfileVersion":3}',
        'app/.ebignore': 'node_modules\nnode_modules/**/test/\n',
        // An npm that does what npm ci does, without a registry.
        'bin/npm':
          '#!/bin/sh\necho "$@" >> "$NPM_CALLS"\nmkdir -p node_modules/left/test\necho test > node_modules/left/test/left.js\necho "module.exports = 1" > node_modules/left/index.js\necho export > node_modules/left/index.d.ts\necho {} > node_modules/.package-lock.json\n',
      });
      const { chmodSync } = await import('node:fs');
      chmodSync(join(folder, 'bin/npm'), 0o755);
      // The Node that runs this may lie beside an npm of its own, which comes first on the PATH.
      const beside = existsSync(join(dirname(process.execPath), 'npm'));
      if (beside) return;
      const environment = {
        PATH: `${join(folder, 'bin')}:${process.env.PATH ?? ''}`,
        XDG_CACHE_HOME: join(folder, 'cache'),
        NPM_CALLS: join(folder, 'calls'),
      };
      const self = shop(environment);
      await create(self, 'v1');
      write({ 'app/server.js': 'changed' });
      await create(self, 'v2');
      expect(readdirSync(join(folder, 'cache/beanpole/modules'))).to.have.length(1);
      // A zip tells names as they are.
      const bundle = String(self.bucket.objects.get(uploaded(self)[0] ?? ''));
      expect(bundle).to.contain('node_modules/left/index.js');
      expect(bundle).not.to.match(/index\.d\.ts|\.package-lock\.json|left\/test/);
      const { readFileSync } = await import('node:fs');
      expect(readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')).to.deep.equal([
        'ci --omit=dev --no-audit --no-fund --loglevel=error',
      ]);
    });

    it('wants a lock file for dependencies', async () => {
      write({ 'app/package.json': '{"scripts":{"start":"node ."},"dependencies":{"left":"1.0.0"}}' });
      expect((await errorOf(create(shop(), 'v1'))).message).to.contain(
        'app has dependencies but no package-lock.json',
      );
    });

    it('refuses a label that would not fit into a key', async () => {
      write({ 'app/Procfile': 'web: node server.js' });
      expect((await errorOf(create(shop(), '../v1'))).message).to.contain(
        '"../v1" cannot be a version label',
      );
    });

    it('says that the application stack is missing, and the command that makes it', async () => {
      write({ 'app/Procfile': 'web: node server.js' });
      const self = shop();
      self.parameters.clear();
      const error = await errorOf(create(self, 'v1'));
      expect(error.message).to.equal('The application shop does not exist in this account and region.');
      expect(error.next).to.equal('pulumi up -s application');
    });
  });
});
