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

/** Deployments to instances that run and have had a version; each bundle is new to them. */
async function deployments({ beanpole, frontDoorPort, project }: TestCloud): Promise<void> {
  await must(beanpole('version', 'create', 'v1'));
  await must(beanpole('deploy', 'prod', '--version', 'v1'));
  await until(
    'prod answers',
    60,
    async () => (await ask(frontDoorPort, 'www.mywordpress.example')).version === 'v1',
  );
  const deployment = async (version: string, target: string) => {
    const change = `echo "// ${version}" >> app/server.js; echo "// ${version}" >> worker/server.js`;
    await must(run('sh', ['-c', change], process.env, project));
    await must(beanpole('version', 'create', version));
    return await seconds(() => must(beanpole('deploy', target, '--version', version)));
  };
  const environment = await deployment('v2', 'prod/web');
  const stack = await deployment('v3', 'prod');
  const app = join(project, 'app');
  await must(run('npm', ['ci', '--omit=dev', '--silent'], process.env, app));
  const two = await startOfApplication(app, 2);
  const three = await startOfApplication(app, 3);
  const beyond = (taken: number, start: number, instances: number) =>
    `${taken.toFixed(2)} s, ${(taken - start).toFixed(2)} s more than the application's own start, ${instances} at once (${start.toFixed(2)} s)`;
  console.log(`deployment to prod/web (two instances): ${beyond(environment, two, 2)}; at most 2 s more`);
  console.log(`deployment to prod, web and worker together (three instances): ${beyond(stack, three, 3)}`);
}

/** So many processes of the application at once, until the last one answers. */
async function startOfApplication(folder: string, count: number): Promise<number> {
  const ports = await Promise.all(Array.from({ length: count }, freePort));
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
  await must(beanpole('deploy', 'dev', '--version', 'v3'));
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
