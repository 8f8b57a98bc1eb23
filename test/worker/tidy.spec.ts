import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

const { tidy } = (await import(new URL('../../worker/tidy.js', import.meta.url).href)) as {
  tidy: (folder: string, now: number) => Promise<number>;
};

describe('tidying up', () => {
  it('deletes temporary files that are a day old, and nothing else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidy-'));
    const uuid = '0b5e7b8a-4a53-4c05-9a0f-0123456789ab';
    mkdirSync(join(folder, 'ab/abab'), { recursive: true });
    const age = (name: string, seconds: number) => {
      writeFileSync(join(folder, name), '');
      utimesSync(join(folder, name), seconds, seconds);
    };
    age(`ab/abab/480.webp.${uuid}`, 0);
    age(`.probe-${uuid}`, 0);
    age(`ab/abab/960.webp.${uuid}`, 60);
    age('ab/abab/original.webp', 0);
    expect(await tidy(folder, 24 * 3600 * 1000 + 1)).to.equal(2);
    expect(existsSync(join(folder, `ab/abab/960.webp.${uuid}`))).to.equal(true);
    expect(existsSync(join(folder, 'ab/abab/original.webp'))).to.equal(true);
    expect(await tidy(folder, 24 * 3600 * 1000 + 1)).to.equal(0);
    rmSync(folder, { recursive: true });
  });
});
