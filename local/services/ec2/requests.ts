import { createHash } from 'node:crypto';
import { AwsError } from '../../endpoint/service.ts';
import { page as cutPage } from '../page.ts';
import { invalidValue, unsupported } from './errors.ts';
import type { Ec2Context } from './context.ts';

/**
 * Refuses members of a request that nothing here has state for, so that nobody relies on them.
 * `undefined`, `false` and empty lists ask for nothing.
 */
export function accept(what: string, input: object, members: readonly string[]): void {
  for (const [member, value] of Object.entries(input)) {
    if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) continue;
    if (member !== 'DryRun' && !members.includes(member)) throw unsupported(`${what}: ${member}`);
  }
}

const tokenLifetime = 24 * 60 * 60 * 1000;

/**
 * Runs a creation once per client token: a repeated request finds what the first one made.
 * `create` returns the ids to remember.
 */
export async function once(
  context: Ec2Context,
  operation: string,
  input: { readonly ClientToken?: string | undefined },
  create: () => readonly string[] | Promise<readonly string[]>,
): Promise<readonly string[]> {
  const { ClientToken: token, ...rest } = input;
  if (token === undefined) return create();
  const { clientTokens } = context.state;
  const key = `${operation}:${token}`;
  const fingerprint = createHash('sha256').update(JSON.stringify(rest)).digest('hex');
  const known = clientTokens.get(key);
  if (known) {
    if (known.fingerprint === fingerprint) return known.ids;
    throw new AwsError(
      'IdempotentParameterMismatch',
      `The client token '${token}' was already used with different parameters.`,
    );
  }
  const ids = await create();
  const now = context.parts.clock.now();
  clientTokens.set(key, { fingerprint, ids, at: now });
  for (const [old, { at }] of clientTokens.entries()) {
    if (at > now - tokenLifetime) break;
    clientTokens.delete(old);
  }
  return ids;
}

/** Cuts a page out of a listing, within the bounds that the operation sets for its size. */
export function page<T>(
  rows: readonly T[],
  { MaxResults, NextToken }: { MaxResults?: number | undefined; NextToken?: string | undefined },
  [least, most]: readonly [number, number] = [5, 1000],
): { rows: readonly T[]; NextToken?: string } {
  if (MaxResults !== undefined && (MaxResults < least || MaxResults > most))
    throw invalidValue(
      `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value between ${least} and ${most}.`,
    );
  const { items, nextToken } = cutPage(rows, MaxResults ?? most, NextToken, () => badToken(NextToken));
  return nextToken === undefined ? { rows: items } : { rows: items, NextToken: nextToken };
}

const badToken = (token = ''): AwsError =>
  new AwsError('InvalidNextToken', `The token '${token}' is invalid.`);
