import { command, shared } from '../../command.ts';
import { cloudFolders } from '../../local-cloud/folders.ts';
import { runProgram } from '../../local-cloud/program.ts';

export default command({
  name: 'local status',
  group: 'Local cloud',
  summary: 'Show whether AWS on this machine runs, and where it answers.',
  options: { json: shared.json },
  examples: [
    { command: 'beanpole local status', effect: 'endpoint, front door, what runs in it' },
    { command: 'beanpole local status --json', effect: 'the same, for scripts' },
  ],

  async run(_, { json }, context) {
    const args = ['status', '--folder', cloudFolders(context).state, ...(json ? ['--json'] : [])];
    await runProgram('local/main.ts', args, context.environment);
  },
});
