import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, connect, type AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';

const version = '1.5.33';

/** MiniStack in an environment of its own under the cache folder; undefined: it cannot be had here. */
export function installMiniStack(): string | undefined {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(cache, 'beanpole', `ministack-${version}`);
  const command = join(folder, 'bin', 'ministack');
  if (existsSync(command)) return command;
  console.error(`Installing MiniStack ${version} into ${folder} …`);
  const isMade =
    run('python3', ['-m', 'venv', folder]) &&
    run(join(folder, 'bin', 'pip'), ['install', '--quiet', `ministack==${version}`]);
  return isMade && existsSync(command) ? command : undefined;
}

function run(command: string, args: string[]): boolean {
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}

/** Starts it on a free port; resolves when it listens. */
export async function startMiniStack(
  command: string,
  folder: string,
): Promise<{ readonly process: ChildProcess; readonly port: number }> {
  const port = await freePort();
  const environment = {
    ...process.env,
    GATEWAY_PORT: String(port),
    EDGE_PORT: String(port),
    LOG_LEVEL: 'ERROR',
  };
  const child = spawn(command, [], { cwd: folder, env: environment, stdio: 'ignore' });
  for (const deadline = performance.now() + 30_000; performance.now() < deadline;) {
    if (child.exitCode !== null) throw new Error(`MiniStack ended with exit code ${child.exitCode}`);
    if (await answers(port)) return { process: child, port };
  }
  child.kill();
  throw new Error('MiniStack did not listen within 30 s');
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => {
      setTimeout(() => {
        resolve(false);
      }, 100);
    });
  });
}
