import type { SSMClient } from '@aws-sdk/client-ssm';
import { command, flag, shared } from '../../command.ts';
import { findApplication, parseTarget } from '../../environments.ts';
import { UserError } from '../../errors.ts';
import { ensureDestroyed, ensureUnlocked, nameOf, remove } from '../../forget/forget.ts';
import { findRemains, isNothing, listSnapshots, type Place, type Remains } from '../../forget/remains.ts';
import { applicationOf } from '../../project.ts';

export default command({
  name: 'environment forget',
  group: 'Deploy',
  summary: 'Remove what commands and instances made for environments that pulumi destroy has taken away.',
  argument: { name: 'stack[/environment]', summary: 'prod, or prod/web.', required: true },
  options: {
    yes: flag('Remove it without asking.', '-y'),
    json: flag('Print what is removed, and what stays, as JSON.'),
    application: shared.application,
  },
  examples: [
    { command: 'beanpole environment forget prod', effect: 'lists what is left, and asks' },
    { command: 'beanpole environment forget prod/next --yes', effect: 'one environment, without asking' },
  ],

  async run(argument, { yes, json, application: given }, { clients, project, ui, clock }) {
    const target = parseTarget(argument);
    const place = await placeOf(clients.ssm, applicationOf(project, given));
    const remains = await findRemains(clients, place, target);
    await ensureDestroyed(clients, place, target, remains);
    await ensureUnlocked(clients, place, remains, clock);
    const snapshots = await listSnapshots(clients, place.application, target.stack);
    if (json) ui.json({ ...remains, stays: { snapshots } });
    else ui.data(textOf(remains, snapshots, target.stack));
    if (isNothing(remains)) {
      ui.note(`Nothing of ${argument} is left that could be forgotten.`);
      return;
    }
    if (!yes) requireConfirmed(await ui.confirm('Remove all of it for good?'), argument);
    await remove(clients, place, remains);
    ui.note(ui.paint.good(`${nameOf(target)} is forgotten.`));
  },
});

/** The application may be destroyed already, and its bucket with it. */
async function placeOf(ssm: SSMClient, application: string): Promise<Place> {
  try {
    return { application, bucket: (await findApplication(ssm, application)).bucket };
  } catch (error) {
    if (!(error instanceof UserError) || (error.cause as Error | undefined)?.name !== 'ParameterNotFound')
      throw error;
    return { application, bucket: undefined };
  }
}

function requireConfirmed(answer: boolean | undefined, argument: string): void {
  if (answer === true) return;
  throw new UserError(
    answer === undefined ? 'There is nobody to ask whether all of it is to be removed.' : 'Not confirmed.',
    { now: ['Nothing was removed.'], next: `beanpole environment forget ${argument} --yes` },
  );
}

/** How many of a kind are told one by one. */
const mostListed = 20;

function textOf(
  { objects, parameters, logGroups }: Remains,
  snapshots: readonly string[],
  stack: string,
): string {
  const list = (title: string, names: readonly string[]) =>
    names.length === 0
      ? []
      : [
          `${title} (${names.length}):`,
          ...names.slice(0, mostListed).map((name) => `  ${name}`),
          ...(names.length > mostListed ? [`  … and ${names.length - mostListed} more`] : []),
        ];
  return [
    ...list('Removed from the version bucket', objects),
    ...list('Removed from Parameter Store, with their history', parameters),
    ...list('Removed from CloudWatch Logs', logGroups),
    ...list(`Stays: snapshots of the database of ${stack}`, snapshots),
    'Stays: application versions and their bundles, and for some days what the bucket keeps of removed objects.',
  ].join('\n');
}
