// Where the set-up puts what a machine lacks, and which versions the project is built on.
// Plain JavaScript: it runs on the Node that a fresh machine has (18 or newer).
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

export const nodeVersion = '24.21.0';
export const pulumiVersion = '3.259.0';

/** Debian packages by a program that shows that they are there. */
export const debianPackages = {
  haproxy: 'haproxy',
  nginx: 'nginx',
  ip: 'iproute2',
  nft: 'nftables',
  bwrap: 'bubblewrap',
  unshare: 'util-linux',
  curl: 'curl',
  mariadbd: 'mariadb-server',
  mariabackup: 'mariadb-backup',
  'redis-server': 'redis-server',
  phpquery: 'php-fpm',
  python3: 'python3',
};

/** @returns the program's file on the PATH, or in the other folders given. */
export function findProgram(
  name,
  folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'],
) {
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @returns the file of a browser that tests can drive: Debian's name for it, Ubuntu's, or Google's. */
export const findBrowser = () =>
  ['chromium', 'chromium-browser', 'google-chrome'].map((name) => findProgram(name)).find(Boolean);

/** Also a browser, whatever it is called. */
export const debianPackagesForTests = {
  ...debianPackages,
  ...(findBrowser() ? {} : { chromium: 'chromium' }),
};

/** Also what is measured against. */
export const debianPackagesForBenchmarks = { ...debianPackages, zip: 'zip' };

/** Shared by all clones of one user. */
export const cacheFolder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'beanpole');

export const nodeFolder = join(cacheFolder, `node-${nodeVersion}`);
const nodePackage = `node-linux-${process.arch}`;
export const nodePackageSpec = `${nodePackage}@${nodeVersion}`;
export const cachedNode = join(nodeFolder, 'node_modules', nodePackage, 'bin', 'node');

export const pulumiFolder = join(cacheFolder, `pulumi-${pulumiVersion}`, 'bin');

/** True when version a (`24.1.0`, `v3.260.0-dev`) is at least b. */
export function isAtLeast(a, b) {
  const [left, right] = [a, b].map((version) => version.replace(/^v/, '').split(/[.-]/).map(Number));
  for (const index of [0, 1, 2]) {
    if (left[index] !== right[index]) return left[index] > right[index];
  }
  return true;
}
