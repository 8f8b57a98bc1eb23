/** Writes the nginx of a release, where its bundle needs one, and has nginx check it. */
import { lstat, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Commands } from '../../model/source-bundle/procfile.ts';
import { FinalError } from '../errands/final-error.ts';
import type { Surroundings } from './hooks.ts';
import type { BundleOptions } from './option-settings.ts';
import { documentedPorts, proxyProcess } from './processes.ts';
import {
  fit,
  fitMain,
  standardConfig,
  standardFiles,
  type FittedOrProblem,
  type ReleaseProxy,
} from './proxy-config.ts';
import { runCommand } from './run-command.ts';

const bundleFolder = '.platform/nginx';
const machineFolder = '/etc/nginx';

/** Paths below `.platform/nginx`, sorted. */
export async function listProxyFiles(release: string): Promise<string[]> {
  const root = path.join(release, bundleFolder);
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.relative(root, path.join(parentPath, name)))
    .sort();
}

/** Static files as nginx serves them; a mapping to nothing is told, and left out. */
export async function findStaticFiles(
  release: string,
  { staticFiles }: BundleOptions,
  say: (line: string) => void,
): Promise<ReleaseProxy['staticFiles'][number][]> {
  const found: ReleaseProxy['staticFiles'][number][] = [];
  for (const [urlPath, target] of Object.entries(staticFiles)) {
    const plain = path.posix.normalize(`/${target}`).replaceAll(/^\/|\/$/g, '');
    const info = await stat(path.join(release, plain)).catch(() => undefined);
    if (info) found.push({ urlPath, at: path.join(release, plain), isFolder: info.isDirectory() });
    else say(`Static files of ${urlPath}: the bundle has no ${target}.`);
  }
  return found;
}

export interface ProxyToWrite {
  readonly proxy: ReleaseProxy;
  /** Folder of the release. */
  readonly release: string;
  readonly commands: Commands;
  readonly ports: Readonly<Record<string, number>>;
}

export const proxyCommand = (folder: string): string => `exec nginx -c '${path.join(folder, 'nginx.conf')}'`;

/** Throws with nginx's own words when it does not accept the configuration. */
export async function writeProxy(
  { proxy, release, commands, ports }: ProxyToWrite,
  around: Surroundings,
): Promise<void> {
  const { folder } = proxy;
  await rm(folder, { recursive: true, force: true });
  await mkdir(path.join(folder, 'conf.d/elasticbeanstalk'), { recursive: true });
  await mkdir('/var/log/nginx', { recursive: true });
  await linkMachineFiles(folder);
  await writeFile(path.join(folder, 'nginx.conf'), standardConfig(proxy));
  for (const [name, text] of Object.entries(standardFiles(proxy)))
    await writeFile(path.join(folder, name), text);
  const fitting = { folder, port: ports[proxyProcess] ?? 0, ports: documentedPorts(commands, ports) };
  for (const name of await listProxyFiles(release)) {
    const text = await readFile(path.join(release, bundleFolder, name), 'utf8');
    const fitted =
      name === 'nginx.conf' ? fitMain(text, fitting) : fit(`${bundleFolder}/${name}`, text, fitting);
    await writeOver(path.join(folder, name), textOf(fitted));
  }
  await runCommand({
    ...around,
    what: `The check of the nginx configuration in ${bundleFolder}`,
    argv: ['nginx', '-t', '-q', '-c', path.join(folder, 'nginx.conf')],
    folder,
  });
}

function textOf(fitted: FittedOrProblem): string {
  if ('problem' in fitted) throw new FinalError(fitted.problem);
  return fitted.text;
}

/** A link to a file of the machine is replaced, not written through. */
async function writeOver(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await rm(file, { force: true });
  await writeFile(file, text);
}

/** `mime.types`, `fastcgi_params` and the like, by the names by which configurations include them. */
async function linkMachineFiles(folder: string): Promise<void> {
  for (const name of await readdir(machineFolder).catch(() => [])) {
    const file = path.join(machineFolder, name);
    if (name !== 'nginx.conf' && (await lstat(file)).isFile()) await symlink(file, path.join(folder, name));
  }
}
