import { command, shared } from '../../command.ts';
import { findApplication, listEnvironments, parseTarget, selectEnvironments } from '../../environments.ts';
import { describePlatform } from '../../platform/describe.ts';
import { observePlatform } from '../../platform/observe.ts';
import { applicationOf } from '../../project.ts';
import { platformText } from '../../ui/platform-text.ts';

export default command({
  name: 'platform show',
  group: 'Look',
  summary: 'Show image, agent and launch template of every instance, against what new ones would get.',
  argument: {
    name: 'stack[/environment]',
    summary: 'dev, or dev/web; everything unless given.',
    required: false,
  },
  options: { json: shared.json, application: shared.application },
  examples: [
    { command: 'beanpole platform show', effect: 'what runs, and what is current' },
    { command: 'beanpole platform show prod/web --json', effect: 'one environment, for scripts' },
  ],

  async run(argument, { json, application: given }, { clients, project, ui }) {
    const name = applicationOf(project, given);
    const [application, environments] = await Promise.all([
      findApplication(clients.ssm, name),
      listEnvironments(clients.ssm, name),
    ]);
    const selected = argument ? selectEnvironments(environments, parseTarget(argument)) : environments;
    const observations = selected.map((environment) => observePlatform(clients, application, environment));
    const all = (await Promise.all(observations)).map(describePlatform);
    if (json) ui.json(all);
    else if (all.length > 0) ui.data(platformText(all));
    if (environments.length === 0) ui.next('pulumi up -s dev', `${name} has no environments yet`);
  },
});
