import { command, text } from '../../command.ts';
import type { Context } from '../../context.ts';
import { UserError } from '../../errors.ts';
import { cloudFolders, type CloudFolders } from '../../local-cloud/folders.ts';
import { providePassphrase } from '../../local-cloud/passphrase.ts';
import { runProgram } from '../../local-cloud/program.ts';
import { writeLauncher } from '../../local-cloud/pulumi-launcher.ts';
import { findPulumi } from '../../local-cloud/pulumi-program.ts';

export default command({
  name: 'local start',
  group: 'Local cloud',
  summary: 'Start AWS on this machine; it keeps its state from the last time.',
  options: {
    port: text('port', 'Where its AWS endpoint listens on 127.0.0.1; 4566 unless given.'),
    frontDoor: text('port', 'Where a browser reaches its sites; 8080 unless given.'),
    secureFrontDoor: text(
      'port',
      'The same by HTTPS; 8443 unless given, or any free one beside --front-door.',
    ),
    timeLapse: text(
      'factor',
      'How much faster metrics, alarms and scaling policies live than the rest, to watch them; 1 ends it.',
    ),
  },
  examples: [
    { command: 'beanpole local start --time-lapse 10', effect: 'scaling in a tenth of the time' },
    { command: 'beanpole local start', effect: 'state in .cloud (or $BEANPOLE_CLOUD)' },
    { command: 'beanpole local start --port 5566 --front-door 8090', effect: 'a second one beside another' },
  ],

  async run(_, { port, frontDoor, secureFrontDoor, timeLapse }, context) {
    const { environment, ui } = context;
    const folders = cloudFolders(context);
    const given = [
      ...(port ? ['--port', port] : []),
      ...(frontDoor ? ['--front-door', frontDoor] : []),
      ...(timeLapse ? ['--time-lapse', timeLapse] : []),
      ...(secureFrontDoor ? ['--secure-front-door', secureFrontDoor] : []),
    ];
    await runProgram('local/main.ts', ['start', '--folder', folders.state, ...given], environment, 'stderr');
    await providePassphrase(folders.passphrase);
    await runProgram(
      'local/provider/install.ts',
      ['--pulumi-home', folders.pulumiHome],
      environment,
      'stderr',
    );
    await providePulumi(context, folders);
    ui.next('eval "$(beanpole local env)"', 'this shell then talks to it');
  },
});

/** The cloud runs without a Pulumi CLI too; only `pulumi up` needs one. */
async function providePulumi({ environment, project, ui }: Context, folders: CloudFolders): Promise<void> {
  try {
    const pulumi = await findPulumi(environment, folders.bin);
    await writeLauncher({ folders, source: project.folder, pulumi, node: process.execPath });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    ui.warn(error.message);
    ui.note(`Next: ${error.next ?? ''}`);
  }
}
