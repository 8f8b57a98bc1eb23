import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { cached } from '../../agent/bundle-cache.ts';

describe('the cache of the bundle', () => {
  let repository: string;
  let made: number;

  beforeEach(() => {
    repository = mkdtempSync(join(tmpdir(), 'bundle-cache-'));
    made = 0;
    write('main.ts', 'one');
    write('used.ts', 'two');
  });
  afterEach(() => {
    rmSync(repository, { recursive: true });
  });

  /** As it was changed so many seconds from now. */
  const write = (name: string, text: string, seconds = -60): void => {
    const at = new Date(Date.now() + 1000 * seconds);
    writeFileSync(join(repository, name), text);
    utimesSync(join(repository, name), at, at);
  };
  const bundle = async (inputs = ['main.ts', 'used.ts']): Promise<string> => {
    const make = () => Promise.resolve({ bytes: Buffer.from(`made ${++made}`), inputs });
    return Buffer.from(await cached(repository, make)).toString();
  };

  it('compiles once, and again when an input is another one or no more', async () => {
    expect([await bundle(), await bundle()]).to.deep.equal(['made 1', 'made 1']);
    write('used.ts', 'TWO');
    expect([await bundle(), await bundle()]).to.deep.equal(['made 2', 'made 2']);
    rmSync(join(repository, 'used.ts'));
    expect(await bundle(['main.ts'])).to.equal('made 3');
    expect(await bundle(['main.ts'])).to.equal('made 3');
  });

  it('keeps nothing of a compiler run in which an input was changed', async () => {
    const make = () => {
      write('used.ts', 'TWO', 1);
      return Promise.resolve({ bytes: Buffer.from('of the old one'), inputs: ['main.ts', 'used.ts'] });
    };
    await cached(repository, make);
    write('used.ts', 'TWO');
    expect([await bundle(), await bundle()]).to.deep.equal(['made 1', 'made 1']);
  });

  it('compiles again when what it kept is not whole', async () => {
    await bundle();
    writeFileSync(join(repository, 'node_modules/.cache/beanpole/agent-bundle.json'), '{"inputs":');
    expect(await bundle()).to.equal('made 2');
  });

  it('goes without a place to keep anything', async () => {
    writeFileSync(join(repository, 'node_modules'), 'not a folder');
    expect([await bundle(), await bundle()]).to.deep.equal(['made 1', 'made 2']);
  });
});
