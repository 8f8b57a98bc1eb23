import type { Service } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import { ssmAuthorization } from './authorization.ts';
import { commandDelivery } from './command-delivery.ts';
import { commandLists } from './command-lists.ts';
import { commandOperations } from './commands.ts';
import { dataChannels } from './data-channels.ts';
import { documentReads } from './document-reads.ts';
import { documentChanges } from './documents.ts';
import { inventoryOperations } from './inventory.ts';
import { liveSessions } from './live-sessions.ts';
import { managedNodes } from './nodes.ts';
import { parameterChanges } from './parameter-changes.ts';
import { parameterHistory } from './parameter-history.ts';
import { parameterOperations } from './parameters.ts';
import { openSeal } from './secure-string.ts';
import { sessionOperations } from './sessions.ts';
import { ssmState } from './state.ts';
import { tagOperations } from './tags.ts';

/** Systems Manager: Parameter Store, documents, Run Command and Session Manager. */
export function createSsm(parts: Parts) {
  const state = ssmState(parts);
  const seal = openSeal(parts.folder);
  const nodes = managedNodes(parts, state);
  const delivery = commandDelivery(parts, state, nodes);
  const live = liveSessions(parts, state);
  const channels = dataChannels(parts, live);
  return {
    name: 'ssm',
    authorization: ssmAuthorization(parts, state),
    operations: {
      ...parameterOperations(parts, state, seal),
      ...parameterChanges(parts, state, seal),
      ...parameterHistory(parts, state, seal),
      ...documentChanges(parts, state),
      ...documentReads(parts, state),
      ...commandOperations(parts, state, nodes, delivery),
      ...commandLists(state),
      ...sessionOperations(parts, state, nodes, live),
      ...inventoryOperations(nodes),
      ...tagOperations(state),
    },
    upgrade: channels.upgrade,
    async start() {
      delivery.resume();
      live.closeAbandoned();
    },
    async stop() {
      delivery.stop();
      live.endAll();
      channels.close();
    },
  } satisfies Service;
}
