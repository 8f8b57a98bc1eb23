/**
 * Puts the provider plugins where the Pulumi engine looks for them: small launchers in PULUMI_HOME.
 * As a program: node local/provider/install.ts --pulumi-home DIR [--node NODE]
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

interface Installation {
  readonly pulumiHome: string;
  /** The Node program that runs the plugins; it has to run TypeScript natively. */
  readonly node: string;
}

interface PluginProgram {
  readonly name: string;
  readonly version: string;
  readonly program: string;
}

const plugins: readonly PluginProgram[] = [
  { name: 'aws', version: '7.48.0', program: fileURLToPath(new URL('aws/main.ts', import.meta.url)) },
  { name: 'awsx', version: '3.9.0', program: fileURLToPath(new URL('awsx/main.ts', import.meta.url)) },
];

/** Writes what is missing or different, and nothing else. */
export function installProviders(installation: Installation): void {
  for (const plugin of plugins) writeLauncher(installation, plugin);
}

/** Makes a program the plugin of that name and version. */
export function writeLauncher(
  { pulumiHome, node }: Installation,
  { name, version, program }: PluginProgram,
): void {
  const folder = join(pulumiHome, 'plugins', `resource-${name}-v${version}`);
  mkdirSync(folder, { recursive: true });
  writeWhole(join(folder, `pulumi-resource-${name}`), launcher(node, program, pulumiHome));
}

/** Compiled code is kept, which halves the time until the plugin answers. */
function launcher(node: string, program: string, pulumiHome: string): string {
  return [
    '#!/bin/sh',
    `export NODE_COMPILE_CACHE="\${NODE_COMPILE_CACHE:-${quoted(join(pulumiHome, 'compile-cache'))}}"`,
    `exec "${quoted(node)}" --disable-warning=ExperimentalWarning "${quoted(program)}" "$@"`,
    '',
  ].join('\n');
}

const quoted = (text: string): string => text.replaceAll(/[\\"$`]/g, '\\$&');

function writeWhole(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  // A whole file takes the old one's place: another `pulumi` may be reading it.
  writeFileSync(`${file}.${process.pid}`, text);
  chmodSync(`${file}.${process.pid}`, 0o755);
  renameSync(`${file}.${process.pid}`, file);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { 'pulumi-home': { type: 'string' }, node: { type: 'string', default: process.execPath } },
  });
  const pulumiHome = values['pulumi-home'];
  if (!pulumiHome) {
    process.stderr.write('Say where: node local/provider/install.ts --pulumi-home DIR [--node NODE]\n');
    process.exitCode = 2;
  } else {
    installProviders({ pulumiHome, node: values.node });
  }
}
