/** One page of a list. Tokens say where the next page begins, so that nothing needs to be remembered. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/** Cuts a page out of a list; throws what `refuse` makes when the token is none of ours. */
export function page<T>(
  all: readonly T[],
  size: number,
  token: string | undefined,
  refuse: () => Error,
): Page<T> {
  const start = token === undefined ? 0 : offsetOf(token);
  if (start === undefined || start > all.length) throw refuse();
  const items = all.slice(start, start + size);
  const end = start + items.length;
  return end < all.length ? { items, nextToken: tokenAt(end) } : { items };
}

const tokenAt = (offset: number): string => Buffer.from(`from:${offset}`).toString('base64url');

function offsetOf(token: string): number | undefined {
  const match = /^from:(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  return match ? Number(match[1]) : undefined;
}
