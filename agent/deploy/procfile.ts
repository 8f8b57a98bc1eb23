import type { Platform } from '../../model/schemas.ts';

/** Process types by name with their commands; `web` serves requests and gets PORT. */
export type Commands = Record<string, string>;

export type CommandsOrProblem = { readonly commands: Commands } | { readonly problem: string };

const line = /^([A-Za-z0-9_-]+):\s*(\S.*)$/;

/** Parses Elastic Beanstalk's Procfile: `name: command`, one per line, `#` begins a comment line. */
export function parseProcfile(text: string): CommandsOrProblem {
  const commands: Commands = {};
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) continue;
    const [, name, command] = line.exec(content) ?? [];
    if (name === undefined || command === undefined)
      return { problem: `Procfile line ${index + 1} is not "name: command": ${content}` };
    if (Object.hasOwn(commands, name))
      return { problem: `Procfile line ${index + 1} names ${name} a second time.` };
    commands[name] = command;
  }
  if (!Object.hasOwn(commands, 'web'))
    return { problem: 'The Procfile has no process "web". Add a line like "web: node server.js".' };
  return { commands };
}

export interface StartFiles {
  readonly platform: Platform;
  readonly procfile: string | undefined;
  readonly packageJson: string | undefined;
}

/** How a bundle says it wants to be started: its Procfile, else for nodejs the start script. */
export function processCommands({ platform, procfile, packageJson }: StartFiles): CommandsOrProblem {
  if (procfile !== undefined) return parseProcfile(procfile);
  const wanted = 'Add a file "Procfile" with a line like "web: node server.js" to the source bundle\'s root';
  if (platform !== 'nodejs') return { problem: `The source bundle has no Procfile. ${wanted}.` };
  const start = startScript(packageJson);
  if (start === undefined)
    return { problem: `The source bundle has neither a Procfile nor a "start" script. ${wanted}.` };
  return { commands: { web: start } };
}

/** What `npm start` would run; npm itself would swallow signals and cost memory. */
function startScript(packageJson: string | undefined): string | undefined {
  if (packageJson === undefined) return undefined;
  try {
    const { scripts } = JSON.parse(packageJson) as { scripts?: { start?: unknown } };
    return typeof scripts?.start === 'string' && scripts.start.trim() !== '' ? scripts.start : undefined;
  } catch {
    return undefined;
  }
}
