import { expect } from 'chai';
import { commands } from '../../cli/commands/index.ts';
import { createProgram } from '../../cli/program.ts';
import { reportError } from '../../cli/report-error.ts';
import { typedCommands } from '../../cli/typed-commands.ts';
import { account } from './support/account.ts';

/** What the line prints and how it ends, without a process. */
async function typed(line: string) {
  let printed = '';
  const write = (text: string) => (printed += text);
  const words = line.split(' ').filter(Boolean);
  const program = createProgram(await typedCommands(words), () => account().context, {
    out: write,
    err: write,
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return { code: 0, printed };
  } catch (error) {
    const { text, exitCode } = reportError(error, {}, false);
    return { code: exitCode, printed: printed + text };
  }
}

describe('the command line', () => {
  it('loads the command alone that is typed, by the name of its file', async () => {
    for (const command of commands)
      expect(await typedCommands([...command.name.split(' '), 'dev/web', '--json'])).to.deep.equal([command]);
  });

  it('loads all of them for everything else', async () => {
    for (const words of [[], ['--help'], ['version'], ['../main'], ['--verbose', 'status']])
      expect(await typedCommands(words)).to.equal(commands);
  });

  for (const [line, code, words] of [
    ['--help', 0, /Local cloud:/],
    ['deploy --help', 0, /\$ beanpole deploy prod --version v1 /],
    ['', 2, /Usage: beanpole/],
    ['version', 2, /create \[options\] \[label\]/],
    ['index', 2, /unknown command 'index'/],
    ['version creat v1', 2, /unknown command 'creat'[^]*Did you mean create/],
    ['status --fast', 2, /unknown option '--fast'/],
    ['status dev web', 2, /too many arguments for 'status'/],
    ['deploy', 2, /missing required argument/],
    ['deploy dev --version', 2, /argument missing/],
    ['logs dev --kind access', 2, /there is no kind access/],
    ['logs dev --since yesterday', 2, /not a time/],
  ] as const)
    it(`ends "beanpole ${line}" with ${code}`, async () => {
      const ended = await typed(line);
      expect(ended.printed).to.match(words);
      expect(ended.code).to.equal(code);
    });
});
