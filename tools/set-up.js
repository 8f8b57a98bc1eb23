// Makes a fresh machine ready: npm packages, Node 24, Debian packages, the Pulumi CLI.
// Each step looks first and installs only what is missing; with nothing to do it takes well under a second.
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import {
  cacheFolder,
  cachedNode,
  findProgram,
  isAtLeast,
  nodeFolder,
  nodePackageSpec,
  nodeVersion,
  pulumiFolder,
  pulumiVersion,
} from './toolchain.js';

const project = fileURLToPath(new URL('..', import.meta.url));

/** What stops the set-up and what the user can do about it. */
export class SetUpError extends Error {}

/**
 * Installs what is missing for a task.
 * @param {{ system?: Record<string, string> }} needs system: also these programs of these Debian packages, and the Pulumi
 * CLI, which unit tests do without.
 * @returns {Promise<{ node: string, path: string }>} the Node 24 program, and the PATH that has all of it.
 */
export async function setUp({ system }) {
  if (system) installDebianPackages(system);
  const [node, , pulumi] = await Promise.all([
    provideNode(),
    installPackages(),
    system ? providePulumi() : undefined,
  ]);
  const folders = [join(node, '..'), pulumi, process.env['PATH'], '/usr/sbin', '/sbin'];
  return { node, path: folders.filter(Boolean).join(delimiter) };
}

async function provideNode() {
  if (isAtLeast(process.version, nodeVersion.replace(/\.\d+\.\d+$/, '.0.0'))) return process.execPath;
  if (!existsSync(cachedNode)) {
    say(`Installing Node ${nodeVersion} (this machine has ${process.version}) …`);
    mkdirSync(cacheFolder, { recursive: true });
    const folder = mkdtempSync(join(cacheFolder, '.node-'));
    await run(
      'npm',
      [
        'install',
        '--silent',
        '--no-fund',
        '--no-audit',
        '--ignore-scripts',
        '--prefix',
        folder,
        nodePackageSpec,
      ],
      {
        failure: `Node ${nodeVersion} could not be installed from npm. Check the network, then run the same command again.`,
      },
    );
    // As a whole: a set-up that was ended in the middle must not leave half a Node behind.
    rmSync(nodeFolder, { recursive: true, force: true });
    renameSync(folder, nodeFolder);
  }
  return cachedNode;
}

async function installPackages() {
  if (packagesAreInstalled()) return;
  say('Installing npm packages …');
  await run('npm', ['ci', '--silent', '--no-fund', '--no-audit'], {
    failure: 'npm packages could not be installed. Check the network, then run the same command again.',
  });
}

/** Compares what the lock file wants with what npm wrote down as installed. */
function packagesAreInstalled() {
  const installedFile = join(project, 'node_modules/.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
}

function installDebianPackages(packages) {
  const missing = [
    ...new Set(
      Object.entries(packages)
        .filter(([program]) => !findProgram(program))
        .map(([, name]) => name),
    ),
  ];
  if (missing.length === 0) return;
  const line = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  const hint = missing.includes('chromium')
    ? "\nUbuntu's apt has no chromium: install chromium-browser there, or Google Chrome's own package, and the others as above."
    : '';
  if (process.getuid?.() !== 0 || !findProgram('apt-get')) {
    throw new SetUpError(
      `These system packages are missing: ${missing.join(', ')}.\nInstall them, then run the same command again:\n  sudo ${line}${hint}`,
    );
  }
  say(`Installing Debian packages: ${missing.join(', ')} …`);
  withoutStartingServices(() => {
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const install = () => spawnSync(line, { shell: true, env: environment, encoding: 'utf8' });
    let done = install();
    if (done.status !== 0) {
      spawnSync('apt-get', ['update'], { env: environment });
      done = install();
    }
    if (done.status !== 0)
      throw new SetUpError(
        `apt-get could not install ${missing.join(', ')}:\n${done.stderr.trim()}\nMend it, then run: ${line}${hint}`,
      );
  });
}

/** Debian starts a server as soon as it is installed; we only want the programs. */
function withoutStartingServices(action) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return action();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return action();
  } finally {
    rmSync(policy);
  }
}

