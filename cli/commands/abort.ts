import { displayName } from '../../model/names.ts';
import type { SwapRecord } from '../../model/schemas.ts';
import { command, shared } from '../command.ts';
import type { Context } from '../context.ts';
import { abortDeployment } from '../deploy/unfinished.ts';
import { DeploymentFailedError, whatRunsNow } from '../deploy/outcome.ts';
import { findEnvironment, nameOf } from '../environments.ts';
import { UserError } from '../errors.ts';
import { SwapFailedError, whereNamesLead } from '../swap/outcome.ts';
import { swapTitle } from '../swap/runner.ts';
import { abortSwap, isSwapFirst } from '../swap/unfinished.ts';

export default command({
  name: 'abort',
  group: 'Deploy',
  summary: 'Take back the deployment or swap that is under way, wherever it runs or got stuck.',
  argument: { name: 'stack/environment', summary: 'dev/web.', required: true },
  options: { json: shared.json, application: shared.application },
  examples: [{ command: 'beanpole abort prod/web', effect: 'prod/web runs again what it ran before' }],

  async run(argument, { json, application }, context) {
    const { ui } = context;
    const environment = await findEnvironment(context, application, argument);
    const board = ui.board();
    if (await isSwapFirst(context, environment)) {
      const how = { board, waits: false };
      const swapped = await abortSwap(context, environment, how).finally(() => {
        board.close();
      });
      reportAbortedSwap(context, swapped, json);
      return;
    }
    const record = await abortDeployment(context, environment, board).finally(() => {
      board.close();
    });
    if (json) ui.json(record);
    if (record.status === 'RollbackFailed') throw new DeploymentFailedError(nameOf(environment), record);
    const target = displayName(environment);
    if (record.status === 'Succeeded')
      throw tooLate(
        `deployment ${record.number} of ${record.target.versionLabel} to ${target}`,
        `beanpole rollback ${target}   (to go back)`,
      );
    ui.note(
      ui.paint.good(`Deployment ${record.number} of ${record.target.versionLabel} to ${target} is undone.`),
    );
    for (const line of whatRunsNow(nameOf(environment), record)) ui.note(line);
  },
});

const tooLate = (what: string, next: string): UserError =>
  new UserError(`Too late: ${what} has succeeded.`, { now: ['Nothing was undone.'], next });

function reportAbortedSwap({ ui }: Context, record: SwapRecord, json: boolean): void {
  if (json) ui.json(record);
  if (record.status === 'RollbackFailed') throw new SwapFailedError(record);
  if (record.status === 'Succeeded') {
    const targets = record.environments.map((environment) => `${record.stack}/${environment}`);
    throw tooLate(swapTitle(record), `beanpole swap ${targets.join(' ')}   (to swap back)`);
  }
  ui.note(ui.paint.good(`The ${swapTitle(record)} is undone.`));
  ui.note(whereNamesLead(record));
}
