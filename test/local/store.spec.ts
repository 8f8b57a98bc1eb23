import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openStore } from '../../local/store.ts';

describe('store', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'store-'));
    file = join(folder, 'deep', 'state.sqlite');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** What a second reader of the file sees: only what is committed. */
  function onDisk(name: string): [string, unknown][] {
    const store = openStore(file);
    const entries = [...store.collection<unknown>(name).entries()];
    store.close();
    return entries;
  }

  it('brings everything back in the order it was first stored', async () => {
    const store = openStore(file);
    const colours = store.collection<{ n: number }>('colour');
    for (const id of ['red', 'blue', 'green']) colours.set(id, { n: id.length });
    await store.settled();
    colours.set('red', { n: 0 });
    colours.delete('blue');
    store.collection('other').set('blue', 1);
    await store.settled();
    expect(onDisk('colour')).to.deep.equal([
      ['red', { n: 0 }],
      ['green', { n: 5 }],
    ]);
    expect(onDisk('other')).to.deep.equal([['blue', 1]]);
    store.close();
  });

  it('commits a turn as a whole when it ends, not before', async () => {
    const store = openStore(file);
    const items = store.collection<number>('item');
    items.set('a', 1);
    items.set('b', 2);
    expect(onDisk('item')).to.deep.equal([]);
    await store.settled();
    expect(onDisk('item')).to.have.length(2);
    store.close();
  });

  it('puts what is deleted and stored again at the end', async () => {
    const store = openStore(file);
    const items = store.collection<number>('item');
    items.set('a', 1);
    items.set('b', 2);
    await store.settled();
    items.delete('a');
    items.set('a', 3);
    await store.settled();
    expect([...items.entries()]).to.deep.equal([
      ['b', 2],
      ['a', 3],
    ]);
    expect(onDisk('item')).to.deep.equal([
      ['b', 2],
      ['a', 3],
    ]);
    store.close();
  });

  it('writes nothing of what came and went in one turn', async () => {
    const store = openStore(file);
    const items = store.collection<number>('item');
    items.set('a', 1);
    expect(items.delete('a')).to.equal(true);
    expect(items.delete('a')).to.equal(false);
    await store.settled();
    expect(onDisk('item')).to.deep.equal([]);
    store.close();
  });

  it('stores what is open when it closes', () => {
    const store = openStore(file);
    store.collection<number>('item').set('a', 1);
    store.close();
    expect(onDisk('item')).to.deep.equal([['a', 1]]);
  });

  it('goes on where it was opened again', async () => {
    for (const id of ['a', 'b']) {
      const store = openStore(file);
      store.collection<string>('item').set(id, id);
      await store.settled();
      store.close();
    }
    expect(onDisk('item')).to.deep.equal([
      ['a', 'a'],
      ['b', 'b'],
    ]);
  });

  it('says when it cannot store, keeps the change and tries again', async () => {
    const store = openStore(file);
    const items = store.collection<unknown>('item');
    const loop: { self?: unknown } = {};
    loop.self = loop;
    items.set('a', loop);
    const error = await store.settled().then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    expect(error?.message).to.contain(`the state could not be stored in ${file}`);
    items.set('a', 'plain');
    await store.settled();
    expect(onDisk('item')).to.deep.equal([['a', 'plain']]);
    store.close();
  });
});
