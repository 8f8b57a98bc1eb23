import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { failure } from '../support/failure.ts';

interface Thumbnails {
  widths: number[];
  makeThumbnails: (folder: string, image: unknown) => Promise<number[]>;
}
const { widths, makeThumbnails } = (await import(
  new URL('../../worker/thumbnails.js', import.meta.url).href
)) as Thumbnails;
const web = (await import(new URL('../../app/pictures.js', import.meta.url).href)) as { widths: number[] };

// What sharp makes of a picture is tried in mywordpress.scenario.ts, with the worker's own dependencies.
describe('thumbnails', () => {
  it('have the widths that the web application looks for', () => {
    expect(widths).to.deep.equal(web.widths);
  });

  it('are made of pictures by their names, and of no other file', async () => {
    for (const image of [undefined, 5, '', '../../../etc/passwd', 'A'.repeat(32)])
      expect((await failure(makeThumbnails('/nowhere', image))).message).to.include("is no picture's name");
  });

  it('are left alone where they are: a job that comes twice does nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'thumbnails-'));
    const image = 'ab'.repeat(16);
    mkdirSync(join(folder, 'ab', image), { recursive: true });
    for (const width of widths) writeFileSync(join(folder, 'ab', image, `${width}.webp`), '');
    expect(await makeThumbnails(folder, image)).to.deep.equal([]);
    rmSync(folder, { recursive: true });
  });
});
