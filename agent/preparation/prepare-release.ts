/** What a bundle has done on the instance before its processes start, in Elastic Beanstalk's order. */
import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseProcfile } from '../../model/source-bundle/procfile.ts';
import { FinalError } from '../errands/final-error.ts';
import { runExtensionCommands } from './extension-commands.ts';
import type { Extension } from './extension-file.ts';
import { runHooks, type HookKind, type Surroundings } from './hooks.ts';
import { applyMachineSections, applyServices } from './machine-sections.ts';
import { runCommand, shellLine } from './run-command.ts';

export interface Preparation {
  /** The unpacked bundle; commands run there. */
  readonly staging: string;
  readonly kind: HookKind;
  readonly extensions: readonly Extension[];
  readonly isLeader: boolean;
  /** Of the Procfile: once per deployment, before anything switches. */
  readonly release: string | undefined;
  readonly around: Surroundings;
  readonly say: (line: string) => void;
}

/** Whether a bundle changes its folder, or the machine, before it starts; if not, its folder serves any deployment. */
export async function hasSteps(release: string, releaseStep: string | undefined): Promise<boolean> {
  if (releaseStep !== undefined) return true;
  const found = await Promise.all(
    ['Buildfile', '.platform/hooks', '.platform/confighooks'].map((name) => exists(path.join(release, name))),
  );
  const extensions = await readdir(path.join(release, '.ebextensions')).catch(() => []);
  return found.includes(true) || extensions.some((name) => name.endsWith('.config'));
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** The first thing that fails ends it, by its name. */
export async function runPreparation(preparation: Preparation): Promise<void> {
  const { kind, extensions, staging, around, say } = preparation;
  const isNewVersion = kind === 'hooks';
  if (isNewVersion)
    for (const extension of extensions) {
      await applyMachineSections(extension, around);
      await runCommands(preparation, extension, 'commands', { ...around, folder: '/' });
      await applyServices(extension, around);
    }
  await hooks('prebuild');
  if (isNewVersion) await runBuildfile(staging, around);
  if (isNewVersion)
    for (const extension of extensions)
      await runCommands(preparation, extension, 'container_commands', around);
  await hooks('predeploy');
  if (isNewVersion && preparation.isLeader) await runRelease(preparation);

  async function hooks(phase: 'prebuild' | 'predeploy') {
    const count = await runHooks(staging, kind, phase, around);
    if (count > 0) say(`${count} ${phase} hook${count === 1 ? '' : 's'} ran.`);
  }
}

function runCommands(
  { isLeader, say }: Preparation,
  { name, sections }: Extension,
  section: 'commands' | 'container_commands',
  around: Surroundings,
): Promise<void> {
  const what = `${name}: the ${section === 'commands' ? 'command' : 'container command'}`;
  return runExtensionCommands({ what, commands: sections[section] ?? {}, isLeader }, around, say);
}

/** Each line of a Buildfile is a short command; they run one after the other. */
async function runBuildfile(staging: string, around: Surroundings): Promise<void> {
  const text = await readFile(path.join(staging, 'Buildfile'), 'utf8').catch(() => '');
  const parsed = parseProcfile(text);
  if ('problem' in parsed) throw new FinalError(parsed.problem.replaceAll('Procfile', 'Buildfile'));
  for (const [name, line] of Object.entries(parsed.commands))
    await runCommand({ ...around, what: `The Buildfile's ${name}`, argv: shellLine(line) });
}

async function runRelease({ release, around, say }: Preparation): Promise<void> {
  if (release === undefined) return;
  say('The release step runs.');
  await runCommand({ ...around, what: "The Procfile's release", argv: shellLine(release) });
}

/** Makes `text` the content of a file in a folder that may not be there yet. */
export async function writeInFolder(folder: string, name: string, text: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, name);
  await writeFile(file, text);
  return file;
}
