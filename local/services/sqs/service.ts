import type { Parts, Queues } from '../parts.ts';
import { sqsAuthorization } from './authorization.ts';
import { openContext } from './context.ts';
import { moveOperations, resumeMoves } from './moves.ts';
import { queueOperations } from './queues.ts';
import { receivingOperations } from './receiving.ts';
import { sendingOperations } from './sending.ts';

/** Simple Queue Service: messages in memory and in the store, long polls woken by the message they wait for. */
export function createSqs(parts: Parts): Queues {
  const context = openContext(parts);
  return {
    name: 'sqs',
    authorization: sqsAuthorization(context),
    operations: {
      ...queueOperations(context),
      ...sendingOperations(context),
      ...receivingOperations(context),
      ...moveOperations(context),
    },
    measure: (now) =>
      [...context.live.values()].map(({ queue, engine }) => ({
        name: queue.name,
        ...engine.counts(now),
        oldestAgeSeconds: Math.max(0, Math.floor((now - (engine.oldest ?? now)) / 1000)),
        ...engine.totals,
      })),
    async start() {
      resumeMoves(context);
    },
    async stop() {
      for (const { polls } of context.live.values()) polls.end();
    },
  };
}
