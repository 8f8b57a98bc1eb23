import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Refusal } from './failure.ts';
import { unshareCommand } from './namespaces.ts';
import { wording } from './wording.ts';

/** Programs of the machine by the Debian package that brings them. */
const programs: Record<string, string> = {
  bash: 'bash',
  bwrap: 'bubblewrap',
  haproxy: 'haproxy',
  ip: 'iproute2',
  nft: 'nftables',
  nginx: 'nginx',
  nsenter: 'util-linux',
  script: 'bsdutils',
  setpriv: 'util-linux',
  unshare: 'util-linux',
};

const neededMegabytes = 500;

/** A user's PATH may lack the folders of the administrator's programs; the daemon needs them. */
export function pathWithSystem(path: string | undefined): string {
  const folders = (path ?? '').split(':').filter(Boolean);
  return [...new Set([...folders, '/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'])].join(':');
}

/** Throws a refusal when this machine cannot run a cloud in the folder. */
export function checkMachine(folder: string, path: string): void {
  if (process.platform !== 'linux') {
    throw new Refusal(
      `A local cloud needs Linux; this is ${process.platform}.`,
      'use a Linux machine or a virtual one',
    );
  }
  checkPrograms(path);
  checkFolder(folder);
  checkNamespaces(path);
}

function checkPrograms(path: string): void {
  const missing = Object.entries(programs).filter(([program]) => !isOn(path, program));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, debianPackage]) => debianPackage))].sort();
  throw new Refusal(
    `This machine lacks ${missing.map(([program]) => program).join(', ')}.`,
    `sudo apt-get install --yes ${packages.join(' ')}`,
  );
}

function isOn(path: string, program: string): boolean {
  return path.split(':').some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const nearestExisting = (folder: string): string =>
  existsSync(folder) ? folder : nearestExisting(dirname(folder));

function checkFolder(folder: string): void {
  try {
    // Where nothing can be made, making a folder with its parents does not end (/proc).
    accessSync(nearestExisting(folder), constants.W_OK);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new Refusal(
      `The state cannot be kept in ${folder}: ${(error as Error).message}.`,
      wording.elsewhere,
    );
  }
  const { bavail, bsize } = statfsSync(folder);
  const free = Math.floor((bavail * bsize) / 1e6);
  if (free < neededMegabytes) {
    throw new Refusal(
      `Only ${free} MB are free where the cloud keeps its state (${folder}); it needs ${neededMegabytes} MB.`,
      `${wording.elsewhere}   (or make room there)`,
    );
  }
}

/** Does what the daemon will do first; an allowed namespace whose owner may do nothing is no use. */
function checkNamespaces(path: string): void {
  const uid = process.getuid?.() ?? 0;
  const [program = '', ...args] = unshareCommand(['ip', 'link', 'set', 'lo', 'up'], uid);
  try {
    execFileSync(program, args, {
      env: { PATH: path },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 10_000,
    });
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? error).trim();
    throw new Refusal(
      `This machine does not let us make namespaces of our own: ${said}`,
      remedyFor(uid, readSetting),
    );
  }
}

/** Which setting of the kernel stands in the way, and the command that changes it. */
export function remedyFor(uid: number, setting: (name: string) => string | undefined): string {
  const permanently = (line: string): string =>
    `sudo sysctl -w ${line}   (to keep it: echo '${line}' | sudo tee /etc/sysctl.d/60-user-namespaces.conf)`;
  if (uid !== 0) {
    if (setting('kernel/apparmor_restrict_unprivileged_userns') === '1') {
      return permanently('kernel.apparmor_restrict_unprivileged_userns=0');
    }
    if (setting('kernel/unprivileged_userns_clone') === '0')
      return permanently('kernel.unprivileged_userns_clone=1');
    if (setting('user/max_user_namespaces') === '0') return permanently('user.max_user_namespaces=15000');
  }
  return 'if this is a container, start it with --privileged (or with --security-opt seccomp=unconfined --security-opt apparmor=unconfined --cap-add SYS_ADMIN,NET_ADMIN)';
}

function readSetting(name: string): string | undefined {
  try {
    return readFileSync(join('/proc/sys', name), 'utf8').trim();
  } catch {
    return undefined;
  }
}
