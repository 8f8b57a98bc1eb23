/** Makes docs/commands.md from the command objects: `node cli/reference.ts > docs/commands.md`. */
import { commands } from './commands/index.ts';
import { optionName, type Command } from './command.ts';

const head = `# Commands

Made by \`node cli/reference.ts > docs/commands.md\`; a test fails when this page is stale.

Data goes to standard output, everything else to standard error. Every command knows \`--help\` and \`--verbose\`.
Exit codes: 0 done · 1 a bug in Beanpole · 2 usage or configuration · 3 failed and rolled back · 4 failed, not fully
rolled back · 5 locked by another deployment · 130 interrupted.`;

/** The page, from the same objects that make the help. */
export function commandsReference(all: readonly Command[]): string {
  const groups = [...new Set(all.map(({ group }) => group))];
  const sections = groups.map((group) => {
    const own = all.filter((command) => command.group === group);
    return [`## ${group}`, ...own.map(section)].join('\n\n');
  });
  return `${[head, ...sections].join('\n\n')}\n`;
}

function section({ name, summary, argument, second, words, options, examples }: Command): string {
  const taken = [argument, second].filter((each) => each !== undefined);
  const usage = [
    'beanpole',
    name,
    ...taken.map((each) => (each.required ? `<${each.name}>` : `[${each.name}]`)),
    words && (words.required ? `<${words.name}...>` : `[${words.name}...]`),
  ];
  const rows = [
    ...[...taken, ...(words ? [words] : [])].map((each) => [`\`${each.name}\``, each.summary]),
    ...Object.entries(options).map(([key, option]) => {
      const value = option.kind === 'text' ? ` <${option.value}>` : '';
      return [`\`${option.short ? `${option.short}, ` : ''}--${optionName(key)}${value}\``, option.summary];
    }),
  ];
  return [
    `### ${usage.filter(Boolean).join(' ')}`,
    summary,
    ...(rows.length > 0 ? [tableOf(['', 'meaning'], rows)] : []),
    ['```sh', ...examples.map(({ command, effect }) => `${command}   # ${effect}`), '```'].join('\n'),
  ].join('\n\n');
}

/** A Markdown table as Prettier leaves it. */
function tableOf(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = titles.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(titles), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

if (import.meta.main) process.stdout.write(commandsReference(commands));
