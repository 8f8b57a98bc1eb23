import { createDocuments } from '../../aws/documents.ts';
import { command, shared } from '../../command.ts';
import { findApplication } from '../../environments.ts';
import { UserError } from '../../errors.ts';
import { applicationOf } from '../../project.ts';
import { size } from '../../ui/duration.ts';
import { findVersion } from '../../versions/catalogue.ts';
import { deleteVersions } from '../../versions/delete.ts';
import { findUses, reasonsFor } from '../../versions/uses.ts';

export default command({
  name: 'version delete',
  group: 'Build',
  summary: 'Delete an application version that no environment needs; its label is never used again.',
  argument: { name: 'label', summary: 'The version label.', required: true },
  options: { application: shared.application },
  examples: [
    { command: 'beanpole version delete v7', effect: 'its bundles go when no other version has them' },
  ],

  async run(label, { application: given }, context) {
    const { clients, project, ui } = context;
    const application = await findApplication(clients.ssm, applicationOf(project, given));
    const documents = createDocuments(clients.s3, application.bucket);
    const version = await findVersion(documents, label);
    const reasons = reasonsFor(await findUses(documents, application.application), label);
    if (reasons.length > 0)
      throw new UserError(`Version ${label} is in use: ${reasons.join('; ')}.`, {
        now: ['Nothing was deleted.'],
        next: 'beanpole version prune --keep 1 --dry-run   (shows which versions nobody needs)',
      });
    const bytes = await deleteVersions(context, application, [version]);
    ui.note(ui.paint.good(`Version ${label} is deleted, ${size(bytes)} of bundles with it.`));
  },
});
