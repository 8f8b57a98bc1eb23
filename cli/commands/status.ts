import { command, shared } from '../command.ts';
import { findApplication, listEnvironments, parseTarget, selectEnvironments } from '../environments.ts';
import { applicationOf } from '../project.ts';
import { readAllTargets } from '../status/address.ts';
import { describe } from '../status/describe.ts';
import { observe } from '../status/observe.ts';
import { statusText } from '../ui/status-text.ts';

export default command({
  name: 'status',
  group: 'Look',
  summary: 'Show what runs where, how healthy it is, and what needs attention.',
  argument: {
    name: 'stack[/environment]',
    summary: 'dev, or dev/web; everything unless given.',
    required: false,
  },
  options: { json: shared.json, application: shared.application },
  examples: [
    { command: 'beanpole status', effect: 'all environments of the application' },
    { command: 'beanpole status prod/web --json', effect: 'one environment, for scripts' },
  ],

  async run(argument, { json, application: given }, { clients, project, ui, clock }) {
    const application = applicationOf(project, given);
    const environments = await listEnvironments(clients.ssm, application);
    if (environments.length === 0) {
      await findApplication(clients.ssm, application);
      ui.next('pulumi up -s dev', `${application} has no environments yet`);
    }
    const selected = argument ? selectEnvironments(environments, parseTarget(argument)) : environments;
    const targets = await readAllTargets(clients, environments);
    const observations = await Promise.all(
      selected.map((environment) => observe(clients, environment, targets)),
    );
    const all = observations.map((observation) => describe(observation, clock.now()));
    if (json) ui.json(all);
    else if (all.length > 0) ui.data(statusText(all, ui.dataPaint));
  },
});
