import { displayName } from '../../model/names.ts';
import { command, shared } from '../command.ts';
import { abortDeployment } from '../deploy/unfinished.ts';
import { DeploymentFailedError, whatRunsNow } from '../deploy/outcome.ts';
import { findEnvironment, nameOf } from '../environments.ts';

export default command({
  name: 'abort',
  group: 'Deploy',
  summary: 'Take back the deployment that is under way, wherever it runs or got stuck.',
  argument: { name: 'stack/environment', summary: 'dev/web.', required: true },
  options: { json: shared.json, application: shared.application },
  examples: [{ command: 'beanpole abort prod/web', effect: 'prod/web runs again what it ran before' }],

  async run(argument, { json, application }, context) {
    const { ui } = context;
    const environment = await findEnvironment(context, application, argument);
    const board = ui.board();
    const record = await abortDeployment(context, environment, board).finally(() => {
      board.close();
    });
    if (json) ui.json(record);
    if (record.status === 'RollbackFailed') throw new DeploymentFailedError(nameOf(environment), record);
    const target = displayName(environment);
    if (record.status === 'Succeeded') {
      ui.warn(
        `Too late: deployment ${record.number} of ${record.target.versionLabel} to ${target} has succeeded.`,
      );
      ui.next(`beanpole rollback ${target}`, 'to go back');
      return;
    }
    ui.note(
      ui.paint.good(`Deployment ${record.number} of ${record.target.versionLabel} to ${target} is undone.`),
    );
    for (const line of whatRunsNow(nameOf(environment), record)) ui.note(line);
  },
});
