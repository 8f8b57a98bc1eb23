import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

const { findBrowser } = (await import(new URL('../../tools/toolchain.js', import.meta.url).href)) as {
  findBrowser: () => string | undefined;
};

describe('the browser for tests', () => {
  const { PATH } = process.env;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'browser-'));
    process.env.PATH = folder;
  });
  afterEach(() => {
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true });
  });
  const install = (name: string, mode: number) => {
    writeFileSync(join(folder, name), '#!/bin/sh\n');
    chmodSync(join(folder, name), mode);
  };

  it('is the one that the PATH has: of Debian, of Ubuntu or of Google', () => {
    for (const name of ['google-chrome', 'chromium-browser', 'chromium']) {
      install(name, 0o755);
      expect(findBrowser()).to.equal(join(folder, name));
    }
  });

  it('is none where nothing can be run', () => {
    install('chromium', 0o644);
    expect(findBrowser()).to.equal(undefined);
  });
});
