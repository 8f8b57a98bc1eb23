import { displayName } from '../../../model/names.ts';
import { command, flag, shared } from '../../command.ts';
import { deployChange } from '../../configuration/change.ts';
import {
  deleteProperties,
  listStored,
  unsetProperties,
  type StoredProperty,
} from '../../configuration/property-store.ts';
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
    if (set.length > 0) {
      const written = await unsetProperties(ssm, environment, set);
      await deployChange(context, { environment, before, written, how: { json, noDeploy } });
    }
    if (forgets) await deleteProperties(ssm, chosen);
  },
});

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
