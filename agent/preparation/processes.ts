/** Which processes a bundle is made of, on which ports, and what runs once. Pure. */
import { parseProcfile, startScript, type Commands } from '../../model/source-bundle/procfile.ts';
import type { Platform } from '../../model/schemas.ts';
import type { BundleOptions } from './option-settings.ts';

export interface ProcessFiles {
  readonly platform: Platform;
  readonly procfile: string | undefined;
  readonly packageJson: string | undefined;
  readonly options: BundleOptions;
}

export interface Processes {
  /** Process type → command; `web` is there. */
  readonly commands: Commands;
  /** Runs once per deployment, on one instance, before anything switches. */
  readonly release: string | undefined;
  /** `web` is php-fpm, which speaks FastCGI to nginx and needs a configuration of its own. */
  readonly isFastCgi: boolean;
}

/** The bundle's nginx, where it has one. */
export const proxyProcess = 'proxy';
/** Room for a bundle's processes and its nginx. */
export const portsPerRelease = 16;

/** php-fpm as Debian and Amazon Linux call it. */
export const phpFpmCommand = (configuration: string): string =>
  `exec "$(command -v php-fpm || ls /usr/sbin/php-fpm[0-9]* | tail -n 1)" --nodaemonize --allow-to-run-as-root --fpm-config '${configuration}'`;

/** The Procfile's processes; what a platform starts by itself where the Procfile has no `web`. */
export function processesOf(files: ProcessFiles): Processes | { readonly problem: string } {
  const parsed = parseProcfile(files.procfile ?? '');
  if ('problem' in parsed) return parsed;
  const { release, ...commands } = parsed.commands;
  if (Object.hasOwn(commands, proxyProcess))
    return {
      problem: `The Procfile names a process "${proxyProcess}": that is what the bundle's nginx is called.`,
    };
  if (Object.keys(commands).length >= portsPerRelease)
    return {
      problem: `The Procfile names ${Object.keys(commands).length} processes, ${portsPerRelease - 1} are allowed.`,
    };
  if (commands.web !== undefined) return { commands, release, isFastCgi: false };
  const web = platformCommand(files);
  if (web === undefined) return { problem: withoutWeb(files) };
  return { commands: { web, ...commands }, release, isFastCgi: files.platform === 'php' };
}

function platformCommand({ platform, packageJson, options }: ProcessFiles): string | undefined {
  if (platform === 'php') return phpFpmCommand('php-fpm.conf');
  if (platform === 'nodejs') return startScript(packageJson);
  if (platform === 'procfile') return undefined;
  const { WSGIPath = 'application', NumProcesses = '1', NumThreads = '15' } = options.python;
  return `exec gunicorn --bind "127.0.0.1:$PORT" --workers ${quoted(NumProcesses)} --threads ${quoted(NumThreads)} ${quoted(wsgiApplication(WSGIPath))}`;
}

/** `project/wsgi.py`, `project.wsgi` and `project.wsgi:app` all name a module and its callable. */
export function wsgiApplication(wsgiPath: string): string {
  const [module = '', callable = 'application'] = wsgiPath.split(':');
  return `${module.replace(/\.py$/, '').replaceAll('/', '.')}:${callable}`;
}

const quoted = (text: string): string =>
  /^[\w.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

function withoutWeb({ platform, procfile }: ProcessFiles): string {
  const wanted = 'Add a file "Procfile" with a line like "web: node server.js" to the source bundle\'s root.';
  if (procfile !== undefined)
    return 'The Procfile has no process "web". Add a line like "web: node server.js".';
  return platform === 'nodejs'
    ? `The source bundle has neither a Procfile nor a "start" script. ${wanted}`
    : `The source bundle has no Procfile. ${wanted}`;
}

/** The ports of a release's block: its nginx takes the first, so that it is where the kernel leads to. */
export function portsOf(commands: Commands, firstPort: number, hasProxy: boolean): Record<string, number> {
  const names = hasProxy ? [proxyProcess, ...webFirst(commands)] : webFirst(commands);
  return Object.fromEntries(names.map((name, index) => [name, firstPort + index]));
}

const webFirst = (commands: Commands): string[] => [
  'web',
  ...Object.keys(commands).filter((name) => name !== 'web'),
];

/** Ports by which Elastic Beanstalk's own nginx knows a bundle's processes: 5000, 5100, … and 8000 for Python. */
export function documentedPorts(
  commands: Commands,
  ports: Readonly<Record<string, number>>,
): Map<number, number> {
  const known = new Map<number, number>();
  for (const [index, name] of webFirst(commands).entries()) known.set(5000 + 100 * index, ports[name] ?? 0);
  return known.set(8000, ports.web ?? 0);
}

/**
 * A command with the port that Elastic Beanstalk's documentation gives its process written into it
 * (`gunicorn --bind :8000`) gets its real one, which differs from start to start.
 */
export function withOwnPort(command: string, name: string, index: number): string {
  const documented = name === 'web' ? '5000|8000' : String(5000 + 100 * index);
  return command.replaceAll(new RegExp(String.raw`(?<=[:=]|\s)(?:${documented})(?![\w.:-])`, 'g'), '$PORT');
}
