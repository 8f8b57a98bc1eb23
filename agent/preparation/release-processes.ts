/** From a bundle's files to the processes of a release: commands, ports, its nginx, php-fpm's configuration. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Commands } from '../../model/source-bundle/procfile.ts';
import { FinalError } from '../errands/final-error.ts';
import { readCronFile } from '../cron/cron-file.ts';
import type { CronTask, Platform } from '../../model/schemas.ts';
import type { Extension } from './extension-file.ts';
import { readExtensions } from './extensions.ts';
import type { Surroundings } from './hooks.ts';
import { applyOptions, type BundleOptions } from './option-settings.ts';
import { phpFpmConfig } from './php.ts';
import {
  phpFpmCommand,
  portsOf,
  processesOf,
  proxyProcess,
  withOwnPort,
  type Processes,
} from './processes.ts';
import { findStaticFiles, listProxyFiles, proxyCommand, writeProxy } from './proxy-files.ts';
import { writeInFolder } from './prepare-release.ts';

export interface BundleFacts {
  readonly options: BundleOptions;
  readonly processes: Processes;
  readonly extensions: readonly Extension[];
  /** Periodic tasks: what `cron.yaml` says, on a worker. */
  readonly cron: readonly CronTask[];
  /** What the bundle asks for and does not get, one sentence each. */
  readonly notes: readonly string[];
}

/** Reads what a bundle says of itself; throws with what is wrong. */
export async function readBundle(folder: string, platform: Platform): Promise<BundleFacts> {
  const extensions = await readExtensions(folder);
  const given = applyOptions(extensions.flatMap(({ settings }) => settings));
  const options = await withPlatformDefaults(folder, platform, given);
  const processes = processesOf({
    platform,
    options,
    procfile: await readText(path.join(folder, 'Procfile')),
    packageJson: await readText(path.join(folder, 'package.json')),
  });
  if ('problem' in processes) throw new FinalError(processes.problem);
  const notes = [...extensions.flatMap((each) => each.notes), ...options.notes];
  const cron = readCronFile(await readText(path.join(folder, 'cron.yaml')));
  return { options, processes, extensions, cron, notes };
}

/** Elastic Beanstalk's Python platform serves a folder `static` without being told. */
async function withPlatformDefaults(
  folder: string,
  platform: Platform,
  options: BundleOptions,
): Promise<BundleOptions> {
  const hasStatic = platform === 'python' && (await isFolder(path.join(folder, 'static')));
  return hasStatic ? { ...options, staticFiles: { '/static': 'static', ...options.staticFiles } } : options;
}

export interface ReleaseToDescribe {
  readonly folder: string;
  readonly facts: BundleFacts;
  /** First of the release's block of ports. */
  readonly firstPort: number;
  /** Where its nginx and php-fpm have their files. */
  readonly ownFolder: string;
}

export interface DescribedProcesses {
  readonly commands: Commands;
  readonly ports: Record<string, number>;
  /** Where requests go in. */
  readonly port: number;
}

/** Commands and ports of a release; its nginx is written, and checked, where it has one. */
export async function describeProcesses(
  { folder, facts: { options, processes }, firstPort, ownFolder }: ReleaseToDescribe,
  around: Surroundings,
  say: (line: string) => void,
): Promise<DescribedProcesses> {
  const staticFiles = await findStaticFiles(folder, options, say);
  const hasProxy = processes.isFastCgi || staticFiles.length > 0 || (await listProxyFiles(folder)).length > 0;
  const ports = portsOf(processes.commands, firstPort, hasProxy);
  const commands = Object.fromEntries(
    Object.entries(processes.commands).map(([name, command], index) => [
      name,
      withOwnPort(command, name, index),
    ]),
  );
  const webPort = ports.web ?? firstPort;
  if (processes.isFastCgi)
    commands.web = phpFpmCommand(
      await writeInFolder(ownFolder, 'php-fpm.conf', phpFpmConfig(webPort, options)),
    );
  if (!hasProxy) return { commands, ports, port: webPort };
  const { isFastCgi } = processes;
  const documentRoot = options.php.document_root ?? '/';
  const proxy = {
    folder: path.join(ownFolder, 'nginx'),
    port: firstPort,
    webPort,
    isFastCgi,
    release: folder,
    documentRoot,
    staticFiles,
  };
  await writeProxy({ proxy, release: folder, commands, ports }, around);
  return { commands: { ...commands, [proxyProcess]: proxyCommand(proxy.folder) }, ports, port: firstPort };
}

const isFolder = (file: string): Promise<boolean> =>
  stat(file).then(
    (info) => info.isDirectory(),
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
