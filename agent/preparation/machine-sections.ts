/** The sections of a configuration file that change the machine: packages, groups, users, sources, files, services. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FinalError } from '../errands/final-error.ts';
import type { Extension, ExtensionSections } from './extension-file.ts';
import type { Surroundings } from './hooks.ts';
import { runCommand, shellLine, statusOf } from './run-command.ts';

type Section<Name extends keyof ExtensionSections> = NonNullable<ExtensionSections[Name]>;

/** Sections by which a machine is prepared, in the order in which Elastic Beanstalk applies them. */
export async function applyMachineSections(
  { name, sections }: Extension,
  around: Surroundings,
): Promise<void> {
  if (sections.packages) await installPackages(name, sections.packages, around);
  for (const [group, options] of Object.entries(sections.groups ?? {}))
    await runCommand({ ...around, what: `${name}: the group ${group}`, argv: groupCommand(group, options) });
  for (const [user, options] of Object.entries(sections.users ?? {}))
    await runCommand({ ...around, what: `${name}: the user ${user}`, argv: userCommand(user, options) });
  for (const [folder, url] of Object.entries(sections.sources ?? {}))
    await runCommand({ ...around, what: `${name}: the source ${url}`, argv: sourceCommand(folder, url) });
  for (const [file, options] of Object.entries(sections.files ?? {}))
    await writeExtensionFile(name, file, options, around);
}

export async function applyServices({ name, sections }: Extension, around: Surroundings): Promise<void> {
  for (const [kind, services] of Object.entries(sections.services ?? {})) {
    if (kind !== 'systemd' && kind !== 'sysvinit')
      throw new FinalError(`${name}: services.${kind} is unknown: systemd or sysvinit.`);
    for (const [service, options] of Object.entries(services))
      for (const verb of serviceVerbs(options))
        await runCommand({
          ...around,
          what: `${name}: the service ${service}`,
          argv: ['systemctl', verb, service],
        });
  }
}

/** What systemctl is told, for what a service is to be. */
export function serviceVerbs({ enabled, ensureRunning }: Section<'services'>[string][string]): string[] {
  return [
    ...(enabled === undefined ? [] : [enabled ? 'enable' : 'disable']),
    ...(ensureRunning === undefined ? [] : [ensureRunning ? 'restart' : 'stop']),
  ];
}

const packageManagers = new Set(['yum', 'dnf', 'rpm', 'apt']);

/** By dnf where there is one; elsewhere the image must have them. */
async function installPackages(
  name: string,
  packages: Section<'packages'>,
  around: Surroundings,
): Promise<void> {
  for (const [manager, wanted] of Object.entries(packages)) {
    if (!packageManagers.has(manager))
      throw new FinalError(
        `${name}: packages.${manager} cannot be installed on instances: bring them in the source bundle.`,
      );
    const what = (each: string) => `${name}: the package ${each}`;
    for (const [each, versions] of Object.entries(wanted)) {
      const version = Array.isArray(versions) ? versions[0] : undefined;
      const argv = installCommand(each, manager === 'rpm' ? (versions ?? '').toString() : version);
      if ((await statusOf({ ...around, what: what(each), argv })) !== 0)
        throw new FinalError(`${what(each)} is not on this instance and could not be installed`);
    }
  }
}

/** Nothing is fetched for what is there already, as a package or as a program. */
export const installCommand = (name: string, version: string | undefined): [string, ...string[]] => [
  '/bin/sh',
  '-c',
  'command -v "$0" || rpm -q "$0" || dpkg -s "$0" || { command -v dnf && dnf install -y "$1"; }',
  name,
  version === undefined || version === '' ? name : /^[a-z]+:/.test(version) ? version : `${name}-${version}`,
];

const groupCommand = (group: string, options: Section<'groups'>[string]): [string, ...string[]] => [
  '/bin/sh',
  '-c',
  'getent group "$0" || groupadd "$@" "$0"',
  group,
  ...(options?.gid === undefined ? [] : ['-g', options.gid]),
];

const userCommand = (user: string, options: Section<'users'>[string]): [string, ...string[]] => [
  '/bin/sh',
  '-c',
  'getent passwd "$0" || useradd --system --shell /sbin/nologin "$@" "$0"',
  user,
  ...(options?.uid === undefined ? [] : ['-u', options.uid]),
  ...(options?.groups === undefined ? [] : ['-G', options.groups.join(',')]),
  ...(options?.homeDir === undefined ? [] : ['-d', options.homeDir]),
];

/** tar finds out by itself how it was packed; zip archives need unzip. */
const sourceCommand = (folder: string, url: string): [string, ...string[]] => [
  '/bin/sh',
  '-c',
  'set -e; archive=$(mktemp); trap \'rm -f "$archive"\' EXIT; mkdir -p "$0"; curl -fsSL -o "$archive" "$1"; case "$1" in *.zip) unzip -oq "$archive" -d "$0" ;; *) tar -xf "$archive" -C "$0" ;; esac',
  folder,
  url,
];

async function writeExtensionFile(
  name: string,
  file: string,
  { content, source, mode = '644', owner, group, encoding }: Section<'files'>[string],
  around: Surroundings,
): Promise<void> {
  const what = `${name}: the file ${file}`;
  if ((content === undefined) === (source === undefined))
    throw new FinalError(`${what} needs either content or source`);
  await mkdir(path.dirname(file), { recursive: true });
  if (source === undefined)
    await writeFile(file, Buffer.from(content ?? '', encoding === 'base64' ? 'base64' : 'utf8'));
  else await runCommand({ ...around, what, argv: ['curl', '-fsSL', '-o', file, source] });
  await chmod(file, Number.parseInt(mode, 8) & 0o7777);
  if (owner !== undefined || group !== undefined)
    await runCommand({ ...around, what, argv: shellLine(`chown '${owner ?? ''}:${group ?? ''}' '${file}'`) });
}
