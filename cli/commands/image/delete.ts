import { command, shared } from '../../command.ts';
import { listEnvironments } from '../../environments.ts';
import { UserError } from '../../errors.ts';
import { discardImage, listImages } from '../../image/golden-images.ts';
import { imageUsage } from '../../image/usage.ts';
import { applicationOf } from '../../project.ts';

export default command({
  name: 'image delete',
  group: 'Build',
  summary: 'Deregister a golden image and delete its snapshots; refused while something uses it.',
  argument: { name: 'image', summary: 'Id or name, as `beanpole image list` shows them.', required: true },
  options: { application: shared.application },
  examples: [
    { command: 'beanpole image delete ami-0123456789abcdef0', effect: 'it is gone, and costs nothing' },
  ],

  async run(argument, { application: given }, { clients, project, ui }) {
    const application = applicationOf(project, given);
    const [images, environments] = await Promise.all([
      listImages(clients.ec2, application),
      listEnvironments(clients.ssm, application),
    ]);
    const image = images.find(({ id, name }) => id === argument || name === argument);
    if (!image)
      throw new UserError(`${application} has no golden image ${argument}.`, {
        now: ['Nothing was changed.'],
        next: 'beanpole image list',
      });
    const users = (await imageUsage(clients, environments)).get(image.id) ?? [];
    if (users.length > 0)
      throw new UserError(`${image.id} is in use: ${users.join(', ')}.`, {
        now: ['Nothing was changed.'],
        next: 'another imageId in the stack file, pulumi up, beanpole platform update, and then the same command',
      });
    const kept = await discardImage(clients.ec2, image.id);
    ui.note(`${image.id} (${image.name}) is deleted${kept.length === 0 ? ', its snapshots too' : ''}.`);
    for (const id of kept) ui.warn(`The snapshot ${id} stays: something else uses it.`);
  },
});
