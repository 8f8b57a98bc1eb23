import { expect } from 'chai';
import { mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unpack } from '../../../agent/deploy/unpack.ts';
import { zip } from '../support/bundles.ts';

describe('unpacking', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'unpack-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const unpackBytes = async (bytes: Buffer) => {
    const archive = path.join(folder, 'bundle.zip');
    await writeFile(archive, bytes);
    await unpack(archive, path.join(folder, 'release'), () => undefined);
  };
  const refusal = (bytes: Buffer) =>
    unpackBytes(bytes).then(
      () => 'nothing was refused',
      (error: unknown) => (error as Error).message,
    );

  it('writes files with their execute bit, and links', async () => {
    await unpackBytes(
      await zip({
        Procfile: 'web: node a.js',
        'bin/run': { content: '#!/bin/sh', mode: 0o104755 },
        'bin/again': { content: 'run', mode: 0o120777 },
      }),
    );
    const release = path.join(folder, 'release');
    expect(await readFile(path.join(release, 'Procfile'), 'utf8')).to.equal('web: node a.js');
    expect((await stat(path.join(release, 'bin/run'))).mode & 0o7777).to.equal(0o755);
    expect(await readlink(path.join(release, 'bin/again'))).to.equal('run');
  });

  it('writes nothing of an archive that it refuses', async () => {
    const bytes = await zip({ 'fine.txt': 'x', evil: { content: '../../etc', mode: 0o120777 } });
    expect(await refusal(bytes)).to.equal(
      'The source bundle is refused: the symbolic link "evil" leads out of the release folder.',
    );
    expect(await readdir(folder)).to.deep.equal(['bundle.zip']);
  });

  it('refuses a path that leads out, written by hand into the archive', async () => {
    const bytes = await zip({ 'aa/evil.txt': 'x' });
    const hostile = Buffer.from(bytes.toString('latin1').replaceAll('aa/evil.txt', '../evil.txt'), 'latin1');
    expect(await refusal(hostile)).to.include('../evil.txt');
    expect(await readdir(folder)).to.deep.equal(['bundle.zip']);
  });

  it('says of what is no archive that it is none', async () => {
    expect(await refusal(Buffer.from('hello'))).to.include('is not a sound zip archive');
  });

  it('notices a file that is longer than the directory says', async () => {
    const bytes = await zip({ 'a.txt': { content: 'x'.repeat(5000), mode: 0o100644 } });
    const size = Buffer.alloc(4);
    size.writeUInt32LE(5000);
    const smaller = Buffer.alloc(4);
    smaller.writeUInt32LE(50);
    const lying = Buffer.from(
      bytes.toString('latin1').replaceAll(size.toString('latin1'), smaller.toString('latin1')),
      'latin1',
    );
    expect(await refusal(lying)).to.match(/more|size|bytes/i);
  });
});
