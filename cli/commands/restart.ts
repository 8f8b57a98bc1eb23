import { displayName } from '../../model/names.ts';
import type { EnvironmentDescriptor } from '../../model/schemas.ts';
import { createDocuments } from '../aws/documents.ts';
import { command, flag, shared } from '../command.ts';
import type { Context } from '../context.ts';
import { deployAll } from '../deploy/deploy-all.ts';
import type { Wish } from '../deploy/deployment.ts';
import { readCurrent } from '../deploy/pointers.ts';
import { deploymentFlags, wishedOptions } from '../deploy/wished-options.ts';
import { findEnvironments } from '../environments.ts';
import { UserError } from '../errors.ts';
import { findVersion } from '../versions/catalogue.ts';

export default command({
  name: 'restart',
  group: 'Deploy',
  summary: 'Start the application anew, with the properties as they are now; no request is lost.',
  argument: { name: 'stack[/environment]', summary: 'dev, or dev/web.', required: true },
  options: {
    ...deploymentFlags,
    dryRun: flag('Print the plan and change nothing.'),
    json: flag('Print the plan, or how it ended, as JSON.'),
    application: shared.application,
  },
  examples: [
    { command: 'beanpole restart dev/web', effect: 'new processes of the version that runs' },
    { command: 'beanpole restart prod/web --policy Rolling', effect: 'one batch after the other' },
  ],

  async run(argument, { dryRun, json, application, ...flags }, context) {
    const options = wishedOptions(flags);
    const environments = await findEnvironments(context, application, argument);
    const wishes = await Promise.all(environments.map((environment) => sameVersion(context, environment)));
    await deployAll(
      context,
      // A restart takes no new instances unless they are asked for.
      wishes.map((wish) => ({ ...wish, ...options, policy: options.policy ?? 'AllAtOnce' })),
      { dryRun, json, noWait: flags.noWait },
    );
  },
});

async function sameVersion({ clients }: Context, environment: EnvironmentDescriptor): Promise<Wish> {
  const documents = createDocuments(clients.s3, environment.bucket);
  const current = await readCurrent(documents, environment);
  const label = current?.slots[current.active]?.versionLabel;
  if (label === undefined)
    throw new UserError(`${displayName(environment)} has no version that could be restarted.`, {
      next: `beanpole deploy ${displayName(environment)}`,
    });
  return { environment, version: await findVersion(documents, label), versionIsExplicit: true };
}
