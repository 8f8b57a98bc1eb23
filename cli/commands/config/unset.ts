import { displayName } from '../../../model/names.ts';
import type { EnvironmentDescriptor } from '../../../model/schemas.ts';
import { createDocuments } from '../../aws/documents.ts';
import { command, flag, shared } from '../../command.ts';
import { deployChange } from '../../configuration/change.ts';
import { usesOfParameters } from '../../configuration/in-use.ts';
import {
  deleteProperties,
  listStored,
  unsetProperties,
  type StoredProperty,
} from '../../configuration/property-store.ts';
import type { Context } from '../../context.ts';
import { observeGroups } from '../../deploy/aws-group.ts';
import { readCurrent } from '../../deploy/pointers.ts';
import { readLatest } from '../../deploy/records.ts';
import { findEnvironment } from '../../environments.ts';
import { UserError } from '../../errors.ts';

export default command({
  name: 'config unset',
  group: 'Deploy',
  summary:
    "Remove properties that were set; the stack file's values hold again. Deploys the version that runs.",
  argument: { name: 'stack/environment', summary: 'dev/web.', required: true },
  words: { name: 'NAME', summary: 'One or several.', required: true },
  options: {
    delete: flag('Delete their history, too: deployments made with them cannot be gone back to.'),
    noDeploy: flag('Only remove them; the next deployment is without them.'),
    json: flag('Print how the deployment ended as JSON.'),
    application: shared.application,
  },
  examples: [
    { command: 'beanpole config unset dev/web GREETING', effect: 'without it from now on' },
    { command: 'beanpole config unset dev/web TOKEN --delete', effect: 'also forgets what it was' },
  ],

  async run(argument, { delete: forgets, noDeploy, json, application }, context, _second, words) {
    const { ssm } = context.clients;
    const environment = await findEnvironment(context, application, argument);
    const before = await listStored(ssm, environment);
    const chosen = words.map((name) => requireStored(before, name, displayName(environment), forgets));
    const set = chosen.filter(({ isUnset }) => !isUnset);
    const uses = forgets ? await usesOf(context, environment, chosen) : [];
    if (uses.length > 0 && noDeploy) throw stillUsed(environment, words, uses);
    if (set.length > 0 || uses.length > 0) {
      const written = await unsetProperties(ssm, environment, set);
      await deployChange(context, { environment, before, written, how: { json, noDeploy } });
    }
    if (!forgets) return;
    const left = await usesOf(context, environment, chosen);
    if (left.length > 0) throw stillUsed(environment, words, left);
    await deleteProperties(ssm, chosen);
  },
});

/** Why their history must stay: an instance whose property is gone does not come up. */
async function usesOf(
  { clients }: Context,
  environment: EnvironmentDescriptor,
  properties: readonly StoredProperty[],
): Promise<string[]> {
  const documents = createDocuments(clients.s3, environment.bucket);
  const [current, { record }, groups] = await Promise.all([
    readCurrent(documents, environment),
    readLatest(documents, environment),
    observeGroups(clients, environment),
  ]);
  return usesOfParameters(
    { current, record, groups },
    properties.map(({ parameter }) => parameter),
  );
}

function stillUsed(
  environment: EnvironmentDescriptor,
  names: readonly string[],
  uses: readonly string[],
): UserError {
  const target = displayName(environment);
  return new UserError(`${names.join(', ')}: the history of a property that is in use cannot be deleted.`, {
    now: [...uses, 'Nothing was deleted.'],
    next: `beanpole config unset ${target} ${names.join(' ')} --delete   (deploys without it first; while a deployment is under way: beanpole status ${target})`,
  });
}

function requireStored(
  stored: readonly StoredProperty[],
  name: string,
  environment: string,
  alsoUnset: boolean,
): StoredProperty {
  const found = stored.find((each) => each.name === name && (alsoUnset || !each.isUnset));
  if (found) return found;
  const known = stored.filter(({ isUnset }) => !isUnset).map((each) => each.name);
  throw new UserError(`${environment} has no property ${name} that was set with config set.`, {
    now: [known.length > 0 ? `It has ${known.join(', ')}.` : 'None was set.', 'Nothing was changed.'],
    next: `beanpole config list ${environment}   (shows those of the stack file, too)`,
  });
}
