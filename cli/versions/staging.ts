import { createHash } from 'node:crypto';
import { copyFile, cp, mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Platform } from '../../model/schemas.ts';
import { UserError } from '../errors.ts';
import { composerInstall, needsComposer } from './composer.ts';
import { installIntoCache, type Staging } from './module-cache.ts';
import { pythonPackages } from './python-packages.ts';
import { runTool, ToolFailedError } from './run-tool.ts';
import { byPath, listEverything, type SourceFile } from './source.ts';
import { parsePackageJson, type PackageJson } from './start-command.ts';

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
const neverUsed = /^node_modules\/(\.package-lock\.json$|.*\.d\.[cm]?ts(\.map)?$)/;

export interface Bundle {
  /** As the person calls it. */
  readonly name: string;
  readonly files: readonly SourceFile[];
  /** Of what npm installs, by path: files that the bundle does without. */
  readonly isUnused: (path: string) => boolean;
  /** Of the environments that it is for. */
  readonly platforms: readonly Platform[];
  /** May be filled. */
  readonly temporary: string;
}

/** The files of a bundle with what its platform would install on Elastic Beanstalk's instances. */
export async function stage(bundle: Bundle, staging: Staging): Promise<SourceFile[]> {
  const files = await withNodeModules(bundle, staging);
  if (bundle.platforms.includes('python') && files.some(isPython))
    return byPath([...files, ...(await pythonPackages(files, staging))]);
  if (!bundle.platforms.includes('php') || !needsComposer(files)) return files;
  const folder = `${bundle.temporary}-composer`;
  await copyInto(folder, files);
  await composerInstall(folder, staging);
  return listEverything(folder);
}

/** Environments of one tier may differ in platform; the bundle is for one of them. */
const isPython = ({ path }: SourceFile): boolean => path === 'requirements.txt' || path.endsWith('.py');

/** As `npm ci --omit=dev` installs them. */
async function withNodeModules(bundle: Bundle, staging: Staging): Promise<SourceFile[]> {
  const { name, files, temporary } = bundle;
  const manifest = files.find(({ path }) => path === 'package.json');
  const parsed = manifest && parsePackageJson(await readFile(manifest.from, 'utf8'));
  if (!parsed || !hasDependencies(parsed)) return [...files];
  const lock = files.find(({ path }) => lockFiles.includes(path));
  if (!lock) {
    if (files.some(({ path }) => path.startsWith('node_modules/'))) return [...files];
    throw withoutLock(name);
  }
  const own = files.filter(({ path }) => !path.startsWith('node_modules/'));
  const lockText = await readFile(lock.from, 'utf8');
  const installed = isSelfContained(parsed, lockText)
    ? byPath([...own, ...(await cachedModules(own, parsed, lockText, staging))])
    : await installInCopy(own, temporary, staging);
  return installed.filter(({ path }) => !neverUsed.test(path) && !bundle.isUnused(path));
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
  const folder = await installIntoCache(await digestOf(manifest, lock, npmrc), staging, async (making) => {
    for (const file of files.filter(({ path }) => ['package.json', '.npmrc', ...lockFiles].includes(path)))
      await copyFile(file.from, join(making, file.path));
    await npmCi(making, staging);
    await mkdir(join(making, 'node_modules'), { recursive: true });
  });
  return (await listEverything(folder)).filter(({ path }) => path.startsWith('node_modules/'));
}

async function installInCopy(
  files: readonly SourceFile[],
  temporary: string,
  staging: Staging,
): Promise<SourceFile[]> {
  await copyInto(temporary, files);
  await npmCi(temporary, staging);
  return listEverything(temporary);
}

async function copyInto(folder: string, files: readonly SourceFile[]): Promise<void> {
  for (const { from, path } of files) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await cp(from, join(folder, path), { verbatimSymlinks: true });
  }
}

async function digestOf(manifest: PackageJson, lock: string, npmrc: SourceFile | undefined): Promise<string> {
  const hash = createHash('sha256');
  const { dependencies, optionalDependencies, overrides } = manifest;
  hash.update(JSON.stringify([lock, dependencies, optionalDependencies, overrides]));
  hash.update(JSON.stringify([process.versions.modules, process.platform, process.arch]));
  if (npmrc) hash.update(await readFile(npmrc.from));
  return hash.digest('hex').slice(0, 32);
}

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'beanpole-version-'));

/** npm runs with the Node that runs this command, so that native packages are built for it. */
async function npmCi(folder: string, staging: Staging): Promise<void> {
  staging.say('npm ci --omit=dev');
  const elsewhere = process.platform === 'linux' ? [] : ['--os=linux', '--libc=glibc'];
  const words = ['ci', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error', ...elsewhere];
  try {
    await runTool('npm', words, folder, staging);
  } catch (error) {
    throw error instanceof ToolFailedError ? npmFailed(error) : error;
  }
}

function npmFailed(cause: ToolFailedError): UserError {
  return new UserError('npm ci failed for the bundle:', {
    now: [...cause.lines.map((line) => `  ${line}`), 'Nothing was uploaded.'],
    next: 'npm ci --omit=dev   (in the source folder, to see it alone)',
    cause,
  });
}

const withoutLock = (folder: string): UserError =>
  new UserError(`${folder} has dependencies but no package-lock.json, so that two builds could differ.`, {
    now: ['Nothing was uploaded.'],
    next: `npm install --package-lock-only --prefix ${folder}`,
  });
