import { command, shared } from '../../command.ts';
import { listEnvironments } from '../../environments.ts';
import { listImages } from '../../image/golden-images.ts';
import { imageUsage } from '../../image/usage.ts';
import { shortDigest } from '../../platform/describe.ts';
import { applicationOf } from '../../project.ts';
import { ago } from '../../ui/duration.ts';
import { table } from '../../ui/table.ts';

export default command({
  name: 'image list',
  group: 'Build',
  summary: 'List the golden images, newest first, and who uses each.',
  options: { application: shared.application, json: shared.json },
  examples: [
    { command: 'beanpole image list', effect: 'id, name, origin, agent, state, age, users' },
    { command: 'beanpole image list --json', effect: 'the same, for scripts' },
  ],

  async run(_, { application: given, json }, { clients, project, ui, clock }) {
    const application = applicationOf(project, given);
    const [images, environments] = await Promise.all([
      listImages(clients.ec2, application),
      listEnvironments(clients.ssm, application),
    ]);
    const usage = await imageUsage(clients, environments);
    const rows = images.map((image) => ({ ...image, usedBy: usage.get(image.id) ?? [] }));
    if (json) ui.json(rows);
    else if (rows.length > 0)
      ui.data(
        table(
          ['IMAGE', 'NAME', 'FROM', 'ARCHITECTURE', 'AGENT', 'STATE', 'CREATED', 'USED BY'],
          rows.map((image) => [
            image.id,
            image.name,
            image.environment,
            image.architecture,
            shortDigest(image.agent),
            image.state,
            ago(clock.now() - Date.parse(image.createdAt)),
            image.usedBy.join(', ') || '-',
          ]),
        ),
      );
    if (rows.length === 0) ui.next('beanpole image create dev/web', 'there is no golden image yet');
  },
});
