import { command, text } from '../../command.ts';
import { cloudFolders } from '../../local-cloud/folders.ts';
import { runProgram } from '../../local-cloud/program.ts';

export default command({
  name: 'local shell',
  group: 'Local cloud',
  summary: 'Open a shell on a host in the simulated internet, where the names of Route 53 simply work.',
  options: { command: text('line', 'Run this line there instead, and end with its exit code.', '-c') },
  examples: [
    { command: 'beanpole local shell', effect: 'then: curl http://www.mywordpress.example/' },
    { command: "beanpole local shell -c 'dig www.mywordpress.example'", effect: 'one command' },
  ],

  async run(_, { command: line }, context) {
    const only = line === undefined ? [] : ['--', 'sh', '-c', line];
    const args = ['shell', '--folder', cloudFolders(context).state, ...only];
    await runProgram('local/main.ts', args, context.environment);
  },
});
