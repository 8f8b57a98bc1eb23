import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { cloudFolders, type CloudFolders } from '../../../cli/local-cloud/folders.ts';
import { throughFrontDoor } from '../../../cli/local-cloud/front-door.ts';
import { providePassphrase } from '../../../cli/local-cloud/passphrase.ts';
import { writeLauncher } from '../../../cli/local-cloud/pulumi-launcher.ts';
import { isNewEnough } from '../../../cli/local-cloud/pulumi-program.ts';
import { cloudVariables, shellExports } from '../../../cli/local-cloud/shell-exports.ts';

describe('a local cloud', () => {
  let folder: string;
  let folders: CloudFolders;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'beanpole-local-'));
    writeFileSync(join(folder, 'Pulumi.yaml'), 'name: shop\n');
    folders = cloudFolders({ environment: {}, project: { folder, applications: [], region: undefined } });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const status = {
    endpoint: 'http://127.0.0.1:4566',
    accessKeyId: 'AKIA',
    secretAccessKey: "it's",
    region: 'eu-central-1',
    frontDoor: 'http://127.0.0.1:8080',
    secureFrontDoor: 'https://127.0.0.1:8443',
    nameServer: '127.0.0.1:5353',
    authority: '/cloud/authority/root.pem',
  };

  describe('the folders of a local cloud', () => {
    it('lie in .cloud of the project, unless BEANPOLE_CLOUD says otherwise', () => {
      expect(folders.state).to.equal(join(folder, '.cloud'));
      const other = cloudFolders({
        environment: { BEANPOLE_CLOUD: '/tmp/other' },
        project: { folder, applications: [], region: undefined },
      });
      expect(other.bin).to.equal('/tmp/other/bin');
    });

    it('are not made beside a project', () => {
      const project = { folder: tmpdir(), applications: [], region: undefined };
      expect(() => cloudFolders({ environment: {}, project })).to.throw('no local cloud belongs here');
    });
  });

  describe('an address', () => {
    it('goes through the front door, if there is one', () => {
      expect(throughFrontDoor('http://www.shop.example', 'http://127.0.0.1:8080')).to.equal(
        'http://www.shop.example.localhost:8080',
      );
      expect(throughFrontDoor('https://www.shop.example/', undefined)).to.equal('https://www.shop.example/');
    });
  });

  describe('the variables of a local cloud', () => {
    it('survive a shell, whatever is in them', () => {
      const variables = cloudVariables(status, folders, 'secret', { PATH: '/usr/bin:/bin' });
      const script = `export AWS_PROFILE=mine\n${shellExports(variables)}\nprintf '%s|%s|%s' "$AWS_SECRET_ACCESS_KEY" "$PATH" "\${AWS_PROFILE-unset}"`;
      expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })).to.equal(
        `it's|${folders.bin}:/usr/bin:/bin|unset`,
      );
    });

    it('put the bin folder first once, however often they are set', () => {
      const path = cloudVariables(status, folders, 'secret', { PATH: '/bin' }).PATH ?? '';
      expect(cloudVariables(status, folders, 'secret', { PATH: path }).PATH).to.equal(path);
    });
  });

  describe('the PATH of a local cloud', () => {
    it('keeps nothing of what npx puts in front for itself', () => {
      const PATH = '/shop/node_modules/.bin:/usr/lib/npm/run-script/lib/node-gyp-bin:/bin';
      expect(cloudVariables(status, folders, 'secret', { PATH }).PATH).to.equal(`${folders.bin}:/bin`);
    });
  });

  describe('the passphrase', () => {
    it('is made once, for its owner only', async () => {
      const first = await providePassphrase(folders.passphrase);
      expect(await providePassphrase(folders.passphrase)).to.equal(first);
      expect(first).to.have.length.above(30);
      expect(statSync(folders.passphrase).mode & 0o777).to.equal(0o600);
    });
  });

  describe('the pulumi of a local cloud', () => {
    beforeEach(async () => {
      mkdirSync(join(folder, 'real'));
      const pulumi = join(folder, 'real/pulumi');
      writeFileSync(pulumi, '#!/bin/sh\nprintf "%s " "$@"\n', { mode: 0o755 });
      writeFileSync(join(folder, 'Pulumi.yaml'), 'name: shop\n');
      writeFileSync(join(folder, 'Pulumi.dev.yaml'), 'encryptionsalt: of-aws\nconfig: {}\n');
      await writeLauncher({ folders, source: folder, pulumi, node: process.execPath });
    });
    const launch = (...args: string[]) =>
      execFileSync(join(folders.bin, 'pulumi'), args, { encoding: 'utf8' });
    const copy = (file: string) => readFileSync(join(folders.project, file), 'utf8');

    it('runs the real one in its own copy of the project', () => {
      expect(launch('up', '-s', 'dev')).to.equal(`-C ${folders.project} up -s dev `);
      expect(lstatSync(join(folders.project, 'infra')).isSymbolicLink()).to.equal(true);
    });

    it("keeps the copy's own encryption salt, and the repository's out of it", () => {
      launch('preview');
      expect(copy('Pulumi.dev.yaml')).to.equal('config: {}\n');
      writeFileSync(join(folders.project, 'Pulumi.dev.yaml'), 'encryptionsalt: of-this-cloud\nconfig: {}\n');
      writeFileSync(join(folder, 'Pulumi.dev.yaml'), 'encryptionsalt: of-aws\nconfig: { a: b }\n');
      launch('preview');
      expect(copy('Pulumi.dev.yaml')).to.equal('config: { a: b }\nencryptionsalt: of-this-cloud\n');
      expect(readFileSync(join(folder, 'Pulumi.dev.yaml'), 'utf8')).to.contain('of-aws');
    });

    it('takes up a stack file that is new in the repository', () => {
      launch('preview');
      writeFileSync(join(folder, 'Pulumi.third.yaml'), 'config: {}\n');
      launch('preview');
      expect(existsSync(join(folders.project, 'Pulumi.third.yaml'))).to.equal(true);
    });

    it('removes the lock of a killed run, and only that', () => {
      const locks = join(folders.pulumiBackend, '.pulumi/locks/organization/shop/dev');
      mkdirSync(locks, { recursive: true });
      const lock = (name: string, pid: number) => {
        writeFileSync(join(locks, name), JSON.stringify({ pid, username: 'me', hostname: 'here' }));
      };
      // Process numbers end at 2^22.
      lock('killed.json', 4_194_305);
      lock('running.json', process.pid);
      launch('up');
      expect(readdirSync(locks)).to.deep.equal(['running.json']);
    });

    it('wants a CLI of at least v3.259', () => {
      expect(['v3.259.0', 'v3.260.1', '4.0.0'].map(isNewEnough)).to.deep.equal([true, true, true]);
      expect(['v3.258.9', 'v2.300.0', ''].map(isNewEnough)).to.deep.equal([false, false, false]);
    });
  });
});
