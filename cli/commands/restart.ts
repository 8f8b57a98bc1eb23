import { command, flag, shared } from '../command.ts';
import { deployAll } from '../deploy/deploy-all.ts';
import { deploymentFlags, wishedOptions } from '../deploy/wished-options.ts';
import { wishForSameVersion } from '../deploy/wishes.ts';
import { findEnvironments } from '../environments.ts';

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
    const wishes = await Promise.all(
      environments.map((environment) => wishForSameVersion(context, environment)),
    );
    await deployAll(
      context,
      // A restart takes no new instances unless they are asked for.
      wishes.map((wish) => ({ ...wish, ...options, policy: options.policy ?? 'AllAtOnce' })),
      { dryRun, json, noWait: flags.noWait },
    );
  },
});
