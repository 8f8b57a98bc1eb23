import type { Parts, Topics } from '../parts.ts';
import { snsAuthorization } from './authorization.ts';
import { publishOperations } from './publish.ts';
import { snsState } from './state.ts';
import { subscriptionOperations } from './subscriptions.ts';
import { topicOperations } from './topics.ts';

/** Simple Notification Service: topics whose messages go to queues. */
export function createSns(parts: Parts): Topics {
  const state = snsState(parts);
  return {
    name: 'sns',
    authorization: snsAuthorization(parts, state),
    operations: {
      ...topicOperations(parts, state),
      ...subscriptionOperations(parts, state),
      ...publishOperations(parts, state),
    },
    measure: () =>
      [...state.totals].map(([arn, totals]) => ({ name: arn.split(':').at(-1) ?? '', ...totals })),
  };
}
