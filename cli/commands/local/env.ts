import { command, shared } from '../../command.ts';
import { cloudFolders } from '../../local-cloud/folders.ts';
import { providePassphrase } from '../../local-cloud/passphrase.ts';
import { readCloudStatus } from '../../local-cloud/program.ts';
import { cloudVariables, shellExports } from '../../local-cloud/shell-exports.ts';

export default command({
  name: 'local env',
  group: 'Local cloud',
  summary: 'Print the variables with which AWS tools, Pulumi and beanpole talk to AWS on this machine.',
  options: { json: shared.json },
  examples: [
    { command: 'eval "$(beanpole local env)"', effect: 'sets them in this shell' },
    { command: 'beanpole local env --json', effect: 'for programs' },
  ],

  async run(_, { json }, context) {
    const { environment, ui } = context;
    const folders = cloudFolders(context);
    const status = await readCloudStatus(folders.state, environment);
    const passphrase = await providePassphrase(folders.passphrase);
    const variables = cloudVariables(status, folders, passphrase, environment);
    if (json) ui.json(variables);
    else ui.data(shellExports(variables));
  },
});
