import { displayName } from '../../model/names.ts';
import type { EnvironmentDescriptor, GroupSize } from '../../model/schemas.ts';
import { command, flag, shared, text } from '../command.ts';
import { createGroup } from '../deploy/aws-group.ts';
import { readCurrent } from '../deploy/pointers.ts';
import { withLock } from '../deploy/session.ts';
import { sizeFor } from '../deploy/size.ts';
import { findEnvironment } from '../environments.ts';

export default command({
  name: 'scale',
  group: 'Deploy',
  summary: 'Change how many instances an environment has, within the limits of the stack file.',
  argument: { name: 'stack/environment', summary: 'prod/web.', required: true },
  options: {
    instances: text('n', 'How many there are to be now; Auto Scaling goes on from there.', '-n'),
    min: text('n', 'Fewest instances; the minSize of the stack file unless given.'),
    max: text('n', 'Most instances; the maxSize of the stack file unless given.'),
    waitForLock: flag('Wait for whoever deploys there now, instead of refusing.'),
    json: shared.json,
    application: shared.application,
  },
  examples: [
    { command: 'beanpole scale prod/web --instances 4', effect: 'four now, between minSize and maxSize' },
    { command: 'beanpole scale prod/web --min 3 --max 5', effect: 'bounds within those of the stack file' },
    { command: 'beanpole scale prod/web', effect: 'the bounds of the stack file again' },
  ],

  async run(argument, { instances, min, max, waitForLock: waits, json, application }, context) {
    const { ui } = context;
    const environment = await findEnvironment(context, application, argument);
    const wanted = { instances, min, max };
    const board = ui.board();
    const request = { environment, reason: 'scales', board, waits };
    const size = await withLock(context, request, async ({ documents }) => {
      const active = (await readCurrent(documents, environment))?.active ?? 'blue';
      const group = createGroup(context.clients, environment, active);
      const next = sizeFor(environment, (await group.observe()).size, wanted);
      await group.resize(next);
      return next;
    }).finally(() => {
      board.close();
    });
    if (json) ui.json(size);
    ui.note(ui.paint.good(sentence(environment, size)));
  },
});

const sentence = (
  environment: EnvironmentDescriptor,
  { minSize, maxSize, desiredCapacity }: GroupSize,
): string =>
  `${displayName(environment)}: ${desiredCapacity} instances wanted, at least ${minSize}, at most ${maxSize}.`;
