import { readFileSync } from 'node:fs';
import { displayName } from '../../../model/names.ts';
import { command, flag, shared, text } from '../../command.ts';
import { deployChange } from '../../configuration/change.ts';
import { parseAssignments, parsePropertyFile, type Property } from '../../configuration/properties.ts';
import { listStored, refuseOtherKind, storeProperties } from '../../configuration/property-store.ts';
import { findEnvironment } from '../../environments.ts';
import { problemsError, UserError } from '../../errors.ts';

export default command({
  name: 'config set',
  group: 'Deploy',
  summary: 'Set environment properties, and deploy the version that runs with them.',
  argument: { name: 'stack/environment', summary: 'dev/web.', required: true },
  words: { name: 'NAME=value', summary: 'One or several.', required: false },
  options: {
    secret: flag('Keep them encrypted; they are shown nowhere.'),
    file: text(
      'path',
      'Lines NAME=value from a file; - is standard input, which leaves no trace in a history.',
    ),
    noDeploy: flag('Only store them; the next deployment takes them.'),
    json: flag('Print how the deployment ended as JSON.'),
    application: shared.application,
  },
  examples: [
    {
      command: 'beanpole config set dev/web GREETING=hello LOG_LEVEL=debug',
      effect: 'both in one deployment',
    },
    {
      command: 'beanpole config set prod/web --secret --file -',
      effect: 'reads API_KEY=… from standard input',
    },
  ],

  async run(argument, { secret, file, noDeploy, json, application }, context, _second, words) {
    const { ssm } = context.clients;
    const properties = readProperties(words, file);
    const environment = await findEnvironment(context, application, argument);
    const before = await listStored(ssm, environment);
    refuseOtherKind(environment, before, properties, secret);
    const written = await storeProperties(ssm, environment, properties, secret);
    context.ui.note(
      `Stored ${properties.map(({ name }) => name).join(', ')} for ${displayName(environment)}.`,
    );
    await deployChange(context, { environment, before, written, how: { json, noDeploy } });
  },
});

function readProperties(words: readonly string[], file: string | undefined): readonly Property[] {
  const typed = parseAssignments(words);
  const read = file === undefined ? { properties: [], problems: [] } : parsePropertyFile(readText(file));
  const properties = [
    ...read.properties.filter(({ name }) => !typed.properties.some((each) => each.name === name)),
    ...typed.properties,
  ];
  const problems = [...read.problems, ...typed.problems];
  if (problems.length > 0)
    throw problemsError('Nothing was changed', problems, 'the same command, corrected');
  if (properties.length > 0) return properties;
  throw new UserError('No property is given.', { next: 'beanpole config set dev/web NAME=value' });
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
