import { displayName, logGroup, logKinds, type LogKind } from '../../model/names.ts';
import { command, shared, text } from '../command.ts';
import { listEnvironments, parseTarget, selectEnvironments } from '../environments.ts';
import { UserError } from '../errors.ts';
import { printLogs } from '../logs/print-logs.ts';
import type { LogLine } from '../logs/read-logs.ts';
import { sinceTime } from '../logs/since.ts';
import { applicationOf } from '../project.ts';

export default command({
  name: 'logs',
  group: 'Look',
  summary: 'Show the log lines of all instances of an environment, in order of time.',
  argument: {
    name: 'stack/environment',
    summary: 'dev/web; a stack alone means all its environments.',
    required: true,
  },
  options: {
    follow: shared.follow,
    kind: text('kinds', `Comma-separated: ${logKinds.join(', ')}; application and agent unless given.`),
    since: shared.since,
    json: shared.json,
    application: shared.application,
  },
  examples: [
    { command: 'beanpole logs dev/web', effect: 'the last ten minutes of application and agent' },
    { command: 'beanpole logs prod/web --kind proxy -f', effect: 'requests as they come' },
  ],

  async run(
    argument,
    { follow, kind = 'application,agent', since = '10m', json, application: given },
    context,
  ) {
    const { clients, project, clock, ui } = context;
    const kinds = parseKinds(kind);
    const from = sinceTime(since, clock.now());
    const environments = await listEnvironments(clients.ssm, applicationOf(project, given));
    const selected = selectEnvironments(environments, parseTarget(argument));
    const sources = selected.flatMap((environment) =>
      kinds.map((each) => [logGroup(environment, each), displayName(environment), each] as const),
    );
    const print = (line: LogLine) => {
      const [, environment = '', each = ''] = sources.find(([group]) => group === line.group) ?? [];
      const time = new Date(line.at).toISOString();
      if (json)
        ui.data(
          JSON.stringify({ at: time, environment, kind: each, stream: line.stream, message: line.message }),
        );
      else
        ui.data(
          `${ui.dataPaint.quiet(time)} ${prefix(line, environment, selected.length > 1)} ${each === 'agent' ? line.message.replace(ownTime, '') : line.message}`,
        );
    };
    const groups = sources.map(([group]) => group);
    const count = await printLogs(context, { groups, from, follow, print });
    if (count === 0 && !follow) ui.note(`No lines of ${kinds.join(', ')} since ${since}.`);
  },
});

/** The agent begins its lines with the time, which is shown already. */
const ownTime = /^\d{4}-\d\d-\d\dT[\d:.]+Z /;

const prefix = ({ stream }: LogLine, environment: string, several: boolean): string =>
  `${several ? `${environment} ` : ''}[${stream}]`;

function parseKinds(given: string): LogKind[] {
  const kinds = given.split(',').map((kind) => kind.trim());
  const unknown = kinds.filter((kind) => !logKinds.some((known) => known === kind));
  if (unknown.length > 0)
    throw new UserError(`--kind ${given}: there is no kind ${unknown.join(', ')}.`, {
      next: `--kind ${logKinds.join(',')}`,
    });
  return kinds as LogKind[];
}
