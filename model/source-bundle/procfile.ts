/** Process types by name with their commands; `web` serves requests. */
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
  return { commands };
}

/** What `npm start` would run; npm itself would swallow signals and cost memory. */
export function startScript(packageJson: string | undefined): string | undefined {
  if (packageJson === undefined) return undefined;
  try {
    const { scripts } = JSON.parse(packageJson) as { scripts?: { start?: unknown } };
    return typeof scripts?.start === 'string' && scripts.start.trim() !== '' ? scripts.start : undefined;
  } catch {
    return undefined;
  }
}
