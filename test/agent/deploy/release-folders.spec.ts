import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { setAside } from '../../../agent/deploy/release-folders.ts';

describe('old releases', () => {
  let releases: string;
  beforeEach(() => {
    releases = mkdtempSync(join(tmpdir(), 'releases-'));
    for (const name of ['old', 'live', 'older.1.removed']) {
      mkdirSync(join(releases, name));
      writeFileSync(join(releases, name, 'file'), '');
    }
  });
  afterEach(() => {
    rmSync(releases, { recursive: true });
  });

  it('are out of the way before they are deleted, and then gone, those of an earlier agent too', async () => {
    const remove = await setAside(releases, [join(releases, 'live')]);
    const aside = readdirSync(releases);
    expect(aside).to.include('live').and.not.include('old');
    expect(aside).to.have.length(3);
    await remove();
    expect(readdirSync(releases)).to.deep.equal(['live']);
  });

  it('are none where nothing was ever released', async () => {
    const remove = await setAside(join(releases, 'missing'), []);
    await remove();
    expect(readdirSync(releases)).to.include('old');
  });
});
