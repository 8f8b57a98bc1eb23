import { logGroup } from '../../model/names.ts';
import { event as eventSchema, type Event } from '../../model/schemas.ts';
import { command, shared } from '../command.ts';
import { listEnvironments, parseTarget, selectEnvironments } from '../environments.ts';
import { printLogs } from '../logs/print-logs.ts';
import type { LogLine } from '../logs/read-logs.ts';
import { sinceTime } from '../logs/since.ts';
import { applicationOf } from '../project.ts';
import type { Paint } from '../ui/paint.ts';

export default command({
  name: 'events',
  group: 'Look',
  summary: 'Show what happened to environments: deployments, health, boots.',
  argument: {
    name: 'stack[/environment]',
    summary: 'dev, or dev/web; everything unless given.',
    required: false,
  },
  options: { follow: shared.follow, since: shared.since, json: shared.json, application: shared.application },
  examples: [
    { command: 'beanpole events dev/web', effect: 'the events of the last day' },
    { command: 'beanpole events --follow', effect: 'everything, as it happens' },
  ],

  async run(argument, { follow, since = follow ? '10m' : '1d', json, application: given }, context) {
    const { clients, project, clock, ui } = context;
    const from = sinceTime(since, clock.now());
    const environments = await listEnvironments(clients.ssm, applicationOf(project, given));
    const selected = argument ? selectEnvironments(environments, parseTarget(argument)) : environments;
    const groups = selected.map((environment) => logGroup(environment, 'events'));
    const print = (line: LogLine) => {
      ui.data(json ? line.message : eventText(line, ui.dataPaint));
    };
    const count = await printLogs(context, { groups, from, follow, print });
    if (count === 0 && !follow) ui.note(`No events since ${since}.`);
  },
});

function eventText({ message, at }: LogLine, paint: Paint): string {
  const event = parse(message);
  if (!event) return `${new Date(at).toISOString()}  ${message}`;
  const colour = { DEBUG: paint.quiet, INFO: (text: string) => text, WARN: paint.careful, ERROR: paint.bad }[
    event.severity
  ];
  const who = event.instanceId ? ` ${event.instanceId}` : '';
  return `${event.at}  ${colour(event.severity.padEnd(5))}  ${event.environment}${who}: ${event.message}`;
}

function parse(message: string): Event | undefined {
  try {
    return eventSchema.safeParse(JSON.parse(message)).data;
  } catch {
    return undefined;
  }
}
