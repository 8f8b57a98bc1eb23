import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { anchor } from '../trust.ts';
import type { Machine } from './instances.ts';

/** The image's own files: programs that stand in for systemd, users, name service. */
export const imageFolder = join(import.meta.dirname, '..', 'image');

/** What of the machine's /etc its programs in /usr need to work inside an instance. */
const fromMachine = [
  'alternatives',
  'bash.bashrc',
  'ca-certificates',
  'ca-certificates.conf',
  'debian_version',
  'host.conf',
  'inputrc',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'login.defs',
  'mime.types',
  'nginx/fastcgi.conf',
  'nginx/fastcgi_params',
  'nginx/mime.types',
  'nginx/proxy_params',
  'nginx/scgi_params',
  'nginx/uwsgi_params',
  'os-release',
  'pam.d',
  'php',
  'profile',
  'protocols',
  'security',
  'services',
  'ssl/certs',
  'ssl/openssl.cnf',
  'timezone',
];

/** Program folders that are links into /usr where a distribution has merged them. */
export const topFolders = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

const folders = [
  'boot dev etc/nginx/conf.d etc/systemd/system/multi-user.target.wants home/ec2-user home/webapp mnt media',
  'opt/node/bin proc root run srv sys tmp usr/local/bin usr/local/sbin usr/local/lib/image usr/local/etc',
  'usr/local/share var/cache var/lib/cloud/instances var/lib/nginx var/log/nginx var/log/units var/spool var/tmp var/www',
]
  .join(' ')
  .split(' ');

/** Commands that the image puts in front of those in /usr. */
const commands: Record<string, string> = {
  systemctl: 'systemctl',
  journalctl: 'journalctl',
  shutdown: 'shutdown',
  poweroff: 'shutdown',
  halt: 'shutdown',
  su: 'single-user',
  runuser: 'single-user',
  sudo: 'single-user',
  chown: 'single-user',
  chgrp: 'single-user',
  mount: 'mount',
  'mount.efs': 'mount.efs',
};

/** Makes an instance's disk from the image; it gets its name last. */
export function makeDisk(disk: string, machine: Machine): void {
  const draft = `${disk}.new`;
  rmSync(draft, { recursive: true, force: true });
  for (const folder of folders) mkdirSync(join(draft, folder), { recursive: true });
  for (const path of topFolders.filter(isLink)) copy(path, join(draft, path));
  copyEtc(join(draft, 'etc'));
  for (const [name, program] of Object.entries(commands)) {
    symlinkSync(`../lib/image/${program}`, join(draft, 'usr/local/bin', name));
  }
  for (const name of ['node', 'node-24'])
    symlinkSync('/opt/node/bin/node', join(draft, 'usr/local/bin', name));
  closeSync(openSync(join(draft, 'opt/node/bin/node'), 'w'));
  symlinkSync('/run', join(draft, 'var/run'));
  symlinkSync('/run/lock', join(draft, 'var/lock'));
  chmodSync(join(draft, 'tmp'), 0o1777);
  writeUserData(draft, machine);
  renameSync(draft, disk);
}

function copyEtc(etc: string): void {
  for (const name of fromMachine) copy(join('/etc', name), join(etc, name));
  cpSync(join(imageFolder, 'etc'), etc, { recursive: true });
  const users = readFileSync(join(etc, 'passwd'), 'utf8').matchAll(/^[^:]+/gm);
  const entries = [...users].map(([name]) => `${name}:*:20000:0:99999:7:::\n`);
  writeFileSync(join(etc, 'shadow'), entries.join(''), { mode: 0o640 });
}

const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

/** Copies what can be read; what another distribution does not have is left out. */
function copy(from: string, to: string): void {
  const found = lstatSync(from, { throwIfNoEntry: false });
  if (!found) return;
  if (found.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
  else if (found.isDirectory()) {
    mkdirSync(to, { recursive: true });
    for (const name of readdirSync(from)) copy(join(from, name), join(to, name));
  } else copyReadable(from, to);
}

function copyReadable(from: string, to: string): void {
  try {
    cpSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
  }
}

/**
 * A folder for each instance that the disk has been in, and a link to the present one, as cloud-init has them: on a
 * disk that came from another instance user data runs again. Text without a `#!` is not a script to cloud-init either.
 */
export function writeUserData(disk: string, { instanceId, userData }: Machine): void {
  const cloud = join(disk, 'var/lib/cloud');
  const folder = join(cloud, 'instances', instanceId);
  mkdirSync(folder, { recursive: true });
  rmSync(join(cloud, 'instance'), { recursive: true, force: true });
  symlinkSync(join('instances', instanceId), join(cloud, 'instance'));
  if (userData === undefined) return;
  writeFileSync(join(folder, 'user-data.txt'), userData, { mode: 0o600 });
  if (userData.startsWith('#!')) writeFileSync(join(folder, 'user-data'), userData, { mode: 0o700 });
}

/** What a boot writes anew, since the cloud or the address may have changed since the last one. */
export function writeIdentity(disk: string, machine: Machine, region: string, origin: string): void {
  const etc = join(disk, 'etc');
  const { hostname, privateAddress } = machine;
  writeFileSync(join(etc, 'hostname'), `${hostname}\n`);
  writeMachineId(join(etc, 'machine-id'));
  writeFileSync(
    join(etc, 'hosts'),
    `127.0.0.1 localhost\n${privateAddress} ${hostname}.${region}.compute.internal ${hostname}\n`,
  );
  writeFileSync(
    join(etc, 'resolv.conf'),
    `nameserver 169.254.169.253\nsearch ${region}.compute.internal\noptions timeout:1 attempts:2\n`,
  );
  writeFileSync(join(etc, 'environment'), environmentFile(origin));
}

/** As systemd does it at the first boot: a disk that has an id keeps it. */
function writeMachineId(file: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8').trim() !== '') return;
  writeFileSync(file, `${randomBytes(16).toString('hex')}\n`, { mode: 0o444 });
}

const environmentFile = (origin: string): string =>
  `AWS_ENDPOINT_URL=${origin}\nNODE_EXTRA_CA_CERTS=/${anchor}\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nLANG=C.UTF-8\n`;

/** The pairs of an /etc/environment. */
export function parseEnvironment(text: string): Record<string, string> {
  const pairs = text.split('\n').flatMap((line) => {
    const match = /^\s*([A-Za-z_]\w*)=(.*)$/.exec(line);
    return match ? [[match[1] ?? '', (match[2] ?? '').replace(/^(["'])(.*)\1$/, '$2')]] : [];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}
