import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { parseDeployArguments } from '../../agent/arguments.ts';
import { backOffDelay, retrying } from '../../agent/back-off.ts';
import { bundleAgent } from '../../agent/bundle.ts';
import { nginxConfig } from '../../agent/proxy/nginx-config.ts';
import { placeholderPage } from '../../agent/proxy/placeholder.ts';
import { parseEnvironmentFile } from '../../agent/settings.ts';
import { StateFile } from '../../agent/state.ts';
import { parseStat } from '../../agent/supervise/processes.ts';
import { testClock } from './support/test-clock.ts';

describe('the agent', () => {
  const snapshot = Buffer.from('{"properties":{"A":"b c"},"parameters":[]}').toString('base64');
  const argv = [
    '--deployment',
    '7',
    '--token',
    '9',
    '--bundle-key',
    'bundles/x.zip',
    '--sha256',
    'a'.repeat(64),
    '--version',
    'v7',
    '--configuration',
    snapshot,
  ];

  it('reads an order from the arguments of deploy', () => {
    expect(parseDeployArguments(argv)).to.deep.equal({
      origin: 'Command',
      deployment: 7,
      token: 9,
      versionLabel: 'v7',
      bundle: { key: 'bundles/x.zip', sha256: 'a'.repeat(64) },
      configuration: { properties: { A: 'b c' }, parameters: [] },
    });
  });

  for (const { title, given, problem } of [
    { title: 'something missing', given: argv.slice(2), problem: 'Missing: --deployment.' },
    { title: 'an unknown option', given: [...argv, '--force'], problem: "Unknown option '--force'" },
    { title: 'a word too many', given: [...argv, 'now'], problem: "Unexpected argument 'now'" },
    {
      title: 'a number that is none',
      given: argv.with(1, '7;reboot'),
      problem: '--deployment is "7;reboot"',
    },
    {
      title: 'a configuration that is none',
      given: argv.with(-1, 'e30='),
      problem: '--configuration is not the base64',
    },
  ])
    it(`refuses ${title}`, () => expect(() => parseDeployArguments(given)).to.throw(problem));

  it('waits longer after each failure, to a limit', () => {
    const delays = [1, 2, 3, 8, 5000].map((failures) =>
      backOffDelay(failures, { firstMilliseconds: 500, longestMilliseconds: 30_000 }),
    );
    expect(delays).to.deep.equal([500, 1000, 2000, 30_000, 30_000]);
  });

  it('repeats what may heal and gives up what is final', async () => {
    let attempts = 0;
    const attempt = async () => {
      if (++attempts < 4) throw new Error('not yet');
      return attempts;
    };
    const delays: number[] = [];
    const retry = {
      clock: testClock(),
      signal: new AbortController().signal,
      onFailure: (_: Error, delay: number) => delays.push(delay),
    };
    expect(await retrying(attempt, retry)).to.equal(4);
    expect(delays).to.deep.equal([500, 1000, 2000]);
    attempts = 0;
    const final = retrying(attempt, { ...retry, isWorthRepeating: () => false });
    expect(await final.catch((error: unknown) => (error as Error).message)).to.equal('not yet');
  });

  it('knows a process by its start time, whatever its name is', () => {
    const rest = 'S 1 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 11 0 987654 1 2';
    expect(parseStat(`42 (node (web) x) ${rest}`)).to.equal('987654');
    expect(parseStat(`42 (node) ${rest.replace('S', 'Z')}`)).to.equal(undefined);
  });

  it('reads the file of its unit', () => {
    expect(parseEnvironmentFile('# c\nBEANPOLE_SLOT=blue\nA=b=c\n\nnonsense\n')).to.deep.equal({
      BEANPOLE_SLOT: 'blue',
      A: 'b=c',
    });
  });

  it('shows on the placeholder what to do next, with names escaped', () => {
    const page = placeholderPage({ application: '<shop>', stack: 'dev', environment: 'web' });
    expect(page)
      .to.include('beanpole deploy dev/web')
      .and.include('no version yet')
      .and.not.include('<shop>');
  });

  it('asks nginx for a fixed upstream whose connections are not kept', () => {
    const config = nginxConfig({ folder: '/n', logs: '/l' }, '/health');
    expect(config)
      .to.include('proxy_pass http://127.0.0.1:5000;')
      .and.include("'' close;")
      .and.include('location = "/health"');
    expect(config).to.not.include('keepalive 1');
    expect(nginxConfig({ folder: '/n', logs: '/l' }, '/')).to.not.include('location = "/"');
  });
});

describe('the state file', () => {
  it('comes back as it was written last, and a half-written one does not count', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'state-'));
    const file = path.join(folder, 'deep', 'state.json');
    const state = await StateFile.open(file, 0);
    await Promise.all(
      [1, 2, 3].map((token) => state.change(() => ({ fencing: { token, deployment: token } }))),
    );
    await writeFile(`${file}.new`, '{"fencing":');
    expect((await StateFile.open(file, 0)).value.fencing).to.deep.equal({ token: 3, deployment: 3 });
    expect(JSON.parse(await readFile(file, 'utf8'))).to.have.property('live', null);
    await rm(folder, { recursive: true });
  });
});

describe("the agent's bundle", () => {
  it('is one file with its digest, and names no path of this machine', async () => {
    const { bytes, sha256 } = await bundleAgent();
    expect(createHash('sha256').update(bytes).digest('hex')).to.equal(sha256);
    expect(Buffer.from(bytes).toString('latin1')).to.not.include(process.cwd());
    expect(bytes.length).to.be.lessThan(2_000_000);
  });
});
