import { randomUUID } from 'node:crypto';
import type { Parts } from '../parts.ts';
import type { DatabaseState, StoredEvent } from './state.ts';

/** Writes an event that DescribeEvents tells. */
export type Record = (sourceType: StoredEvent['sourceType'], source: string, message: string) => void;

/** AWS keeps events for 14 days. */
const keptMilliseconds = 14 * 24 * 60 * 60 * 1000;

export function recorder({ clock }: Parts, { events }: DatabaseState): Record {
  return (sourceType, source, message) => {
    const time = clock.now();
    for (const [id, event] of [...events.entries()]) {
      if (event.time >= time - keptMilliseconds) break;
      events.delete(id);
    }
    const id = randomUUID();
    events.set(id, { id, time, source, sourceType, message });
  };
}
