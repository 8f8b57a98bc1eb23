import type { DeploymentRecord } from '../../../model/schemas.ts';
import { createDocuments } from '../../aws/documents.ts';
import { command, shared } from '../../command.ts';
import { listRecords } from '../../deploy/records.ts';
import { findEnvironment } from '../../environments.ts';
import { ago, duration } from '../../ui/duration.ts';
import { table } from '../../ui/table.ts';

export default command({
  name: 'deployments list',
  group: 'Look',
  summary: 'List the deployments of an environment, newest first.',
  argument: { name: 'stack/environment', summary: 'dev/web.', required: true },
  options: { json: shared.json, application: shared.application },
  examples: [
    { command: 'beanpole deployments list prod/web', effect: 'who brought what there, and how it ended' },
  ],

  async run(argument, { json, application }, context) {
    const { clients, ui, clock } = context;
    const environment = await findEnvironment(context, application, argument);
    const records = await listRecords(createDocuments(clients.s3, environment.bucket), environment);
    if (json) ui.json(records);
    else if (records.length > 0)
      ui.data(
        table(
          ['DEPLOYMENT', 'VERSION', 'POLICY', 'STATUS', 'STARTED', 'TOOK', 'BY', 'REASON'],
          records.map((record) => rowOf(record, clock.now())),
        ),
      );
    if (records.length === 0) ui.next(`beanpole deploy ${argument}`, 'there was no deployment yet');
  },
});

function rowOf(record: DeploymentRecord, now: number): string[] {
  const { number, target, policy, status, startedAt, endedAt, startedBy, reason, rollbackOf } = record;
  const started = Date.parse(startedAt);
  const what = rollbackOf === undefined ? '' : `takes back ${rollbackOf}`;
  return [
    String(number),
    target.versionLabel,
    policy,
    status,
    ago(now - started),
    endedAt === undefined ? '-' : duration(Date.parse(endedAt) - started),
    startedBy,
    reason ?? what,
  ];
}
