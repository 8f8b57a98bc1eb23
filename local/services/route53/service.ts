import type { Dns, Parts } from '../parts.ts';
import { route53Authorization } from './authorization.ts';
import { changeOperations, changeRecord } from './changes.ts';
import { recordOperations } from './records.ts';
import { resolver } from './resolver.ts';
import { dnsState } from './state.ts';
import { tagOperations } from './tags.ts';
import { zoneOperations } from './zones.ts';

/** Route 53: public hosted zones and the answers to DNS questions. */
export function createRoute53(parts: Parts) {
  const state = dnsState(parts);
  const changes = changeRecord(parts, state);
  return {
    name: 'route53',
    authorization: route53Authorization(state),
    operations: {
      ...zoneOperations(state, changes),
      ...recordOperations(parts, state, changes),
      ...changeOperations(state),
      ...tagOperations(state),
    },
    resolve: resolver(parts, state),
  } satisfies Dns;
}
