import type { Service } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import { snsAuthorization } from './authorization.ts';
import { publishOperations } from './publish.ts';
import { snsState } from './state.ts';
import { subscriptionOperations } from './subscriptions.ts';
import { topicOperations } from './topics.ts';

/** Simple Notification Service: topics whose messages go to queues. */
export function createSns(parts: Parts) {
  const state = snsState(parts);
  return {
    name: 'sns',
    authorization: snsAuthorization(parts, state),
    operations: {
      ...topicOperations(parts, state),
      ...subscriptionOperations(parts, state),
      ...publishOperations(parts, state),
    },
  } satisfies Service;
}