/** @returns the folder to put on the PATH, or undefined when the PATH already has a Pulumi CLI that will do. */
async function providePulumi() {
  const own = findProgram('pulumi');
  if (own) {
    const { stdout } = spawnSync(own, ['version'], {
      encoding: 'utf8',
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: 'true' },
    });
    if (isAtLeast(stdout.trim() || '0.0.0', pulumiVersion)) return undefined;
  }
  if (!existsSync(join(pulumiFolder, 'pulumi'))) await buildPulumi();
  installLanguageHost();
  return pulumiFolder;
}

async function buildPulumi() {
  const go = findProgram('go') ?? findProgram('go', ['/usr/local/go/bin', '/usr/lib/go/bin']);
  if (!go) {
    throw new SetUpError(
      `There is no Pulumi CLI of at least v${pulumiVersion} on the PATH, and no Go to build it with.\n` +
        'Install one of them, then run the same command again: https://www.pulumi.com/docs/install/ or https://go.dev/doc/install',
    );
  }
  say(
    `Building the Pulumi CLI v${pulumiVersion} from its Go module (once; five to ten minutes on two cores) …`,
  );
  mkdirSync(pulumiFolder, { recursive: true });
  const folder = mkdtempSync(join(pulumiFolder, '.build-'));
  const flags = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pulumiVersion}`;
  await run(
    go,
    [
      'build',
      '-v',
      '-trimpath',
      '-tags',
      'osusergo,grpcnotrace',
      '-ldflags',
      flags,
      '-o',
      join(folder, 'pulumi'),
      'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
    ],
    {
      cwd: join(project, 'tools/pulumi'),
      env: { CGO_ENABLED: '0' },
      progress: (lines) => `${lines} packages downloaded or compiled`,
      failure: 'The Pulumi CLI could not be built. Check the network, then run the same command again.',
    },
  );
  renameSync(join(folder, 'pulumi'), join(pulumiFolder, 'pulumi'));
  rmSync(folder, { recursive: true });
}

/** The Node language host beside the CLI that we built; an official CLI brings its own. */
function installLanguageHost() {
  const source = join(project, 'tools/pulumi/pulumi-language-nodejs');
  const target = join(pulumiFolder, 'pulumi-language-nodejs');
  if (existsSync(target) && readFileSync(target).equals(readFileSync(source))) return;
  copyFileSync(source, `${target}.new`);
  chmodSync(`${target}.new`, 0o755);
  renameSync(`${target}.new`, target);
}

/** Runs a program to its end; `progress` makes a line for the terminal of how many lines it has printed. */
function run(command, args, { cwd = project, env = {}, failure, progress }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let lines = 0;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => {
        output = (output + text).slice(-4000);
        lines += String(text).split('\n').length - 1;
      });
    const endProgress = progress ? showProgress(() => progress(lines)) : () => undefined;
    child.on('error', reject);
    child.on('close', (code) => {
      endProgress();
      if (code === 0) resolve();
      else reject(new SetUpError(`${output.trim()}\n${failure}`));
    });
  });
}

const clearLine = process.stderr.isTTY ? '\r\u001b[2K' : '';

/** A line that changes every second, on a terminal; the result ends it. */
function showProgress(text) {
  if (!process.stderr.isTTY) return () => undefined;
  const start = Date.now();
  const timer = setInterval(() => {
    process.stderr.write(`${clearLine}  ${text()}, ${Math.round((Date.now() - start) / 1000)} s`);
  }, 1000);
  return () => {
    clearInterval(timer);
    process.stderr.write(clearLine);
  };
}

function say(line) {
  process.stderr.write(`${clearLine}${line}\n`);
}
