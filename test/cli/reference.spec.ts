import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { commands } from '../../cli/commands/index.ts';
import { commandsReference } from '../../cli/reference.ts';

describe('docs/commands.md', () => {
  it('says what the commands are: node cli/reference.ts > docs/commands.md', () => {
    const page = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8');
    expect(page).to.equal(commandsReference(commands));
  });

  it('has an example for every command, and a full sentence as its summary', () => {
    for (const { name, summary, examples } of commands) {
      expect(examples, name).not.to.be.empty;
      expect(summary, name).to.match(/^[A-Z].*\.$/);
    }
  });

  it('finds every command in the file that is named as it is typed', async () => {
    for (const command of commands) {
      const file = new URL(`../../cli/commands/${command.name.replaceAll(' ', '/')}.ts`, import.meta.url);
      const module = (await import(file.href)) as { default: unknown };
      expect(module.default, command.name).to.equal(command);
    }
  });
});
