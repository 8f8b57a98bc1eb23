import { Command as Program, Option } from 'commander';
import { optionName, type Command } from './command.ts';
import type { Context } from './context.ts';

const introduction =
  'Beanpole: an Elastic Beanstalk of your own. Pushes application versions to environments in AWS.';
const exits = `
Exit codes: 0 done, 1 a bug in Beanpole, 2 usage or configuration, 3 failed and rolled back,
4 failed and not fully rolled back, 5 locked by another deployment, 130 interrupted.`;

export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Makes the command line of all commands; `context` is asked for when a command is about to run. */
export function createProgram(commands: readonly Command[], context: () => Context, output: Output): Program {
  const program = new Program('beanpole').description(introduction).addHelpText('after', exits);
  program.configureOutput({ writeOut: output.out, writeErr: output.err });
  program
    .helpCommand(false)
    .exitOverride()
    .showHelpAfterError('Next: the same command with --help')
    .showSuggestionAfterError();
  program.addOption(new Option('--verbose', 'Show stack and request id of an error.'));
  const nouns = new Map<string, Program>();
  for (const command of commands) addCommand(program, nouns, command, context);
  return program;
}

function addCommand(
  program: Program,
  nouns: Map<string, Program>,
  command: Command,
  context: () => Context,
): void {
  const words = command.name.split(' ');
  const parent = nounOf(program, nouns, words.slice(0, -1), command);
  const added = parent
    .command(words.at(-1) ?? '')
    .summary(command.summary)
    .description(command.summary);
  if (words.length === 1) added.helpGroup(`${command.group}:`);
  const taken = [command.argument, command.second].filter((argument) => argument !== undefined);
  for (const { name, summary, required } of taken)
    added.argument(required ? `<${name}>` : `[${name}]`, summary);
  const { words: list } = command;
  if (list) added.argument(list.required ? `<${list.name}...>` : `[${list.name}...]`, list.summary);
  for (const [key, option] of Object.entries(command.options)) {
    const value = option.kind === 'text' ? ` <${option.value}>` : '';
    const flags = `${option.short ? `${option.short}, ` : ''}--${optionName(key)}${value}`;
    added.addOption(new Option(flags, option.summary));
  }
  added.addOption(new Option('--verbose', 'Show stack and request id of an error.'));
  added.addHelpText('after', examplesOf(command)).copyInheritedSettings(parent);
  added.action((...given: unknown[]) => {
    const [argument = '', second = ''] = given.slice(0, taken.length) as (string | undefined)[];
    const words = list ? (given[taken.length] as string[]) : [];
    return command.run(argument, valuesOf(command, added.opts()), context(), second, words);
  });
}

/** `local` for `local start`, `local drill` for `local drill zone`; the program itself for `deploy`. */
function nounOf(
  program: Program,
  nouns: Map<string, Program>,
  words: readonly string[],
  command: Command,
): Program {
  const name = words.join(' ');
  const known = name === '' ? program : nouns.get(name);
  if (known) return known;
  const parent = nounOf(program, nouns, words.slice(0, -1), command);
  const summary = nounSummaries[name] ?? name;
  const noun = parent
    .command(words.at(-1) ?? '')
    .summary(summary)
    .description(summary);
  if (words.length === 1) noun.helpGroup(`${command.group}:`);
  nouns.set(name, noun);
  return noun;
}

const nounSummaries: Record<string, string> = {
  cron: "Look at a worker's periodic tasks and their runs; run one now.",
  queue: "Look at a worker's queue and its dead letters; send, redrive, purge.",
  image: 'Make golden images, from which instances boot faster; list and delete them.',
  platform: 'What instances are made of: agent, image, launch template; show and update it.',
  version: 'Make, look at and delete application versions.',
  config: 'Set and look at environment properties.',
  environment: 'Tidy up after environments that were destroyed.',
  deployments: 'Look at what was deployed, and how it went.',
  local: 'AWS on this machine: start, stop, look at it.',
  'local drill': 'Take a part of the local cloud down under load, and watch until it is whole again.',
};

/** Every declared option has a value: false for a flag that was not given, undefined for a text. */
function valuesOf(command: Command, given: Record<string, unknown>): Record<string, never> {
  const values = Object.entries(command.options).map(([key, { kind }]) => [
    key,
    kind === 'flag' ? isGiven(given, key) : given[key],
  ]);
  return Object.fromEntries(values) as Record<string, never>;
}

/** Commander takes `--no-wait` for the opposite of `--wait`. */
function isGiven(given: Record<string, unknown>, key: string): boolean {
  const opposite = /^no([A-Z])(.*)$/.exec(key);
  return opposite
    ? given[`${opposite[1]?.toLowerCase() ?? ''}${opposite[2] ?? ''}`] === false
    : given[key] === true;
}

function examplesOf({ examples }: Command): string {
  const width = Math.max(...examples.map(({ command }) => command.length));
  return `\nExamples:\n${examples.map((example) => `  $ ${example.command.padEnd(width)}   ${example.effect}`).join('\n')}`;
}
