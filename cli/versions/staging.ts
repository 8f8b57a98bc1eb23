import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { UserError } from '../errors.ts';
import { byPath, listEverything, listSource, type SourceFile } from './source.ts';
import { parsePackageJson, type PackageJson } from './start-command.ts';

export interface Staging {
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Told what takes time. */
  readonly say: (text: string) => void;
}

const lockFiles = ['package-lock.json', 'npm-shrinkwrap.json'];
/** Scripts of the bundle's own that npm runs while it installs: they may need, and make, any file. */
const installScripts = [
  'preinstall',
  'install',
  'postinstall',
  'prepublish',
  'preprepare',
  'prepare',
  'postprepare',
];
/**
 * What npm installs and no instance reads: npm's own note of where packages came from, and type declarations.
 * The latter are two files in five of a bundle that uses the AWS SDK, and each file costs time on every instance.
 */
const unused = /^node_modules\/(\.package-lock\.json$|.*\.d\.[cm]?ts(\.map)?$)/;

/** The files of a bundle with its dependencies installed as `npm ci --omit=dev` does. */
export async function stage(folder: string, temporary: string, staging: Staging): Promise<SourceFile[]> {
  const files = await listSource(folder);
  const manifest = files.find(({ path }) => path === 'package.json');
  const parsed = manifest && parsePackageJson(await readFile(manifest.from, 'utf8'));
  if (!parsed || !hasDependencies(parsed)) return files;
  const lock = files.find(({ path }) => lockFiles.includes(path));
  if (!lock) {
    if (files.some(({ path }) => path.startsWith('node_modules/'))) return files;
    throw withoutLock(folder);
  }
  const own = files.filter(({ path }) => !path.startsWith('node_modules/'));
  const lockText = await readFile(lock.from, 'utf8');
  if (isSelfContained(parsed, lockText))
    return byPath([...own, ...(await cachedModules(own, parsed, lockText, staging))]);
  return installInCopy(own, temporary, staging);
}

const hasDependencies = ({ dependencies, optionalDependencies }: PackageJson): boolean =>
  Object.keys({ ...dependencies, ...optionalDependencies }).length > 0;

/** Whether package.json and its lock alone decide what is installed. */
const isSelfContained = ({ scripts = {} }: PackageJson, lock: string): boolean =>
  !installScripts.some((name) => name in scripts) && !/"link":\s*true|"resolved":\s*"file:/.test(lock);

/** node_modules for this lock file, from the cache when it has been installed before. */
async function cachedModules(
  files: readonly SourceFile[],
  manifest: PackageJson,
  lock: string,
  staging: Staging,
): Promise<SourceFile[]> {
  const npmrc = files.find(({ path }) => path === '.npmrc');
  const folder = join(cacheFolder(staging.environment), await digestOf(manifest, lock, npmrc));
  if (!existsSync(folder)) {
    const making = await mkdtempIn(dirname(folder));
    try {
      for (const file of files.filter(({ path }) => ['package.json', '.npmrc', ...lockFiles].includes(path)))
        await copyFile(file.from, join(making, file.path));
      await npmCi(making, staging);
      await mkdir(join(making, 'node_modules'), { recursive: true });
      // Another command may have been faster with the same lock file: then its folder serves.
      await rename(making, folder).catch((error: unknown) => {
        if (!existsSync(folder)) throw error;
      });
    } finally {
      await rm(making, { recursive: true, force: true });
    }
  }
  return modulesIn(folder);
}

async function installInCopy(
  files: readonly SourceFile[],
  temporary: string,
  staging: Staging,
): Promise<SourceFile[]> {
  for (const { from, path } of files) {
    await mkdir(join(temporary, dirname(path)), { recursive: true });
    await cp(from, join(temporary, path), { verbatimSymlinks: true });
  }
  await npmCi(temporary, staging);
  return (await listEverything(temporary)).filter(({ path }) => !unused.test(path));
}

async function modulesIn(folder: string): Promise<SourceFile[]> {
  return (await listEverything(folder)).filter(
    ({ path }) => path.startsWith('node_modules/') && !unused.test(path),
  );
}

function cacheFolder(environment: NodeJS.ProcessEnv): string {
  const cache = environment.XDG_CACHE_HOME ?? join(environment.HOME ?? homedir(), '.cache');
  return join(cache, 'beanpole', 'modules');
}

async function digestOf(manifest: PackageJson, lock: string, npmrc: SourceFile | undefined): Promise<string> {
  const hash = createHash('sha256');
  const { dependencies, optionalDependencies, overrides } = manifest;
  hash.update(JSON.stringify([lock, dependencies, optionalDependencies, overrides]));
  hash.update(JSON.stringify([process.versions.modules, process.platform, process.arch]));
  if (npmrc) hash.update(await readFile(npmrc.from));
  return hash.digest('hex').slice(0, 32);
}

async function mkdtempIn(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  return mkdtemp(join(folder, 'installing-'));
}

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'beanpole-version-'));

/** npm runs with the Node that runs this command, so that native packages are built for it. */
function npmCi(folder: string, { environment, signal, say }: Staging): Promise<void> {
  say('npm ci --omit=dev');
  const PATH = [dirname(process.execPath), environment.PATH ?? ''].join(delimiter);
  const elsewhere = process.platform === 'linux' ? [] : ['--os=linux', '--libc=glibc'];
  const options = ['ci', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error', ...elsewhere];
  return new Promise((resolve, reject) => {
    execFile(
      'npm',
      options,
      { cwd: folder, env: { ...environment, PATH }, signal, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        if (!error) resolve();
        else
          reject(
            signal.aborted ? (signal.reason as Error) : npmFailed(stderr || stdout || error.message, error),
          );
      },
    );
  });
}

function npmFailed(output: string, cause: unknown): UserError {
  const lines = output.trimEnd().split('\n').slice(-15);
  return new UserError('npm ci failed for the bundle:', {
    now: [...lines.map((line) => `  ${line}`), 'Nothing was uploaded.'],
    next: 'npm ci --omit=dev   (in the source folder, to see it alone)',
    cause,
  });
}

const withoutLock = (folder: string): UserError =>
  new UserError(`${folder} has dependencies but no package-lock.json, so that two builds could differ.`, {
    now: ['Nothing was uploaded.'],
    next: `npm install --package-lock-only --prefix ${folder}`,
  });
