/** `commands` and `container_commands` of a configuration file, in the order of their names. */
import path from 'node:path';
import type { ExtensionCommand } from './extension-file.ts';
import type { Surroundings } from './hooks.ts';
import { runCommand, shellLine, statusOf } from './run-command.ts';

export interface CommandsToRun {
  /** As a failure names it: `.ebextensions/db.config: the container command`. */
  readonly what: string;
  readonly commands: Readonly<Record<string, ExtensionCommand>>;
  /** This instance does what is done once per deployment. */
  readonly isLeader: boolean;
}

export async function runExtensionCommands(
  { what, commands, isLeader }: CommandsToRun,
  around: Surroundings,
  say: (line: string) => void,
): Promise<void> {
  for (const [name, command] of inOrder(commands)) {
    if (command.leader_only === true && !isLeader) continue;
    const given = {
      ...around,
      what: `${what} ${name}`,
      folder: command.cwd === undefined ? around.folder : path.resolve(around.folder, command.cwd),
      environment: { ...around.environment, ...command.env },
    };
    // A test that does not pass is an answer, not a failure.
    if (command.test !== undefined && (await statusOf({ ...given, argv: shellLine(command.test) })) !== 0)
      continue;
    try {
      await runCommand({ ...given, argv: argvOf(command.command) });
    } catch (error) {
      if (command.ignoreErrors !== true) throw error;
      say(`${(error as Error).message}, which is ignored.`);
    }
  }
}

export const inOrder = <T>(commands: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(commands).sort(([left], [right]) => (left < right ? -1 : 1));

/** A text is a line for the shell; a list are the words of one program. */
const argvOf = (command: ExtensionCommand['command']): [string, ...string[]] =>
  typeof command === 'string' ? shellLine(command) : command;
