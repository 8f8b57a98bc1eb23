import { displayName } from '../../model/names.ts';
import type { EnvironmentDescriptor } from '../../model/schemas.ts';
import type { Context } from '../context.ts';
import { observeGroups } from '../deploy/aws-group.ts';
import type { FleetInstance } from '../deploy/fleet.ts';
import { UserError } from '../errors.ts';
import { table } from '../ui/table.ts';

/** The instance of an environment to open a session on: the one given, the only one, or the one a person picks. */
export async function chooseInstance(
  context: Context,
  environment: EnvironmentDescriptor,
  given: string | undefined,
): Promise<string> {
  const { blue, green } = await observeGroups(context.clients, environment);
  const instances = [...blue.instances, ...green.instances];
  const target = displayName(environment);
  if (given !== undefined) {
    if (instances.some(({ id }) => id === given)) return given;
    throw new UserError(`${given} is no instance of ${target} (any more).`, {
      now: [instances.length > 0 ? `It has ${instances.map(({ id }) => id).join(', ')}.` : 'It has none.'],
      next: `beanpole status ${target}`,
    });
  }
  const [first, ...more] = instances;
  if (!first)
    throw new UserError(`${target} has no instances.`, { next: `beanpole status ${target}   (says why)` });
  return more.length === 0 ? first.id : await pick(context, instances, target);
}

async function pick(
  { terminal, ui, signal }: Context,
  instances: readonly FleetInstance[],
  target: string,
): Promise<string> {
  const first = instances[0]?.id ?? '';
  if (!terminal.size())
    throw new UserError(`${target} has several instances; which one?`, {
      now: instances.map(({ id, zone, state }) => `${id} in ${zone} is ${state}.`),
      next: `the same command with --instance ${first}`,
    });
  const rows = instances.map(({ id, zone, state }, index) => [String(index + 1), id, zone, state]);
  ui.note(table(['', 'INSTANCE', 'ZONE', 'STATE'], rows));
  for (;;) {
    const answer = (await terminal.ask('Which one? [1] ', signal)).trim() || '1';
    const chosen = instances.find(({ id }, index) => answer === id || answer === String(index + 1));
    if (chosen) return chosen.id;
    ui.note(`A number from 1 to ${instances.length}, please.`);
  }
}
