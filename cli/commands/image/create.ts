import { displayName } from '../../../model/names.ts';
import { command, shared, text } from '../../command.ts';
import { findEnvironment } from '../../environments.ts';
import { UserError } from '../../errors.ts';
import { createImage } from '../../image/create.ts';

export default command({
  name: 'image create',
  group: 'Build',
  summary: 'Make a golden image from a running environment: new instances boot from it faster.',
  argument: { name: 'stack/environment', summary: 'dev/web.', required: true },
  options: {
    name: text('name', 'Of the image; application, environment and time unless given.'),
    json: shared.json,
    application: shared.application,
  },
  examples: [
    {
      command: 'beanpole image create prod/web',
      effect: 'launches a builder like an instance, images it, takes it away',
    },
    { command: 'beanpole image create prod/web --name web-2026-11', effect: 'with a name of its own' },
  ],

  async run(argument, { name, json, application }, context) {
    const { ui, onLeave } = context;
    checkName(name);
    const environment = await findEnvironment(context, application, argument);
    const target = displayName(environment);
    onLeave(
      () =>
        `The builder goes on by itself.\nNext: beanpole image create ${target}   (continues where this one was)`,
    );
    const board = ui.board();
    const image = await createImage(context, board, environment, name).finally(() => {
      board.close();
    });
    if (json) ui.json(image);
    else ui.data(image.id);
    ui.note(ui.paint.good(`${image.id} (${image.name}) is available.`));
    ui.note(
      `To boot from it, give ${environment.environment} in Pulumi.${environment.stack}.yaml: imageId: ${image.id}`,
    );
    ui.next(
      `pulumi up -s ${environment.stack}`,
      `then beanpole platform update ${target} replaces the instances, without losing a request`,
    );
  },
});

/** EC2's own rule, before anything costs time. */
function checkName(name: string | undefined): void {
  if (name === undefined || /^[A-Za-z0-9()[\]./\-'@_]{3,128}$/.test(name)) return;
  throw new UserError(`"${name}" cannot be the name of an image.`, {
    now: ["Allowed: 3 to 128 letters, digits and ( ) [ ] . / - ' @ _", 'Nothing was changed.'],
    next: 'the same command with another --name',
  });
}
