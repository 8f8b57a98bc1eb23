import { createDocuments } from '../../aws/documents.ts';
import { command, shared } from '../../command.ts';
import { listProperties, type ListedProperty } from '../../configuration/listing.ts';
import { listStored, readValues } from '../../configuration/property-store.ts';
import { readCurrent } from '../../deploy/pointers.ts';
import { findEnvironment } from '../../environments.ts';
import { table } from '../../ui/table.ts';

export default command({
  name: 'config list',
  group: 'Look',
  summary: "List an environment's properties and where each comes from; secrets are masked.",
  argument: { name: 'stack/environment', summary: 'dev/web.', required: true },
  options: { json: shared.json, application: shared.application },
  examples: [
    { command: 'beanpole config list dev/web', effect: 'name, value, origin, and whether it is deployed' },
    {
      command: 'beanpole config list dev/web --json',
      effect: 'the same, for scripts; a secret has the value null',
    },
  ],

  async run(argument, { json, application }, context) {
    const { clients, ui } = context;
    const environment = await findEnvironment(context, application, argument);
    const [stored, current] = await Promise.all([
      listStored(clients.ssm, environment),
      readCurrent(createDocuments(clients.s3, environment.bucket), environment),
    ]);
    const values = await readValues(
      clients.ssm,
      stored.filter(({ isSecret, isUnset }) => !isSecret && !isUnset),
    );
    const running = current?.slots[current.active]?.configuration;
    const listed = listProperties({ properties: environment.properties, stored, values, running });
    if (json) ui.json(listed);
    else if (listed.length > 0) ui.data(table(['NAME', 'VALUE', 'ORIGIN', 'DEPLOYED'], listed.map(rowOf)));
    if (listed.length === 0)
      ui.next(`beanpole config set ${argument} NAME=value`, 'there is no property yet');
  },
});

const rowOf = ({
  name,
  value,
  isSecret,
  origin,
  stackValue,
  changedAt,
  changedBy,
  isDeployed,
}: ListedProperty): string[] => [
  name,
  isSecret ? '********' : (value ?? '?').replaceAll('\n', '\\n'),
  [
    origin,
    ...(changedAt === null
      ? []
      : [`${changedAt.slice(0, 16)}Z${changedBy === null ? '' : ` by ${changedBy}`}`]),
    ...(origin === 'config set' && stackValue !== null ? [`instead of the stack file's ${stackValue}`] : []),
  ].join(', '),
  isDeployed ? 'yes' : 'no',
];
