import { isDeepStrictEqual } from 'node:util';
import { keys, type EnvironmentName, type Slot } from '../../model/names.ts';
import { currentPointer, type CurrentPointer, type SlotPointer } from '../../model/schemas.ts';
import type { Documents } from '../aws/documents.ts';
import type { Pointers } from './run.ts';

export const readCurrent = async (
  documents: Documents,
  name: EnvironmentName,
): Promise<CurrentPointer | undefined> => (await documents.read(keys.current(name), currentPointer))?.value;

/** Moves what one slot's instances boot; by conditional write, and only if it is not there already. */
export function createPointers(documents: Documents, name: EnvironmentName, slot: Slot): Pointers {
  return {
    async move(pointer) {
      const found = await documents.read(keys.current(name), currentPointer);
      const moved = withPointer(found?.value, slot, pointer);
      if (found && isDeepStrictEqual(found.value, moved)) return;
      if (found) await documents.replace(keys.current(name), moved, found.etag);
      else await documents.create(keys.current(name), moved);
    },
  };
}

const withPointer = (
  current: CurrentPointer | undefined,
  slot: Slot,
  pointer: SlotPointer | null,
): CurrentPointer => ({
  active: current?.active ?? slot,
  slots: { blue: null, green: null, ...current?.slots, [slot]: pointer },
});
