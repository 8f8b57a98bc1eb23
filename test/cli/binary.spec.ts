import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const program = fileURLToPath(new URL('../../bin/beanpole.js', import.meta.url));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real command in an empty folder, with nothing of this machine's AWS configuration. */
function beanpole(line: string, environment: Record<string, string> = {}): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'beanpole-binary-'));
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_REGION: 'eu-central-1',
    ...environment,
  };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, ...line.split(' ').filter(Boolean)],
      { cwd: folder, env },
      (error, stdout, stderr) => {
        rmSync(folder, { recursive: true });
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
      },
    );
  });
}

const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_MAX_ATTEMPTS: '1' };

describe('the beanpole program', () => {
  const table: readonly (readonly [string, Record<string, string>, number, RegExp])[] = [
    ['--help', {}, 0, /Exit codes: 0 done/],
    ['depoly dev', {}, 2, /unknown command 'depoly'[^]*Did you mean deploy/],
    ['status -a shop', {}, 2, /No AWS credentials were found/],
    [
      'status -a shop',
      { ...keys, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' },
      2,
      /AWS_ENDPOINT_URL points to http:\/\/127.0.0.1:1, which refuses connections/,
    ],
  ];
  const ended = new Map<string, Promise<Ended>>();
  // All at once: each is a process of its own that takes most of a second.
  before(() => {
    for (const [line, environment, code] of table)
      ended.set(`${line} ${code} ${JSON.stringify(environment)}`, beanpole(line, environment));
  });

  for (const [line, environment, code, words] of table)
    it(`ends "beanpole ${line}" with ${code}: ${words.source.slice(0, 40)}`, async () => {
      const result = await ended.get(`${line} ${code} ${JSON.stringify(environment)}`);
      expect(result?.code).to.equal(code);
      expect((result?.stdout ?? '') + (result?.stderr ?? '')).to.match(words);
      if (code !== 0) expect(result?.stdout).to.equal('');
      expect(result?.stderr).not.to.contain('    at ');
    });

  it('ends as it would when nobody reads what it says', async () => {
    const child = spawn(process.execPath, [program, 'depoly', 'dev'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.destroy();
    expect(await once(child, 'exit')).to.deep.equal([2, null]);
  });
});
