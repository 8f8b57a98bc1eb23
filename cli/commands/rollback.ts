import { createDocuments } from '../aws/documents.ts';
import { command, flag, shared, text } from '../command.ts';
import type { Context } from '../context.ts';
import { deployAll } from '../deploy/deploy-all.ts';
import type { Wish } from '../deploy/deployment.ts';
import { listRecords } from '../deploy/records.ts';
import { rollbackTarget } from '../deploy/rollback.ts';
import { deploymentFlags, wishedOptions } from '../deploy/wished-options.ts';
import { findEnvironments } from '../environments.ts';
import type { EnvironmentDescriptor } from '../../model/schemas.ts';
import { findVersion } from '../versions/catalogue.ts';

export default command({
  name: 'rollback',
  group: 'Deploy',
  summary: 'Bring an environment back to what ran before, with the configuration that it had then.',
  argument: { name: 'stack[/environment]', summary: 'dev, or dev/web.', required: true },
  options: {
    to: text('label', 'A version that has run there; the one before the newest unless given.'),
    ...deploymentFlags,
    dryRun: flag('Print the plan and change nothing.'),
    json: flag('Print the plan, or how it ended, as JSON.'),
    application: shared.application,
  },
  examples: [
    { command: 'beanpole rollback prod/web', effect: 'what ran before the newest deployment' },
    { command: 'beanpole rollback prod/web --to v7', effect: 'v7, as it last ran there' },
  ],

  async run(argument, { to, dryRun, json, application, ...flags }, context) {
    const options = wishedOptions(flags);
    const environments = await findEnvironments(context, application, argument);
    const wishes = await Promise.all(environments.map((environment) => wishBack(context, environment, to)));
    await deployAll(
      context,
      wishes.map((wish) => ({ ...wish, ...options })),
      { dryRun, json, noWait: flags.noWait },
    );
  },
});

async function wishBack(
  { clients }: Context,
  environment: EnvironmentDescriptor,
  to: string | undefined,
): Promise<Wish> {
  const documents = createDocuments(clients.s3, environment.bucket);
  const records = await listRecords(documents, environment);
  const { pointer, rollbackOf } = rollbackTarget(environment, records, to);
  const version = await findVersion(documents, pointer.versionLabel);
  return {
    environment,
    version,
    versionIsExplicit: true,
    configuration: pointer.configuration,
    rollbackOf,
  };
}
