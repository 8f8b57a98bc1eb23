import type { Properties } from '../protocol/values.ts';
import { absent } from './check.ts';
import { empty, equivalent } from './difference.ts';
import type { Schema } from './schema.ts';

/**
 * The inputs that a program would have to give to get what the cloud has: for what it set, the cloud's values,
 * in the program's spelling where both mean the same.
 */
export function refreshedInputs(schema: Schema, olds: Properties, state: Properties): Properties {
  const inputs: Properties = {};
  for (const [key, old] of Object.entries(olds)) {
    const property = schema[key];
    if (!property || absent(old)) continue;
    if (property.hidden || equivalent(property, old, state[key])) inputs[key] = old;
    else if (!absent(state[key])) inputs[key] = state[key];
  }
  return olds.__defaults === undefined ? inputs : { ...inputs, __defaults: olds.__defaults };
}

/** The inputs of a resource that no program has described yet. */
export function importedInputs(schema: Schema, state: Properties): Properties {
  const entries = Object.entries(schema).filter(([key]) => !empty(state[key]));
  return { ...Object.fromEntries(entries.map(([key]) => [key, state[key]])), __defaults: [] };
}
