import { shownInside } from './shown-folders.ts';

/** The words that start an instance's process tree: values in, a bubblewrap command out. */

export interface SandboxFacts {
  readonly disk: string;
  readonly imageFolder: string;
  readonly node: string;
  readonly hostname: string;
  /** The machine's program folders beside /usr (`/lib`), where they are not links into it. */
  readonly topFolders: readonly string[];
  /** Programs of the machine that the image replaces even when called by their full path. */
  readonly replaced: readonly string[];
  /** The machine's folder of `ShownFolders`. */
  readonly shown: string;
}

/**
 * Capabilities that no process of an instance has, however it was started. Where the cloud is root they
 * would reach beyond the instance: the machine's clock, kernel, devices and boot.
 */
export const forbidden = [
  'sys_module',
  'sys_boot',
  'sys_rawio',
  'sys_time',
  'syslog',
  'mknod',
  'mac_admin',
  'mac_override',
  'wake_alarm',
  'audit_control',
  'sys_pacct',
];

/** The words that run a program inside the sandbox whose first process is given, no mightier than that. */
export function insideCommand(firstPid: number, command: readonly string[]): string[] {
  const drops = forbidden.map((name) => `-${name}`).join(',');
  return [
    ...['nsenter', '-t', String(firstPid), '-m', '-u', '-i', '-n', '-p', '--'],
    ...['setpriv', '--inh-caps', drops, '--bounding-set', drops, '--', ...command],
  ];
}

/** Descriptors of the sandbox's process: bubblewrap tells the process's number, init that it runs. */
export const infoDescriptor = 3;
export const readyDescriptor = 4;

export function sandboxCommand(facts: SandboxFacts): string[] {
  const { disk, imageFolder, node } = facts;
  return [
    'bwrap',
    ...['--bind', disk, '/'],
    ...['--ro-bind', '/usr', '/usr'],
    ...['--bind', `${disk}/usr/local`, '/usr/local'],
    ...facts.topFolders.flatMap((path) => ['--ro-bind', path, path]),
    ...['--ro-bind', `${imageFolder}/bin`, '/usr/local/lib/image'],
    ...['--ro-bind', node, '/opt/node/bin/node'],
    ...facts.replaced.flatMap((name) => ['--ro-bind', `${imageFolder}/bin/${name}`, `/usr/bin/${name}`]),
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/run'],
    ...['--bind', facts.shown, shownInside],
    ...['--unshare-pid', '--unshare-uts', '--unshare-ipc', '--hostname', facts.hostname],
    ...forbidden.flatMap((name) => ['--cap-drop', `CAP_${name.toUpperCase()}`]),
    ...['--info-fd', String(infoDescriptor), '--as-pid-1', '--chdir', '/'],
    ...['--', '/usr/local/lib/image/init'],
  ];
}
