import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { load } from './load.ts';

interface Pictures {
  sizesOf: (id: string) => Promise<number[]>;
  find: (id: string, size: string) => Promise<{ length: number; stream: NodeJS.ReadableStream } | undefined>;
  look: () => Promise<{ problem?: string }>;
}
const { createPictures } = await load<{
  createPictures: (folder: string, ask: (id: string) => Promise<void>, options?: object) => Pictures;
}>('pictures.js');

describe('pictures', () => {
  const id = 'ab'.repeat(16);
  let folder: string;
  let asked: string[];
  let time: number;
  let pictures: Pictures;
  const put = (name: string, content = name) => {
    writeFileSync(join(folder, 'ab', id, name), content);
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pictures-'));
    mkdirSync(join(folder, 'ab', id), { recursive: true });
    put('original.webp');
    utimesSync(join(folder, 'ab', id, 'original.webp'), 0, 0);
    asked = [];
    time = 0;
    const ask = async (image: string): Promise<void> => {
      asked.push(image);
    };
    pictures = createPictures(folder, ask, { clock: { now: () => time } });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('have the sizes that the worker has made so far', async () => {
    expect(await pictures.sizesOf(id)).to.deep.equal([]);
    put('960.webp');
    put('480.webp.half');
    expect(await pictures.sizesOf(id)).to.deep.equal([960]);
    expect(await pictures.sizesOf('cd'.repeat(16))).to.deep.equal([]);
  });

  it('ask the worker again when sizes are missing for a minute, once a minute', async () => {
    const ask = async (at: number) => {
      time = at;
      await pictures.sizesOf(id);
      return asked.length;
    };
    expect([await ask(59_000), await ask(61_000), await ask(62_000), await ask(122_000)]).to.deep.equal([
      0, 1, 1, 2,
    ]);
  });

  it('are found by their own names only', async () => {
    const found = await pictures.find(id, 'original');
    expect([found?.length, await text(found!.stream)]).to.deep.equal([13, 'original.webp']);
    for (const [name, size] of [
      [id, '480'],
      [id, '481'],
      [id, '../original'],
      ['..', 'original'],
      [id.toUpperCase(), 'original'],
    ] as const)
      expect(await pictures.find(name, size), `${name} ${size}`).to.equal(undefined);
  });

  it('say when their folder is not there', async () => {
    expect((await pictures.look()).problem).to.equal(undefined);
    expect((await createPictures('/nowhere', async () => undefined).look()).problem).to.include('ENOENT');
  });
});
