import { expect } from 'chai';
import { mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unpack } from '../../../agent/deploy/unpack.ts';
import { zip } from '../support/bundles.ts';
import { hostileArchives, lyingArchives } from '../../support/hostile-archives.ts';
import { rawZip, zip64Sizes } from '../../support/raw-zip.ts';

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

  for (const { title, bytes, reason } of hostileArchives)
    it(`refuses ${title}, and writes nothing`, async () => {
      expect(await refusal(bytes))
        .to.match(/^The source bundle is /)
        .and.include(reason);
      expect(await readdir(folder)).to.deep.equal(['bundle.zip']);
    });

  for (const { title, bytes, reason } of lyingArchives)
    it(`notices ${title}`, async () => {
      expect(await refusal(bytes)).to.include(reason);
    });

  it('keeps names apart that differ in case or in Unicode form only, as Linux does', async () => {
    const names = ['readme', 'README', 'caf\u00e9', 'cafe\u0301'];
    await unpackBytes(rawZip(names.map((name) => ({ name, content: name }))));
    const release = path.join(folder, 'release');
    expect((await readdir(release)).sort()).to.deep.equal([...names].sort());
    for (const name of names) expect(await readFile(path.join(release, name), 'utf8')).to.equal(name);
  });

  it('takes a sound archive in zip64 format', async () => {
    const extra = zip64Sizes(4n, 4n);
    const claims = { bytes: 0xffffffff, packedBytes: 0xffffffff };
    await unpackBytes(rawZip([{ name: 'a', content: 'four', claims, extra }], { zip64: true }));
    expect(await readFile(path.join(folder, 'release/a'), 'utf8')).to.equal('four');
  });
});
