import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { OldReleases } from '../../../agent/deploy/old-releases.ts';

describe('old releases', () => {
  let folder: string;
  let wake: () => void;
  let slept: number[];
  let oldReleases: OldReleases;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'releases-'));
    slept = [];
    oldReleases = new OldReleases({
      folder,
      clock: {
        now: () => 0,
        sleep: (milliseconds, signal) =>
          new Promise((resolve, reject) => {
            slept.push(milliseconds);
            wake = resolve;
            signal?.addEventListener('abort', () => {
              reject(signal.reason as Error);
            });
          }),
      },
      onProblem: (error) => expect.fail(String(error)),
    });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function release(...names: string[]): void {
    for (const name of names) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'file'), '');
    }
  }
  const keepOnly = (...names: string[]) => oldReleases.keepOnly(names.map((name) => join(folder, name)));
  const aside = () => readdirSync(folder).filter((name) => name.endsWith('.removed'));

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise(setImmediate);
  }

  it('are out of the way at once, and deleted later', async () => {
    release('old', 'live');
    await keepOnly('live');
    expect(readdirSync(folder)).to.include('live').and.not.include('old');
    expect(aside()).to.have.length(1);
    expect(slept).to.deep.equal([600_000]);
    wake();
    await until(() => aside().length === 0);
    expect(readdirSync(folder)).to.deep.equal(['live']);
  });

  it('go together with those of the deployment before, and of an earlier agent', async () => {
    release('first', 'second', 'live', 'older.1.removed');
    await keepOnly('second', 'live');
    await keepOnly('live');
    expect(aside()).to.have.length(3);
    wake();
    await until(() => aside().length === 0);
  });

  it('are deleted at once when there are many', async () => {
    release('a', 'b', 'c', 'd', 'e', 'live');
    await keepOnly('live');
    expect(readdirSync(folder)).to.deep.equal(['live']);
    expect(slept).to.deep.equal([]);
  });
});
