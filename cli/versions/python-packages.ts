/** What requirements.txt names, installed once where the version is made, as instances build nothing. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { installIntoCache, type Staging } from './module-cache.ts';
import { runTool, ToolFailedError } from './run-tool.ts';
import { listEverything, type SourceFile } from './source.ts';

/** Where the agent's PATH and PYTHONPATH lead. */
const folderName = '.python_packages';
/** Of Elastic Beanstalk's current Python branch that this platform follows. */
const pythonVersion = '3.11';
/** The platform brings it, like Elastic Beanstalk's, unless the bundle asks for one itself. */
const gunicorn = 'gunicorn==23.0.0';

/** The packages' files; none when the bundle has brought them. */
export async function pythonPackages(files: readonly SourceFile[], staging: Staging): Promise<SourceFile[]> {
  if (files.some(({ path }) => path.startsWith(`${folderName}/`))) return [];
  const requirements = files.find(({ path }) => path === 'requirements.txt');
  const text = requirements ? await readFile(requirements.from, 'utf8') : '';
  const wanted = withGunicorn(text);
  const digest = createHash('sha256').update(JSON.stringify(['python', pythonVersion, process.arch, wanted]));
  const folder = await installIntoCache(digest.digest('hex').slice(0, 32), staging, (making) =>
    install(making, wanted, staging),
  );
  return (await listEverything(folder)).filter(({ path }) => path.startsWith(`${folderName}/`));
}

export const withGunicorn = (requirements: string): string =>
  /^\s*gunicorn\b/im.test(requirements) ? requirements : `${requirements.trimEnd()}\n${gunicorn}\n`;

async function install(making: string, requirements: string, staging: Staging): Promise<void> {
  const target = join(making, folderName);
  const file = join(making, 'requirements.txt');
  await mkdir(target, { recursive: true });
  await writeFile(file, requirements);
  const python = await findPython(staging);
  staging.say('pip install -r requirements.txt');
  const options = [
    '--no-compile',
    '--disable-pip-version-check',
    '--no-input',
    '--quiet',
    '--target',
    target,
  ];
  try {
    await runTool(
      python.program,
      ['-m', 'pip', 'install', ...options, ...python.options, '-r', file],
      making,
      staging,
    );
  } catch (error) {
    throw error instanceof ToolFailedError ? pipFailed(error) : error;
  }
  await rm(file);
  await fitPrograms(join(target, 'bin'));
}

interface Python {
  readonly program: string;
  /** For another version of Python than the one that runs pip: packages in binary form only. */
  readonly options: readonly string[];
}

async function findPython(staging: Staging): Promise<Python> {
  const versionOf = (program: string) =>
    runTool(program, ['-c', 'import sys, pip; print("%d.%d" % sys.version_info[:2])'], '/', staging).then(
      (output) => output.trim(),
      () => undefined,
    );
  let any: string | undefined;
  for (const program of [`python${pythonVersion}`, 'python3', '/usr/bin/python3']) {
    const version = await versionOf(program);
    if (version === pythonVersion && process.platform === 'linux') return { program, options: [] };
    if (version !== undefined) any ??= program;
  }
  if (any === undefined)
    throw new UserError(
      'A Python bundle is built with pip, and there is no python3 with pip on this machine.',
      {
        now: ['Nothing was uploaded.'],
        next: 'apt-get install python3-pip   (or bring the packages in .python_packages)',
      },
    );
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  return {
    program: any,
    options: [
      '--python-version',
      pythonVersion,
      '--implementation',
      'cp',
      '--platform',
      `manylinux2014_${machine}`,
      '--only-binary=:all:',
    ],
  };
}

/** Programs name the Python that installed them by its path here; on an instance it is found by its name. */
async function fitPrograms(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const text = await readFile(file, 'latin1');
    if (/^#!.*python/.test(text))
      await writeFile(file, text.replace(/^#!.*/, '#!/usr/bin/env python3'), 'latin1');
    await chmod(file, 0o755);
  }
  for (const name of ['python', 'python3']) {
    if (existsSync(join(folder, name))) continue;
    await writeFile(join(folder, name), pythonProgram, { mode: 0o755 });
  }
}

/** `python` and `python3` are the platform's version where the machine has it. */
const pythonProgram = `#!/bin/sh
exec "$(PATH=/usr/local/bin:/usr/bin:/bin; command -v python${pythonVersion} || command -v python3)" "$@"
`;

const pipFailed = ({ lines }: ToolFailedError): UserError =>
  new UserError('pip install failed for the bundle:', {
    now: [...lines.map((line) => `  ${line}`), 'Nothing was uploaded.'],
    next: `python3 -m pip install -r requirements.txt   (in the source folder, to see it alone)`,
  });
