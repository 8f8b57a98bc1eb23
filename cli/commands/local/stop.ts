import { command } from '../../command.ts';
import { cloudFolders } from '../../local-cloud/folders.ts';
import { runProgram } from '../../local-cloud/program.ts';

export default command({
  name: 'local stop',
  group: 'Local cloud',
  summary: 'Stop AWS on this machine; its state stays.',
  options: {},
  examples: [{ command: 'beanpole local stop', effect: 'ends every process of it' }],

  async run(_, __, context) {
    await runProgram(
      'local/main.ts',
      ['stop', '--folder', cloudFolders(context).state],
      context.environment,
      'stderr',
    );
  },
});
