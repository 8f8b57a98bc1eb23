import { displayName } from '../../../model/names.ts';
import { createDocuments } from '../../aws/documents.ts';
import { command, shared, text } from '../../command.ts';
import { readLatest, readRecord } from '../../deploy/records.ts';
import { findEnvironment } from '../../environments.ts';
import { UserError } from '../../errors.ts';
import { recordText } from '../../ui/record-text.ts';

export default command({
  name: 'deployments show',
  group: 'Look',
  summary: 'Show a deployment: its steps, its instances, how long each took.',
  argument: { name: 'stack/environment', summary: 'dev/web.', required: true },
  options: {
    number: text('n', 'Which deployment; the newest one unless given.', '-n'),
    json: shared.json,
    application: shared.application,
  },
  examples: [
    { command: 'beanpole deployments show prod/web', effect: 'how far the newest one is' },
    { command: 'beanpole deployments show prod/web --number 7 --json', effect: 'its record' },
  ],

  async run(argument, { number, json, application }, context) {
    const { clients, ui, clock } = context;
    const environment = await findEnvironment(context, application, argument);
    const documents = createDocuments(clients.s3, environment.bucket);
    const record =
      number === undefined
        ? (await readLatest(documents, environment)).record
        : await readRecord(documents, environment, Number(number));
    if (!record)
      throw new UserError(
        `${displayName(environment)} has no deployment${number === undefined ? ' yet' : ` ${number}`}.`,
        { next: `beanpole deployments list ${displayName(environment)}` },
      );
    if (json) ui.json(record);
    else ui.data(recordText(record, clock.now(), ui.dataPaint));
  },
});
