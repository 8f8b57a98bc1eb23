/** A machine of its own for one agent: network, processes and disk are apart from the host's. */
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const repository = path.resolve(import.meta.dirname, '../../..');
export const isInside = process.env.AGENT_SANDBOX !== undefined;

/** Runs a command inside; resolves to its exit code. Its output goes where ours goes. */
export async function runInside(argv: readonly string[]): Promise<number> {
  const node = path.dirname(process.execPath);
  // Installed packages may be a link to another folder.
  const modules = realpathSync(path.join(repository, 'node_modules'));
  const shared = [
    ...['/usr', '/etc', '/lib', '/lib64', '/bin', '/sbin'],
    ...[repository, modules, path.dirname(node)],
  ];
  const child = spawn(
    'bwrap',
    [
      ...['--unshare-net', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--die-with-parent'],
      ...(process.getuid?.() === 0 ? [] : ['--unshare-user', '--uid', '0', '--gid', '0']),
      ...['--cap-add', 'ALL', '--proc', '/proc', '--dev', '/dev'],
      ...['/tmp', '/var', '/run', '/opt', '/root'].flatMap((folder) => ['--tmpfs', folder]),
      ...shared.flatMap((folder) => ['--ro-bind', folder, folder]),
      ...['--bind', '/sys', '/sys', '--chdir', repository],
      ...['--setenv', 'AGENT_SANDBOX', '1', '--setenv', 'PATH', `${node}:/usr/sbin:/usr/bin:/sbin:/bin`],
      ...argv,
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve(code ?? 1);
    });
  });
}
