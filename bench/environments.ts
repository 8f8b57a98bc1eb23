/**
 * How fast environments come up and versions go live, on a local cloud of its own, against what the engine and the
 * program cost by themselves (a provider that does nothing) and what the application needs to start.
 * `node bench/environments.ts`; prints one table.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, until } from '../test/support/client.ts';
import { must, run, startCloud, type TestCloud } from '../test/support/cloud.ts';
import { seconds } from './measure.ts';

const cloud = await startCloud();
const idleFolder = mkdtempSync(join(tmpdir(), 'bench-idle-'));
try {
  await cloud.up('application');
  const ours = await upTwice(cloud.env);
  const idle = await upTwice(await idleEnvironment());
  row('pulumi up of prod from nothing', ours.first, idle.first, 'a provider that does nothing', 3, 90);
  row('pulumi up of prod without changes', ours.second, idle.second, 'the same', 1.5, 8);
  await deployments(cloud);
  await memory(cloud);
} finally {
  await cloud.remove();
  rmSync(idleFolder, { recursive: true, force: true });
}

async function upTwice(env: NodeJS.ProcessEnv): Promise<{ first: number; second: number }> {
  const pulumi = (...args: string[]) =>
    must(run('pulumi', ['--non-interactive', ...args], env, cloud.project));
  await pulumi('stack', 'select', '--create', 'prod');
  const up = () => seconds(() => pulumi('up', '--yes', '--skip-preview', '--stack', 'prod'));
  return { first: await up(), second: await up() };
}

/** The same program and account, but the aws provider answers inputs as outputs. */
async function idleEnvironment(): Promise<NodeJS.ProcessEnv> {
  const home = join(idleFolder, 'home');
  const backend = join(idleFolder, 'backend');
  await must(run('mkdir', ['-p', home, backend], process.env, idleFolder));
  await must(
    run(
      process.execPath,
      [join(import.meta.dirname, 'provider.ts'), 'install', home],
      process.env,
      idleFolder,
    ),
  );
  return { ...cloud.env, PULUMI_HOME: home, PULUMI_BACKEND_URL: `file://${backend}` };
}

/** The second deployment of prod: instances run and have had a version; the bundle is new to them. */
async function deployments({ beanpole, frontDoorPort, project }: TestCloud): Promise<void> {
  await must(beanpole('version', 'create', 'v1'));
  await must(beanpole('deploy', 'prod', '--version', 'v1'));
  await until(
    'prod answers',
    60,
    async () => (await ask(frontDoorPort, 'www.mywordpress.example')).version === 'v1',
  );
  await must(
    run(
      'sh',
      ['-c', 'echo "// v2" >> app/server.js; echo "// v2" >> worker/server.js'],
      process.env,
      project,
    ),
  );
  await must(beanpole('version', 'create', 'v2'));
  const deployment = await seconds(() => must(beanpole('deploy', 'prod', '--version', 'v2')));
  const bare = await startOfApplication(join(project, 'app'));
  console.log(
    `deployment to prod (three instances): ${deployment.toFixed(2)} s; the application's own start, three at once: ${bare.toFixed(2)} s; ` +
      `difference ${(deployment - bare).toFixed(2)} s (at most 2 s)`,
  );
}

/** Three processes of the application at once, until the last one answers. */
async function startOfApplication(folder: string): Promise<number> {
  await must(run('npm', ['ci', '--omit=dev', '--silent'], process.env, folder));
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const children = ports.map((port) =>
    spawn(process.execPath, ['server.js'], {
      cwd: folder,
      stdio: 'ignore',
      env: { ...process.env, PORT: String(port) },
    }),
  );
  try {
    return await seconds(() =>
      Promise.all(
        ports.map((port) =>
          until('it answers', 30, async () => (await fetch(`http://127.0.0.1:${port}/health`)).ok),
        ),
      ),
    );
  } finally {
    for (const child of children) child.kill();
  }
}

async function memory({ beanpole, up }: TestCloud): Promise<void> {
  await up('dev');
  await must(beanpole('deploy', 'dev', '--version', 'v2'));
  const status = JSON.parse(await must(beanpole('local', 'status', '--json'))) as { memoryBytes: number };
  console.log(`whole cloud with dev and prod: ${(status.memoryBytes / 1e6).toFixed(0)} MB (at most 1500 MB)`);
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        done(port);
      });
    });
  });
}

/** At most so many times the other, and at most so many seconds on two cores. */
function row(
  what: string,
  ours: number,
  other: number,
  name: string,
  most: number,
  mostSeconds: number,
): void {
  console.log(
    `${what}: ${ours.toFixed(2)} s (at most ${mostSeconds} s) = ${(ours / other).toFixed(2)} × ${name} (${other.toFixed(2)} s; at most ${most})`,
  );
}
