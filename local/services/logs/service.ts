import { join } from 'node:path';
import type { Service } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import { logsAuthorization } from './authorization.ts';
import { openEvents } from './events.ts';
import { groupOperations } from './groups.ts';
import { putOperations } from './put-events.ts';
import { readOperations } from './read-events.ts';
import { logsState } from './state.ts';
import { streamOperations } from './streams.ts';
import { tagOperations } from './tags.ts';

const day = 24 * 3600 * 1000;
const expiryInterval = 3600 * 1000;
/** A local region does not keep logs without end: beyond this the oldest events go. */
const keptEvents = 1_000_000;

/** CloudWatch Logs. */
export function createLogs(parts: Parts) {
  const state = logsState(parts);
  const events = openEvents(join(parts.folder, 'logs.db'));
  let cancel: (() => void) | undefined;

  function expire(): void {
    for (const { name, retentionInDays } of state.groups.values()) {
      if (retentionInDays !== undefined) events.expire(name, parts.clock.now() - retentionInDays * day);
    }
    events.keepNewest(keptEvents);
    cancel = parts.clock.after(expiryInterval, expire);
  }

  return {
    name: 'logs',
    authorization: logsAuthorization(parts, state),
    operations: {
      ...groupOperations(parts, state, events),
      ...streamOperations(parts, state, events),
      ...putOperations(parts, state, events),
      ...readOperations(state, events),
      ...tagOperations(state),
    },
    async start() {
      expire();
    },
    async stop() {
      cancel?.();
      events.close();
    },
  } satisfies Service;
}
