import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { until } from '../support/client.ts';
import { must, run, startCloud, type Finished, type TestCloud } from '../support/cloud.ts';

const program = join(import.meta.dirname, '../../bin/beanpole.js');

/** What someone meets who tries Beanpole for the first time and gets things wrong. */
describe('a newcomer', () => {
  let cloud: TestCloud;
  let elsewhere: string;
  before(async () => {
    cloud = await startCloud();
    elsewhere = mkdtempSync(join(tmpdir(), 'newcomer-'));
  });
  after(async () => {
    rmSync(elsewhere, { recursive: true });
    await cloud.remove();
  });
  /** A command in another folder or with other variables than the cloud's. */
  const beanpole = (args: readonly string[], folder: string, variables: NodeJS.ProcessEnv = {}) =>
    run(process.execPath, [program, ...args], { ...withoutCloud(), ...variables }, folder);

  it('who has no credentials is told of the local cloud', async () => {
    expectAdvice(await beanpole(['status'], cloud.project), 'No AWS credentials', 'beanpole local env');
  });

  it('who is outside any project is told where to go, and no cloud is made there', async () => {
    expectAdvice(await beanpole(['local', 'start'], elsewhere), 'no local cloud belongs here', 'Pulumi.yaml');
    expect(readdirSync(elsewhere)).to.deep.equal([]);
  });

  it('who talks to an endpoint where nobody listens is told which', async () => {
    const variables = {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
    };
    const answer = await beanpole(['status'], cloud.project, variables);
    expectAdvice(answer, 'http://127.0.0.1:1, which refuses connections', 'beanpole local status');
  });

  it('who starts the cloud twice finds it running, and unchanged when asking for another port', async () => {
    const before = await must(cloud.beanpole('local', 'status', '--json'));
    expect((await cloud.beanpole('local', 'start')).stderr).to.contain('runs already');
    const other = await cloud.beanpole('local', 'start', '--port', '1025');
    expectAdvice(other, 'runs already, with its endpoint at', 'beanpole local stop');
    expect(pidOf(await must(cloud.beanpole('local', 'status', '--json')))).to.equal(pidOf(before));
  });

  it('whose port is taken is told by whom, and of one that is free', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const variables = { BEANPOLE_CLOUD: join(elsewhere, 'second') };
    const answer = await beanpole(['local', 'start', '--port', String(port)], cloud.project, variables);
    expectAdvice(answer, `Port ${port} is in use by`, 'beanpole local start --port');
    holder.close();
  });

  it('who works without the application stack is told how to make it', async () => {
    for (const args of [['status'], ['version', 'create', 'v1'], ['deploy', 'dev']])
      expectAdvice(await cloud.beanpole(...args), 'does not exist', 'pulumi up -s application');
  });

  it('who kills `pulumi up` can repeat it, and nothing of the killed run is left', async () => {
    await must(cloud.pulumi('stack', 'init', 'application'));
    const up = spawn('pulumi', ['up', '--yes', '--skip-preview', '--non-interactive', '-s', 'application'], {
      cwd: cloud.project,
      env: cloud.env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    up.stdout.on('data', (text: Buffer) => (output += text.toString()));
    await until('the program runs', 60, () => Promise.resolve(output.includes('Account ')));
    up.kill('SIGKILL');
    await once(up, 'close');
    await until('its plugins are gone', 20, () => Promise.resolve(pluginsOf(cloud).length === 0));
    await cloud.up('application');
    await must(
      cloud.pulumi('up', '--yes', '--skip-preview', '--expect-no-changes', '--stack', 'application'),
    );
  });

  it('who mistypes a stack is told which there are', async () => {
    expectAdvice(
      await cloud.beanpole('deploy', 'dve'),
      'The stack dve has no environments',
      'pulumi up -s dve',
    );
    expectAdvice(await cloud.beanpole('deploy', 'dev/'), '"dev/" names no environment', 'dev/web');
  });

  it('who has nothing to start in a bundle is told what is missing, and the label stays free', async () => {
    const folder = join(elsewhere, 'site');
    mkdirSync(folder);
    writeFileSync(join(folder, 'README.md'), 'Nothing to start.');
    const answer = await cloud.beanpole('version', 'create', 'v1', '--web', folder);
    expectAdvice(answer, 'has no start command: no Procfile', 'beanpole version create v1');
    expect(await must(cloud.beanpole('version', 'list', '--json'))).to.equal('[]\n');
  });

  it('who wants to look from inside gets the simulated internet, and its exit codes', async () => {
    const { stdout, code } = await cloud.beanpole('local', 'shell', '-c', 'hostname -I; exit 7');
    expect(code).to.equal(7);
    expect(stdout).not.to.contain('127.');
  });

  it('who runs two clouds side by side sees neither in the other', async () => {
    const second = await startCloud();
    try {
      expect(second.env.AWS_ENDPOINT_URL).not.to.equal(cloud.env.AWS_ENDPOINT_URL);
      expectAdvice(await second.beanpole('status'), 'does not exist', 'pulumi up -s application');
      expect((await cloud.beanpole('version', 'list')).code).to.equal(0);
    } finally {
      await second.remove();
    }
  });

  it('who stops it twice is not told off, and a reset makes an empty account', async () => {
    expect((await cloud.beanpole('local', 'stop')).stderr).to.contain('Its state is kept');
    expect(await cloud.beanpole('local', 'stop')).to.include({ code: 0 });
    expectAdvice(
      await cloud.beanpole('local', 'shell', '-c', 'true'),
      'does not run',
      'beanpole local start',
    );
    expectAdvice(await cloud.beanpole('local', 'reset'), 'nothing was deleted', 'beanpole local reset --yes');
    expect(await cloud.beanpole('local', 'reset', '--yes')).to.include({ code: 0 });
    const again = await beanpole(['local', 'start', '--port', '0', '--front-door', '0'], cloud.project, {
      BEANPOLE_CLOUD: cloud.folder,
    });
    expect(again).to.include({ code: 0 });
    const env = JSON.parse(await must(cloud.beanpole('local', 'env', '--json'))) as Record<string, string>;
    const listed = await run('pulumi', ['stack', 'ls', '--json'], { ...cloud.env, ...env }, cloud.project);
    expect(JSON.parse(listed.stdout)).to.deep.equal([]);
    expectAdvice(
      await beanpole(['status'], cloud.project, env),
      'does not exist',
      'pulumi up -s application',
    );
  });
});

/** One clear message with the next step, the code of a mistake, and no stack. */
function expectAdvice({ code, stdout, stderr }: Finished, what: string, next: string): void {
  expect(stderr).to.contain(what);
  expect(stderr.split('\n').find((line) => line.startsWith('Next: '))).to.contain(next);
  expect(stderr).not.to.match(/^ +at /m);
  expect(stdout).to.equal('');
  expect(code).to.equal(2);
}

const withoutCloud = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(AWS|PULUMI|LOCAL_CLOUD|BEANPOLE)_/.test(name)),
  );

const pidOf = (status: string): number => (JSON.parse(status) as { pid: number }).pid;

/** Programs that Pulumi starts, of this cloud alone: they know its folder. */
const pluginsOf = ({ folder }: TestCloud): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        const variables = readFileSync(`/proc/${pid}/environ`, 'utf8');
        return /provider\/|language-nodejs|cmd\/run/.test(words) && variables.includes(folder);
      } catch {
        return false;
      }
    });
