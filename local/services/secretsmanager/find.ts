import { invalidRequest, notFound } from './errors.ts';
import type { SecretState, StoredSecret } from './state.ts';

/** A secret by its name, its ARN, or its ARN without the six characters at the end. */
export function findSecret({ secrets }: SecretState, id: string | undefined): StoredSecret {
  const wanted = id ?? '';
  const found = wanted.startsWith('arn:')
    ? [...secrets.values()].find(({ arn }) => arn === wanted || arn.replace(/-.{6}$/, '') === wanted)
    : secrets.get(wanted);
  if (!found) throw notFound();
  return found;
}

/** One that is not being deleted. */
export function findLiving(state: SecretState, id: string | undefined): StoredSecret {
  const found = findSecret(state, id);
  if (found.deletion !== undefined)
    throw invalidRequest(
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  return found;
}

/** One whose value its owner may change: no service's. */
export function findOwn(state: SecretState, id: string | undefined, what: string): StoredSecret {
  const found = findLiving(state, id);
  if (found.owner !== undefined)
    throw invalidRequest(`You can't ${what} the secret because it's managed by ${found.owner}.`);
  return found;
}
