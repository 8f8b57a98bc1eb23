import { command, flag, shared, text } from '../command.ts';
import { deployAll } from '../deploy/deploy-all.ts';
import { deploymentFlags, wishedOptions } from '../deploy/wished-options.ts';
import { wishesFor } from '../deploy/wishes.ts';
import { parseTarget } from '../environments.ts';
import { applicationOf } from '../project.ts';

export default command({
  name: 'deploy',
  group: 'Deploy',
  summary: 'Bring an environment, or all environments of a stack, to an application version.',
  argument: { name: 'stack[/environment]', summary: 'dev, or dev/web.', required: true },
  options: {
    version: text('label', 'The application version; the newest one unless given.'),
    ...deploymentFlags,
    dryRun: flag('Print the plan and change nothing.'),
    json: flag('Print the plan, or how it ended, as JSON.'),
    application: shared.application,
  },
  examples: [
    { command: 'beanpole deploy dev', effect: 'all environments of dev get the newest version' },
    { command: 'beanpole deploy prod --version v1', effect: 'v1 as a whole' },
    {
      command: 'beanpole deploy prod/web --policy Rolling --batch-size 50%',
      effect: 'half of the instances at a time',
    },
    {
      command: 'beanpole deploy prod/web --dry-run',
      effect: 'shows each step, its undo and the point of no return',
    },
  ],

  async run(argument, { version: label, dryRun, json, application: given, ...flags }, context) {
    const target = parseTarget(argument);
    const options = wishedOptions(flags);
    const application = applicationOf(context.project, given);
    const wishes = await wishesFor(context, application, target, label);
    await deployAll(
      context,
      wishes.map((wish) => ({ ...wish, ...options })),
      { dryRun, json, noWait: flags.noWait },
    );
  },
});
