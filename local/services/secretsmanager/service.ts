import type { Parts, SecretsManager } from '../parts.ts';
import { secretsAuthorization } from './authorization.ts';
import { managedSecrets } from './managed.ts';
import { passwordOperations } from './passwords.ts';
import { policyOperations } from './policies.ts';
import { removeExpired, secretOperations } from './secrets.ts';
import { secretState } from './state.ts';
import { tagOperations } from './tags.ts';
import { valueOperations } from './values.ts';

/** How often deletions and rotations that fell due are looked for. */
const roundMilliseconds = 60_000;

/**
 * Secrets Manager: secrets with versions and staging labels. Differences to AWS: no replicas in other regions,
 * rotation of managed secrets only (there are no Lambda functions).
 */
export function createSecretsManager(parts: Parts) {
  const state = secretState(parts);
  const managed = managedSecrets(parts, state);
  let cancel: (() => void) | undefined;
  function round(): void {
    const now = parts.clock.now();
    removeExpired(state, now);
    void managed.rotateDue(now).catch((error: unknown) => {
      console.error('Secrets Manager: a rotation failed and is tried again:', error);
    });
    cancel = parts.clock.after(roundMilliseconds, round);
  }
  return {
    name: 'secretsmanager',
    authorization: secretsAuthorization(parts, state),
    operations: {
      ...secretOperations(parts, state),
      ...valueOperations(parts, state),
      ...passwordOperations,
      ...policyOperations(state),
      ...tagOperations(state),
      ...managed.operations,
    },
    ...managed.service,
    async start() {
      round();
    },
    async stop() {
      cancel?.();
    },
  } satisfies SecretsManager;
}
