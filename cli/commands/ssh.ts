import { displayName } from '../../model/names.ts';
import { command, shared, text } from '../command.ts';
import { findEnvironment } from '../environments.ts';
import { UserError, type ExitCode } from '../errors.ts';
import { chooseInstance } from '../ssh/choose-instance.ts';
import { runSession } from '../ssh/session.ts';

export default command({
  name: 'ssh',
  group: 'Look',
  summary:
    'Open a shell on an instance, through AWS Systems Manager: no port is open for it, and there is no key.',
  argument: { name: 'stack/environment', summary: 'prod/web.', required: true },
  words: {
    name: 'words',
    summary:
      'The id of the instance (i-…), where there are several; then, after --, a line for bash to be run there instead of a shell.',
    required: false,
  },
  options: {
    instance: text('id', 'The instance; the same as giving its id after the environment.', '-i'),
    application: shared.application,
  },
  examples: [
    { command: 'beanpole ssh dev/web', effect: 'a shell on the only instance; `exit` or Ctrl-D ends it' },
    { command: 'beanpole ssh prod/web i-0a1b2c3d4e5f60718', effect: 'on this one' },
    { command: 'beanpole ssh dev/web -- uname -a', effect: 'one command; ends with its exit code' },
    { command: 'beanpole ssh dev/web -- "df -h | sort"', effect: 'one line of several commands' },
  ],

  async run(argument, { instance, application }, context, _, words) {
    const environment = await findEnvironment(context, application, argument);
    const wish = parseWords(words, instance);
    const instanceId = await chooseInstance(context, environment, wish.instance);
    const isShell = wish.line === undefined;
    if (isShell) {
      if (!context.terminal.size())
        throw new UserError('A shell needs a terminal, and this command is not run in one.', {
          next: `beanpole ssh ${argument} -- <command>   (runs one command)`,
        });
      context.ui.note(`A shell on ${instanceId} of ${displayName(environment)}; exit ends it.`);
    }
    const code = await runSession(context, { instanceId, line: wish.line });
    if (isShell) context.ui.note(`The session on ${instanceId} has ended.`);
    if (code !== 0) throw new UserError('', { exitCode: code as ExitCode });
  },
});

/** An instance's id may come first; all else is what is to be run, joined as `ssh` does. */
export function parseWords(
  words: readonly string[],
  given: string | undefined,
): { readonly instance: string | undefined; readonly line: string | undefined } {
  const [first = ''] = words;
  const isInstance = given === undefined && /^i-[0-9a-f]{8,17}$/.test(first);
  const line = (isInstance ? words.slice(1) : words).join(' ');
  return { instance: isInstance ? first : given, line: line === '' ? undefined : line };
}
