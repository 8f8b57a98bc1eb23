import { chromium, type Browser } from 'playwright-core';

/** Plain JavaScript, because the set-up runs it on any Node. */
const { findBrowser } = (await import(new URL('../../tools/toolchain.js', import.meta.url).href)) as {
  findBrowser: () => string | undefined;
};

/** The Chromium of this machine. Names below `.localhost` are this machine, whatever its resolver knows. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: findBrowser() ?? 'chromium',
    chromiumSandbox: process.getuid?.() !== 0,
    args: ['--host-resolver-rules=MAP *.localhost 127.0.0.1'],
  });
