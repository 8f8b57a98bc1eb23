import { rm } from 'node:fs/promises';
import { command, flag } from '../../command.ts';
import { cloudFolders } from '../../local-cloud/folders.ts';
import { runProgram } from '../../local-cloud/program.ts';

export default command({
  name: 'local reset',
  group: 'Local cloud',
  summary: 'Delete everything in AWS on this machine, and what Pulumi knows of it.',
  options: { yes: flag('Do not ask.', '-y') },
  examples: [{ command: 'beanpole local reset', effect: 'asks first, then begins with an empty account' }],

  async run(_, { yes }, context) {
    const folders = cloudFolders(context);
    const args = ['reset', '--folder', folders.state, ...(yes ? ['--yes'] : [])];
    await runProgram('local/main.ts', args, context.environment, 'stderr');
    // What Pulumi recorded of resources that are gone would make its next run fail.
    for (const folder of [folders.pulumiBackend, folders.project])
      await rm(folder, { recursive: true, force: true });
    context.ui.next('beanpole local start', 'an empty account');
  },
});
