import { execFileSync } from 'node:child_process';
import { request } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { until } from '../support/client.ts';
import { must, startCloud, type TestCloud } from '../support/cloud.ts';
import {
  nodeBundle,
  phpBundle,
  procfileBundle,
  pythonBundle,
  writeBundle,
} from '../support/documented-bundles.ts';

const stackFile = `config:
  aws:region: eu-central-1
  beanpole:application: mywordpress
  beanpole:network: { cidr: 10.10.0.0/16, availabilityZones: 2, natGateways: None }
  beanpole:domain: { name: mywordpress.example }
  beanpole:environments:
${(['nodejs', 'python', 'php', 'procfile'] as const)
  .map(
    (platform) =>
      `    ${platform}: { tier: WebServer, type: SingleInstance, platform: ${platform}, record: ${platform}, instanceTypes: [t3.micro], healthCheckPath: ${platform === 'php' ? '/index.php' : '/health'} }`,
  )
  .join('\n')}
`;

const secret = 'correct-horse-battery-staple';

/** Bundles as Elastic Beanstalk documents them, one environment for each platform, through the real commands. */
describe('source bundles of Elastic Beanstalk', function () {
  let cloud: TestCloud;
  let folder: string;

  const get = (platform: string, path = '/') =>
    new Promise<{ status: number | undefined; headers: NodeJS.Dict<string | string[]>; text: string }>(
      (resolve, reject) => {
        const host = `${platform}.mywordpress.example.localhost:${cloud.frontDoorPort}`;
        const sent = request(
          { host: '127.0.0.1', port: cloud.frontDoorPort, path, headers: { host } },
          (response) => {
            let text = '';
            response.on('data', (piece: Buffer) => (text += piece.toString()));
            response.on('end', () => {
              resolve({ status: response.statusCode, headers: response.headers, text });
            });
          },
        );
        sent.on('error', reject).end();
      },
    );
  const node = async () =>
    JSON.parse((await get('nodejs')).text) as { greeting: string; secretLength: number; steps: string[] };
  const createAndDeploy = async (platform: string, files: Readonly<Record<string, string>>) => {
    const source = writeBundle(join(folder, platform), files);
    await must(cloud.beanpole('version', 'create', platform, '--web', source));
    await must(cloud.beanpole('deploy', `dev/${platform}`, '--version', platform));
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bundles-'));
    cloud = await startCloud();
    writeFileSync(join(cloud.project, 'Pulumi.dev.yaml'), stackFile);
    await cloud.up('application');
    await cloud.up('dev');
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await cloud.remove();
  });

  it('run as they are, on every platform', async () => {
    await Promise.all([
      createAndDeploy('nodejs', nodeBundle),
      createAndDeploy('python', pythonBundle),
      createAndDeploy('php', phpBundle),
      createAndDeploy('procfile', procfileBundle),
    ]);
    expect((await get('python', '/page')).text).to.equal('python bonjour /page');
    expect((await get('python', '/static/site.css')).text).to.include('blue');
    expect((await get('php', '/?name=ada')).text).to.equal('php hola 96M ada');
    expect((await get('php', '/site.css')).text).to.include('red');
    expect((await get('php', '/.secret')).status).to.equal(403);
    expect((await get('procfile')).text).to.equal('anything\n');
  });

  it('have their hooks and commands run in order, what is for one instance once, and their nginx files taken', async () => {
    expect(await node()).to.deep.equal({
      greeting: 'hello',
      secretLength: 0,
      steps: ['prebuild', 'container_command', 'leader', 'predeploy', 'release'],
    });
    const { headers, text } = await get('nodejs', '/assets/site.css');
    expect([headers['x-served-by'], text]).to.deep.equal(['own-nginx', 'body { color: green }\n']);
    const moved = await get('nodejs', '/old');
    expect([moved.status, moved.headers.location]).to.deep.equal([
      301,
      `http://nodejs.mywordpress.example.localhost:${cloud.frontDoorPort}/new`,
    ]);
  });

  it('are told which of their options have no effect, and what decides instead', async () => {
    const note = "aws:autoscaling:asg MinSize has no effect: the environment's minSize in the stack file";
    await until('the event is there', 40, async () =>
      (await must(cloud.beanpole('events', 'dev/nodejs'))).includes(note),
    );
  });

  it('leave the old version serving when a hook fails, and name it with its last words', async () => {
    const source = writeBundle(join(folder, 'broken'), {
      ...nodeBundle,
      '.platform/hooks/predeploy/02_check.sh': '#!/bin/bash\necho "the database is too old"\nexit 3\n',
    });
    await must(cloud.beanpole('version', 'create', 'broken', '--web', source));
    const { code, stderr } = await cloud.beanpole('deploy', 'dev/nodejs', '--version', 'broken');
    expect(code).to.equal(3);
    expect(stderr)
      .to.include('The hook .platform/hooks/predeploy/02_check.sh failed with exit code 3')
      .and.include('the database is too old');
    expect((await node()).greeting).to.equal('hello');
  });

  it('get a property by a deployment of their version; a secret one is in no file, log or state', async () => {
    const file = join(folder, 'secret.env');
    writeFileSync(file, `SECRET=${secret}\n`);
    const set = await must(cloud.beanpole('config', 'set', 'dev/nodejs', '--secret', '--file', file));
    await must(cloud.beanpole('config', 'set', 'dev/nodejs', 'GREETING=bye'));
    const { greeting, secretLength, steps } = await node();
    expect([greeting, secretLength]).to.deep.equal(['bye', secret.length]);
    expect(steps.slice(5), 'only the hooks for configurations').to.deep.equal([
      'reconfigured',
      'reconfigured',
    ]);
    const listed = await must(cloud.beanpole('config', 'list', 'dev/nodejs'));
    expect(listed)
      .to.match(/SECRET +\*{8} +config set/)
      .and.to.match(/GREETING +bye +config set/);
    const logs = await must(cloud.beanpole('logs', 'dev/nodejs', '--kind', 'application,agent,proxy,events'));
    expect(set + listed + logs).not.to.include(secret);
    const found = execFileSync('sh', ['-c', 'grep -rlaF "$0" "$1" || true', secret, cloud.folder], {
      encoding: 'utf8',
    });
    expect(found, 'files that hold the secret').to.equal('');
  });
});
