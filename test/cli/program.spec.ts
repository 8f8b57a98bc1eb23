import { expect } from 'chai';
import { commands } from '../../cli/commands/index.ts';
import { createProgram } from '../../cli/program.ts';
import { reportError } from '../../cli/report-error.ts';
import { account } from './support/account.ts';

/** What the line prints and how it ends, without a process. */
async function typed(line: string) {
  let printed = '';
  const write = (text: string) => (printed += text);
  const program = createProgram(commands, () => account().context, { out: write, err: write });
  try {
    await program.parseAsync(line.split(' ').filter(Boolean), { from: 'user' });
    return { code: 0, printed };
  } catch (error) {
    const { text, exitCode } = reportError(error, {}, false);
    return { code: exitCode, printed: printed + text };
  }
}

describe('the command line', () => {
  for (const [line, code, words] of [
    ['--help', 0, /Local cloud:/],
    ['deploy --help', 0, /\$ beanpole deploy prod --version v1 /],
    ['', 2, /Usage: beanpole/],
    ['version', 2, /create \[options\] \[label\]/],
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
