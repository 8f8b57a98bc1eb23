/** One instance with the real agent, nginx, nftables and applications, in namespaces of its own. */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { expect } from 'chai';
import { healthReport } from '../../model/schemas.ts';
import { instancePaths, keys } from '../../model/names.ts';
import { compileAgent } from '../../agent/bundle.ts';
import { rudeBundle, rudeServer, sourceBundle } from '../agent/support/bundles.ts';
import { get, startLoad, until } from '../agent/support/load.ts';
import {
  environmentName,
  Machine,
  noConfiguration,
  webDescriptor,
  workerDescriptor,
} from '../agent/support/machine.ts';
import { isInside, runInside } from '../agent/support/sandbox.ts';

const switches = 12;

if (!isInside)
  describe('the agent on an instance', function () {
    this.timeout(300_000);
    it('keeps its promises (in a network namespace of its own)', async () => {
      const mocha = `${import.meta.dirname}/../../node_modules/mocha/bin/mocha.js`;
      const code = await runInside([
        process.execPath,
        mocha,
        '--no-config',
        '--extension',
        'ts',
        import.meta.filename,
      ]);
      expect(code, 'exit code of the tests inside').to.equal(0);
    });
  });
else {
  describe('an instance', function () {
    this.timeout(120_000);
    let machine: Machine;
    let deployment = 0;
    const deployRude = async (version: string) =>
      machine.deploy({
        deployment: ++deployment,
        token: deployment,
        version,
        bundle: await rudeBundle(version),
      });
    const page = async (path = '/') => (await get(undefined, 80, path)).text;

    before(async () => {
      machine = await Machine.create({
        ...webDescriptor,
        type: 'SingleInstance',
        elasticIpAllocationId: 'eipalloc-1',
      });
    });
    after(() => machine.destroy());

    it('waits for AWS, then shows the placeholder and passes its health check while there is no version', async () => {
      machine.aws.isDown = true;
      machine.startAgent();
      await until('the agent answers', () => machine.status().catch(() => undefined));
      machine.aws.isDown = false;
      await until('the placeholder is shown', async () =>
        (await page().catch(() => '')).includes('no version yet'),
      );
      expect((await get(undefined, 80, '/health')).status).to.equal(200);
      await until('the launch hook is completed', () => machine.aws.lifecycleResult === 'CONTINUE');
      await until('the Elastic IP is associated', () => machine.aws.associatedAddress === 'eipalloc-1');
    });

    it('was bundled to the same bytes as at any other time', async () => {
      expect((await compileAgent()).bytes).to.deep.equal(await readFile(instancePaths.agent));
    });

    it('deploys the first version', async () => {
      const { code, result } = await deployRude('v0');
      expect(result).to.include({ outcome: 'Deployed', serving: 'v0', instanceId: 'i-1' });
      expect(result.phases.map(({ name }) => name)).to.include.members([
        'Download',
        'Unpack',
        'Start',
        'Switch',
      ]);
      expect(code).to.equal(0);
      expect(await page()).to.equal('v0');
    });

    it(`loses no request over ${switches} switches, though the application dies at once on SIGTERM`, async () => {
      const load = startLoad({ keepAlive: 8, single: 8 });
      const slow: Promise<{ status: number }>[] = [];
      for (let index = 1; index <= switches; index++) {
        slow.push(get(undefined, 80, '/slow'));
        const { result } = await deployRude(`v${index}`);
        expect(result.outcome, result.reason ?? '').to.equal('Deployed');
        expect(await page()).to.equal(`v${index}`);
      }
      await until(
        'the old ones are gone',
        async () => ((await machine.status()).draining as unknown[]).length === 0,
      );
      const { answers, failures } = await load.stop();
      expect(failures).to.deep.equal([]);
      expect((await Promise.all(slow)).map(({ status }) => status)).to.deep.equal(slow.map(() => 200));
      expect(Object.keys(answers)).to.include.members(['v0', `v${switches}`]);
      const total = Object.values(answers).reduce((sum, count) => sum + count, 0);
      console.log(`      ${total} requests, ${failures.length} failed`);
    });

    it('keeps the old version when the new one exits at once, and tells its last line', async () => {
      const load = startLoad({ keepAlive: 2, single: 2 });
      const bundle = await sourceBundle({
        Procfile: 'web: node server.mjs',
        'server.mjs': 'console.error("Error: DATABASE_URL is not set"); process.exit(3);',
      });
      const { code, result } = await machine.deploy({
        deployment: ++deployment,
        token: deployment,
        version: 'broken',
        bundle,
      });
      expect(code).to.equal(1);
      expect(result).to.include({ outcome: 'Failed', serving: `v${switches}` });
      expect(result.reason).to.include('web exited with code 3');
      expect(result.lastLines.at(-1)).to.equal('Error: DATABASE_URL is not set');
      const { failures, answers } = await load.stop();
      expect(failures).to.deep.equal([]);
      expect(Object.keys(answers)).to.deep.equal([`v${switches}`]);
    });

    it('keeps the old version when the health check never passes', async () => {
      const bundle = await sourceBundle({
        Procfile: 'web: node server.mjs',
        'server.mjs': `import { createServer } from 'node:http';
          createServer((q, r) => { r.statusCode = 500; r.end(); }).listen(process.env.PORT);`,
      });
      const { result } = await machine.deploy({
        deployment: ++deployment,
        token: deployment,
        version: 'sick',
        bundle,
      });
      expect(result.outcome).to.equal('Failed');
      expect(result.reason).to.include('/health did not pass within 10 s: it answered 500');
      expect(await page()).to.equal(`v${switches}`);
    });

    it('refuses a bundle without start command and one that leads out of its folder', async () => {
      const without = await sourceBundle({ 'index.html': 'hello' });
      const { result } = await machine.deploy({
        deployment: ++deployment,
        token: deployment,
        version: 'none',
        bundle: without,
      });
      expect(result.reason).to.include('neither a Procfile nor a "start" script');
      const hostile = await sourceBundle({
        Procfile: 'web: true',
        evil: { content: '../../../etc', mode: 0o120777 },
      });
      const { result: refused } = await machine.deploy({
        deployment: ++deployment,
        token: deployment,
        version: 'evil',
        bundle: hostile,
      });
      expect(refused.reason).to.include('the symbolic link "evil" leads out of the release folder');
      expect(await page()).to.equal(`v${switches}`);
    });

    it('refuses an older fencing token and answers a repeated deployment at once', async () => {
      const bundle = await rudeBundle('old');
      const { code, result } = await machine.deploy({ deployment: 1, token: 1, version: 'old', bundle });
      expect(code).to.equal(2);
      expect(result).to.include({ outcome: 'Refused', serving: `v${switches}` });
      await deployRude('again');
      const repeated = await machine.deploy({
        deployment,
        token: deployment,
        version: 'again',
        bundle: await rudeBundle('again'),
      });
      expect(repeated.result).to.deep.include({ outcome: 'Deployed', serving: 'again', phases: [] });
    });

    const deployFiles = async (version: string, files: Parameters<typeof sourceBundle>[0], more = {}) =>
      machine.deploy({
        deployment: ++deployment,
        token: deployment,
        version,
        bundle: await sourceBundle(files),
        ...more,
      });
    const hook = (name: string) =>
      `#!/bin/sh\necho "${name} in $PWD with $GREETING as leader $EB_IS_COMMAND_LEADER" >>/var/steps\n`;

    it('runs hooks and commands in the documented order, once per deployment what is for one instance', async () => {
      const files = {
        Procfile: 'web: node server.mjs\nrelease: echo release >>/var/steps',
        'server.mjs': rudeServer('hooked'),
        Buildfile: 'make: echo buildfile >>/var/steps',
        '.platform/hooks/prebuild/02_b.sh': hook('prebuild 2'),
        '.platform/hooks/prebuild/01_a.sh': hook('prebuild 1'),
        '.platform/hooks/predeploy/01.sh': hook('predeploy'),
        '.platform/hooks/postdeploy/01.sh': hook('postdeploy'),
        '.platform/confighooks/predeploy/01.sh': hook('config predeploy'),
        '.ebextensions/01.config': JSON.stringify({
          option_settings: { 'aws:elasticbeanstalk:application:environment': { GREETING: 'hello' } },
          commands: { a: { command: 'echo command in $PWD >>/var/steps' } },
          container_commands: {
            a: { command: 'echo container command >>/var/steps; echo made >made.txt' },
            b: { command: 'echo leader >>/var/steps', leader_only: true },
          },
        }),
      };
      const staged = await deployFiles('hooked', files, { stage: 'release' });
      expect(staged.result, staged.result.reason).to.include({ outcome: 'Prepared', serving: 'again' });
      deployment--;
      const { result } = await deployFiles('hooked', files);
      expect(result.outcome, result.reason).to.equal('Deployed');
      expect(await page('/version')).to.equal('hooked hello');
      const steps = async () => (await readFile('/var/steps', 'utf8')).trim().split('\n');
      const wanted = [
        'command in /',
        'prebuild 1 in /var/app/staging with hello as leader true',
        'prebuild 2 in /var/app/staging with hello as leader true',
        'buildfile',
        'container command',
        'leader',
        'predeploy in /var/app/staging with hello as leader true',
        'release',
        'postdeploy in /var/app/current with hello as leader false',
      ];
      expect(await steps()).to.deep.equal(wanted);
      const configuration = { properties: { GREETING: 'bye' }, parameters: [] };
      const changed = await deployFiles('hooked', files, { configuration });
      expect(changed.result.outcome, changed.result.reason).to.equal('Deployed');
      expect(await page('/version')).to.equal('hooked bye');
      expect((await steps()).slice(wanted.length)).to.deep.equal([
        'config predeploy in /var/app/staging with bye as leader false',
      ]);
      expect(await readFile('/var/app/current/made.txt', 'utf8')).to.equal('made\n');
    });

    it('keeps the old version when a hook fails, even the last one, and names it with its last words', async () => {
      const load = startLoad({ keepAlive: 2, single: 2 });
      for (const phase of ['prebuild', 'predeploy', 'postdeploy']) {
        const name = `.platform/hooks/${phase}/01_check.sh`;
        const { result } = await deployFiles(`fails-${phase}`, {
          Procfile: 'web: node server.mjs',
          'server.mjs': rudeServer('other'),
          [name]: 'echo "no database"; exit 3',
        });
        expect(result).to.include({ outcome: 'Failed', serving: 'hooked' });
        expect(result.reason).to.equal(`The hook ${name} failed with exit code 3`);
        expect(result.lastLines).to.deep.equal(['no database']);
        expect(await page()).to.equal('hooked');
      }
      expect((await load.stop()).failures).to.deep.equal([]);
    });

    it('loses no request when each version has another nginx configuration, and refuses one that is broken', async () => {
      const load = startLoad({ keepAlive: 4, single: 4 });
      const withNginx = (version: string, conf: string) => ({
        Procfile: 'web: node server.mjs',
        'server.mjs': rudeServer(version),
        '.platform/nginx/conf.d/own.conf': conf,
      });
      for (const version of ['nginx-1', 'nginx-2', 'nginx-3']) {
        const { result } = await deployFiles(
          version,
          withNginx(version, `add_header X-Own ${version} always;`),
        );
        expect(result.outcome, result.reason).to.equal('Deployed');
        const response = await fetch('http://127.0.0.1/');
        expect([await response.text(), response.headers.get('x-own')]).to.deep.equal([version, version]);
      }
      const { result } = await deployFiles('broken-nginx', withNginx('no', 'add_heder X-Own no;'));
      expect(result).to.include({ outcome: 'Failed', serving: 'nginx-3' });
      expect(result.lastLines.join()).to.include('unknown directive "add_heder"');
      const { failures } = await load.stop();
      expect(failures).to.deep.equal([]);
    });

    it('gives properties to the process, secret ones too, and leaves them in no file', async () => {
      machine.aws.parameters.set('/secret', 'for nobody else');
      const configuration = {
        properties: {},
        parameters: [{ name: 'GREETING', parameter: '/secret', version: 1 }],
      };
      const { result } = await machine.deploy({
        deployment: ++deployment,
        token: deployment,
        version: 'greets',
        bundle: await rudeBundle('greets'),
        configuration,
      });
      expect(result.outcome).to.equal('Deployed');
      expect(await page('/version')).to.equal('greets for nobody else');
      expect(await readFile('/var/lib/beanpole/state.json', 'utf8')).to.not.include('for nobody else');
    });

    it('goes on serving while the agent is killed and started again, in the middle of deployments too', async () => {
      const load = startLoad({ keepAlive: 4, single: 4 });
      for (const delay of [0, 150, 300, 600]) {
        const version = `killed-at-${delay}`;
        const pending = deployRude(version);
        await new Promise((resolve) => setTimeout(resolve, 120 + delay));
        await machine.endAgent('SIGKILL');
        machine.startAgent();
        const { result } = await pending;
        expect(result, version).to.include({ outcome: 'Deployed', serving: version });
        expect(await page()).to.equal(version);
      }
      const { failures } = await load.stop();
      expect(failures).to.deep.equal([]);
    });

    it('starts a crashed process again', async () => {
      const { serving } = (await machine.status()) as { serving: { processes: { pid: number }[] } };
      process.kill(-(serving.processes[0]?.pid ?? 0), 'SIGKILL');
      await until('the process is back', async () => (await page().catch(() => '')).startsWith('killed-at'));
    });

    it('ships logs and events and reports its health', async () => {
      const lines = (group: string) =>
        [...machine.aws.logEvents]
          .filter(([key]) => key.startsWith(`/beanpole/shop/dev/web/${group} `))
          .flatMap(([, each]) => each);
      await until('the application log is there', () =>
        lines('application').some((line) => line.includes('listens')),
      );
      await until('the failed version said why', () =>
        lines('application').includes('Error: DATABASE_URL is not set'),
      );
      await until('the proxy log is there', () =>
        lines('proxy').some((line) => line.includes('GET / HTTP/1.1')),
      );
      await until('the events are there', () => lines('events').some((line) => line.includes('v3 serves')));
      const report = await until('the health is reported', () =>
        machine.aws.objects.get(`bucket/${keys.health(environmentName, 'i-1')}`),
      );
      expect(healthReport.parse(JSON.parse(report.toString()))).to.include({
        instanceId: 'i-1',
        slot: 'blue',
      });
    });

    it('comes back after the whole instance was killed, without AWS and without a download', async () => {
      const { serving } = (await machine.status()) as {
        serving: { versionLabel: string; processes: { pid: number }[] };
      };
      const bundle = await rudeBundle(serving.versionLabel);
      machine.point({
        versionLabel: serving.versionLabel,
        bundle: { key: bundle.key, sha256: bundle.sha256, bytes: 1 },
        configuration: noConfiguration,
        deployment,
      });
      const nginx = JSON.parse(await readFile('/var/lib/beanpole/state.json', 'utf8')) as {
        nginx: { pid: number };
      };
      await machine.endAgent('SIGKILL');
      for (const pid of [nginx.nginx.pid, ...serving.processes.map((each) => each.pid)])
        process.kill(-pid, 'SIGKILL');
      machine.aws.objects.delete(`bucket/${bundle.key}`);
      machine.aws.isDown = true;
      machine.startAgent();
      await until('it serves again', async () => (await page().catch(() => '')) === serving.versionLabel);
      machine.aws.isDown = false;
      await until('it has booted', async () => (await machine.status()).isBooted === true);
      expect(await page()).to.equal(serving.versionLabel);
    });
  });

  describe('a worker instance', function () {
    this.timeout(120_000);
    let machine: Machine;

    before(async () => {
      machine = await Machine.create(workerDescriptor);
      machine.startAgent();
    });
    after(() => machine.destroy());

    it('handles every message once while versions change under it', async () => {
      const { aws } = machine;
      let sent = 0;
      const sender = setInterval(() => aws.send(`job ${++sent}`), 10);
      for (const deployment of [1, 2, 3, 4]) {
        const version = `w${deployment}`;
        const bundle = await rudeBundle(version);
        const { result } = await machine.deploy({ deployment, token: deployment, version, bundle });
        expect(result.outcome, result.reason ?? '').to.equal('Deployed');
      }
      clearInterval(sender);
      await until('all messages are handled', () => aws.messages.size === 0);
      expect(aws.handled.size).to.equal(sent);
      expect([...aws.handled].filter(([, receives]) => receives !== 1)).to.deep.equal([]);
    });

    it('finishes what it has when its agent is told to stop, and takes nothing new', async () => {
      const { aws } = machine;
      const before = aws.handled.size;
      for (let index = 0; index < 200; index++) aws.send(`last ${index}`);
      await until('messages are being handled', () => aws.handled.size > before);
      await machine.endAgent('SIGTERM');
      // What it held ready, but had not begun, it has given back.
      const kept = [...aws.messages.values()].filter(({ visibleAt }) => visibleAt > Date.now());
      expect(kept).to.deep.equal([]);
      const [stopped, left] = [aws.handled.size, aws.messages.size];
      expect(left).to.be.greaterThan(0);
      machine.startAgent();
      await until('the next agent handles the rest', () => aws.messages.size === 0);
      expect(aws.handled.size).to.equal(stopped + left);
    });
  });
}
