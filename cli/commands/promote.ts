import { displayName } from '../../model/names.ts';
import { createDocuments } from '../aws/documents.ts';
import { command, flag, shared } from '../command.ts';
import type { Context } from '../context.ts';
import { deployAll } from '../deploy/deploy-all.ts';
import { readCurrent } from '../deploy/pointers.ts';
import { deploymentFlags, wishedOptions } from '../deploy/wished-options.ts';
import { wishesFor } from '../deploy/wishes.ts';
import { findEnvironments, parseTarget } from '../environments.ts';
import { UserError } from '../errors.ts';
import { applicationOf } from '../project.ts';

export default command({
  name: 'promote',
  group: 'Deploy',
  summary: 'Deploy to one stack or environment the version that runs in another.',
  argument: { name: 'from', summary: 'Where it runs: dev, or dev/web.', required: true },
  second: { name: 'to', summary: 'Where it is to run: prod, or prod/web.', required: true },
  options: {
    ...deploymentFlags,
    dryRun: flag('Print the plan and change nothing.'),
    json: flag('Print the plan, or how it ended, as JSON.'),
    application: shared.application,
  },
  examples: [{ command: 'beanpole promote dev prod', effect: 'prod gets the version that dev runs' }],

  async run(from, { dryRun, json, application: given, ...flags }, context, to) {
    const options = wishedOptions(flags);
    const label = await versionOf(context, given, from);
    const application = applicationOf(context.project, given);
    const wishes = await wishesFor(context, application, parseTarget(to), label);
    await deployAll(
      context,
      wishes.map((wish) => ({ ...wish, ...options })),
      { dryRun, json, noWait: flags.noWait },
    );
  },
});

/** A version is promoted as a whole: all environments that it comes from must run the same one. */
async function versionOf(context: Context, application: string | undefined, from: string): Promise<string> {
  const environments = await findEnvironments(context, application, from);
  const running = await Promise.all(
    environments.map(async (environment) => {
      const documents = createDocuments(context.clients.s3, environment.bucket);
      const current = await readCurrent(documents, environment);
      const label = current?.slots[current.active]?.versionLabel;
      return { name: displayName(environment), label };
    }),
  );
  const labels = new Set(running.map(({ label }) => label));
  const [label] = labels;
  if (labels.size === 1 && label !== undefined) return label;
  const now = running.map((each) => `${each.name} runs ${each.label ?? 'no version'}.`);
  throw new UserError(`${from} does not run one version that could be promoted.`, {
    now: [...now, 'Nothing was changed.'],
    next: `beanpole promote ${running.find((each) => each.label !== undefined)?.name ?? `${from}/web`} <to>   (from one environment)`,
  });
}
