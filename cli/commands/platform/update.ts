import { command, flag, shared } from '../../command.ts';
import { deployAll } from '../../deploy/deploy-all.ts';
import { deploymentFlags, wishedOptions } from '../../deploy/wished-options.ts';
import { wishForSameVersion } from '../../deploy/wishes.ts';
import { findApplication, findEnvironments } from '../../environments.ts';
import { problemsError } from '../../errors.ts';
import { describePlatform, shortDigest, type PlatformStatus } from '../../platform/describe.ts';
import { observePlatform } from '../../platform/observe.ts';
import { applicationOf } from '../../project.ts';

export default command({
  name: 'platform update',
  group: 'Deploy',
  summary:
    'Bring an environment to the agent, image and instance type of its newest launch template; no request is lost.',
  argument: { name: 'stack[/environment]', summary: 'dev, or dev/web.', required: true },
  options: {
    ...deploymentFlags,
    dryRun: flag('Print the plan and change nothing.'),
    json: flag('Print the plan, or how it ended, as JSON.'),
    application: shared.application,
  },
  examples: [
    { command: 'beanpole platform update prod', effect: 'new instances with the same version take over' },
    { command: 'beanpole platform update prod/web --dry-run', effect: 'shows each step first' },
    {
      command: 'beanpole platform update prod/web --policy BlueGreen',
      effect: 'the old instances stay for a while, to go back at once',
    },
  ],

  async run(argument, { dryRun, json, application: given, ...flags }, context) {
    const { clients, project, ui } = context;
    const options = wishedOptions(flags);
    const [application, environments] = await Promise.all([
      findApplication(clients.ssm, applicationOf(project, given)),
      findEnvironments(context, given, argument),
    ]);
    const all = await Promise.all(
      environments.map(async (environment) => ({
        environment,
        status: describePlatform(await observePlatform(clients, application, environment)),
      })),
    );
    const pending = all.filter(({ status }) => status.updatePending);
    const behind = all.filter(({ status }) => status.newerAgent !== null);
    const stack = environments[0]?.stack ?? '';
    if (pending.length === 0 && behind.length > 0)
      throw problemsError(
        'There is nothing to roll out yet',
        behind.map(({ status }) => newerAgentSentence(status)),
        `pulumi up -s ${stack}, then beanpole platform update ${argument}`,
      );
    for (const { status } of behind)
      ui.warn(`${newerAgentSentence(status)} This update rolls out what the launch template has now.`);
    for (const { status } of all) if (!status.updatePending) ui.note(nothingToUpdate(status));
    const wishes = await Promise.all(
      pending.map(({ environment }) => wishForSameVersion(context, environment)),
    );
    if (wishes.length > 0 || json)
      await deployAll(
        context,
        wishes.map((wish) => ({ ...wish, ...options })),
        { dryRun, json, noWait: flags.noWait },
      );
  },
});

const newerAgentSentence = ({ environment, agent, newerAgent }: PlatformStatus): string =>
  `The launch template of ${environment} names the agent ${shortDigest(agent)}, the application stack has ${shortDigest(newerAgent)}.`;

function nothingToUpdate({
  environment,
  launchTemplateVersion,
  image,
  agent,
  instances,
}: PlatformStatus): string {
  const count = instances.length === 1 ? 'its instance has' : `its ${instances.length} instances have`;
  return `${environment}: nothing to update; ${count} version ${launchTemplateVersion} of the launch template (image ${image ?? '-'}, agent ${shortDigest(agent)}).`;
}
