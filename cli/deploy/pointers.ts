import { isDeepStrictEqual } from 'node:util';
import { keys, type EnvironmentName, type Slot } from '../../model/names.ts';
import { currentPointer, type CurrentPointer, type SlotPointer } from '../../model/schemas.ts';
import type { Documents } from '../aws/documents.ts';
import type { Pointers } from './run.ts';

export const readCurrent = async (
  documents: Documents,
  name: EnvironmentName,
): Promise<CurrentPointer | undefined> => (await documents.read(keys.current(name), currentPointer))?.value;

/** Moves what slots boot, and which one is active; by conditional write, and only if it is not so already. */
export function createPointers(documents: Documents, name: EnvironmentName): Pointers {
  const key = keys.current(name);
  async function change(next: (current: CurrentPointer | undefined) => CurrentPointer): Promise<void> {
    const found = await documents.read(key, currentPointer);
    const moved = next(found?.value);
    if (found && isDeepStrictEqual(found.value, moved)) return;
    if (found) await documents.replace(key, moved, found.etag);
    else await documents.create(key, moved);
  }
  return {
    move: (slot, pointer) => change((current) => withPointer(current, slot, pointer)),
    activate: (slot) =>
      change((current) => ({ slots: { blue: null, green: null }, ...current, active: slot })),
  };
}

/** Before the first deployment blue is the active slot. */
const withPointer = (
  current: CurrentPointer | undefined,
  slot: Slot,
  pointer: SlotPointer | null,
): CurrentPointer => ({
  active: current?.active ?? 'blue',
  slots: { blue: null, green: null, ...current?.slots, [slot]: pointer },
});
