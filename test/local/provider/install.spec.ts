import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { installProviders } from '../../../local/provider/install.ts';

describe('the plugins in PULUMI_HOME', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'pulumi home-'));
  });
  afterEach(() => {
    rmSync(home, { recursive: true });
  });
  const launcher = () => join(home, 'plugins/resource-aws-v7.48.0/pulumi-resource-aws');

  it('are programs that start the providers, written once', () => {
    const node = join(home, 'a node');
    writeFileSync(node, '#!/bin/sh\necho "$2 $3"\n', { mode: 0o755 });
    installProviders({ pulumiHome: home, node });
    const { mtimeMs } = statSync(launcher());
    installProviders({ pulumiHome: home, node });
    expect(statSync(launcher()).mtimeMs).to.equal(mtimeMs);
    const output = execFileSync(launcher(), ['127.0.0.1:1'], { encoding: 'utf8' });
    expect(output).to.match(/local\/provider\/aws\/main\.ts 127\.0\.0\.1:1\n$/);
  });

  it('are mended when they are not what they should be', () => {
    installProviders({ pulumiHome: home, node: process.execPath });
    const good = readFileSync(launcher(), 'utf8');
    writeFileSync(launcher(), 'broken');
    installProviders({ pulumiHome: home, node: process.execPath });
    expect(readFileSync(launcher(), 'utf8')).to.equal(good);
  });
});
