import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fetchBundle } from '../deploy/fetch.ts';
import { processCommands } from '../deploy/procfile.ts';
import { unpack } from '../deploy/unpack.ts';
import type { ErrandInput, Phase, Prepared } from './contract.ts';
import { FinalError } from './final-error.ts';
import { resolveProperties } from './properties.ts';

/** Everything of a deployment that does not touch what serves. */
export async function prepareRelease(
  input: ErrandInput<'prepare'>,
  progress: (line: string) => void,
): Promise<Prepared> {
  const phases: Phase[] = [];
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    phases.push({ name, milliseconds: Math.round(performance.now() - start) });
    return result;
  };
  const properties = timed('Configuration', () => resolveProperties(input.configuration));
  properties.catch(() => undefined);
  if (await exists(input.folder)) progress('The release folder is there already.');
  else await makeRelease(input, timed, progress);
  const commands = processCommands({
    platform: input.platform,
    procfile: await readText(path.join(input.folder, 'Procfile')),
    packageJson: await readText(path.join(input.folder, 'package.json')),
  });
  if ('problem' in commands) throw new FinalError(commands.problem);
  return { commands: commands.commands, properties: await properties, phases };
}

type Timed = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** A release folder appears under its name only when it is whole. */
async function makeRelease(
  { bucket, bundle, folder }: ErrandInput<'prepare'>,
  timed: Timed,
  progress: (line: string) => void,
): Promise<void> {
  const staging = `${folder}.unpacking`;
  const archive = `${folder}.zip`;
  await mkdir(path.dirname(folder), { recursive: true });
  await rm(staging, { recursive: true, force: true });
  try {
    await timed('Download', () => fetchBundle({ bucket, bundle, file: archive, progress }));
    await timed('Unpack', () => unpack(archive, staging, progress));
    await rename(staging, folder);
  } finally {
    await rm(archive, { force: true });
    await rm(staging, { recursive: true, force: true });
  }
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
