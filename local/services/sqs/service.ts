import type { Service } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import { openContext } from './context.ts';
import { moveOperations, resumeMoves } from './moves.ts';
import { queueOperations } from './queues.ts';
import { receivingOperations } from './receiving.ts';
import { sendingOperations } from './sending.ts';

/** Simple Queue Service: messages in memory and in the store, long polls woken by the message they wait for. */
export function createSqs(parts: Parts): Service {
  const context = openContext(parts);
  return {
    name: 'sqs',
    operations: {
      ...queueOperations(context),
      ...sendingOperations(context),
      ...receivingOperations(context),
      ...moveOperations(context),
    },
    async start() {
      resumeMoves(context);
    },
    async stop() {
      for (const { polls } of context.live.values()) polls.end();
    },
  };
}
