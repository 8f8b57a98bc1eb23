import { command, flag, shared, text } from '../../command.ts';
import { secondsFrom } from '../../deploy/wished-options.ts';
import { findApplication } from '../../environments.ts';
import { UserError } from '../../errors.ts';
import type { VersionLifecycle } from '../../../model/schemas.ts';
import { applicationOf } from '../../project.ts';
import { ago, size } from '../../ui/duration.ts';
import { table } from '../../ui/table.ts';
import { deleteVersions } from '../../versions/delete.ts';
import { choose, limitsOf, type Choice, type Limits } from '../../versions/lifecycle.ts';
import { rollbackDepth } from '../../versions/uses.ts';

export default command({
  name: 'version prune',
  group: 'Build',
  summary: `Delete old application versions, never one that runs, is being deployed, or is among the ${rollbackDepth} that ran before.`,
  options: {
    keep: text('n', "Keep the newest n; the application stack's versionMaxCount unless given."),
    olderThan: text('time', 'Delete only what is older: 12h, 30d; versionMaxAgeDays unless given.'),
    dryRun: flag('Print what would be deleted, and what would be kept and why.'),
    json: flag('Print it as JSON.'),
    application: shared.application,
  },
  examples: [
    { command: 'beanpole version prune --keep 20 --dry-run', effect: 'shows all beyond the newest twenty' },
    { command: 'beanpole version prune --older-than 30d', effect: 'deletes what nobody needs any more' },
  ],

  async run(_, { keep, olderThan, dryRun, json, application: given }, context) {
    const { clients, project, ui, clock } = context;
    const application = await findApplication(clients.ssm, applicationOf(project, given));
    const limits = limitsFrom(keep, olderThan, application.versionLifecycle);
    const choice = await choose(context, application, limits);
    const { doomed, spared } = choice;
    if (json) ui.json({ deleted: doomed.map(({ label }) => label), kept: spared.map(toJson) });
    else if (doomed.length + spared.length > 0) ui.data(textOf(choice, clock.now()));
    if (doomed.length === 0) ui.note('There is no version to delete.');
    else if (!dryRun) {
      const bytes = await deleteVersions(context, application, doomed);
      ui.note(ui.paint.good(`${doomed.length} versions are deleted, ${size(bytes)} of bundles with them.`));
    }
  },
});

/** What is typed, else the application's own rule. */
function limitsFrom(
  keep: string | undefined,
  olderThan: string | undefined,
  rule: VersionLifecycle | undefined,
): Limits {
  if (keep !== undefined && !/^[1-9]\d{0,5}$/.test(keep))
    throw new UserError(`--keep ${keep}: a whole number, at least 1.`, {
      next: 'beanpole version prune --keep 20',
    });
  const typed: Limits = {
    keep: keep === undefined ? undefined : Number(keep),
    olderThanMilliseconds:
      olderThan === undefined ? undefined : secondsFrom('--older-than', olderThan) * 1000,
  };
  if (keep !== undefined || olderThan !== undefined) return typed;
  if (rule) return limitsOf(rule);
  throw new UserError('It is not said which versions are old: the application stack has no rule for that.', {
    now: ['Nothing was deleted.'],
    next: 'beanpole version prune --keep 20   (or --older-than 30d; or versionMaxCount in the application stack)',
  });
}

const toJson = ({ version, reasons }: Choice['spared'][number]) => ({ version: version.label, reasons });

const textOf = ({ doomed, spared }: Choice, now: number): string =>
  table(
    ['VERSION', 'CREATED', 'WHAT', 'WHY'],
    [
      ...doomed.map(({ label, createdAt }) => [
        label,
        ago(now - Date.parse(createdAt)),
        'delete',
        'not in use',
      ]),
      ...spared.map(({ version: { label, createdAt }, reasons }) => [
        label,
        ago(now - Date.parse(createdAt)),
        'keep',
        reasons.join('; '),
      ]),
    ],
  );
