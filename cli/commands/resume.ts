import { displayName } from '../../model/names.ts';
import { command, flag, shared } from '../command.ts';
import { DeploymentFailedError } from '../deploy/outcome.ts';
import { resumeDeployment } from '../deploy/unfinished.ts';
import { findEnvironment, nameOf } from '../environments.ts';
import { reportSwap } from '../swap/outcome.ts';
import { isSwapFirst, resumeSwap } from '../swap/unfinished.ts';

export default command({
  name: 'resume',
  group: 'Deploy',
  summary: 'Go on with a deployment or swap whose command is gone: forward, or back if it was going back.',
  argument: { name: 'stack/environment', summary: 'dev/web.', required: true },
  options: {
    waitForLock: flag('Wait until its lock has run out, instead of refusing.'),
    json: shared.json,
    application: shared.application,
  },
  examples: [{ command: 'beanpole resume prod/web', effect: 'ends what was begun there' }],

  async run(argument, { waitForLock, json, application }, context) {
    const { ui } = context;
    const environment = await findEnvironment(context, application, argument);
    const board = ui.board();
    if (await isSwapFirst(context, environment)) {
      const how = { board, waits: waitForLock };
      const swapped = await resumeSwap(context, environment, how).finally(() => {
        board.close();
      });
      if (json) ui.json(swapped);
      reportSwap(context, swapped);
      return;
    }
    const record = await resumeDeployment(context, environment, board, waitForLock).finally(() => {
      board.close();
    });
    if (json) ui.json(record);
    if (record.status !== 'Succeeded') throw new DeploymentFailedError(nameOf(environment), record);
    const { number, target } = record;
    ui.note(ui.paint.good(`${displayName(environment)} runs ${target.versionLabel} (deployment ${number}).`));
  },
});
