/** Which keys a listing shows: pure, over sorted keys. */
export interface ListingRequest {
  readonly prefix: string;
  readonly delimiter: string;
  /** Only what sorts after it (a key, or a common prefix with all under it). */
  readonly after: string;
  readonly most: number;
}

export interface Listing<T> {
  readonly items: T[];
  readonly commonPrefixes: string[];
  readonly isTruncated: boolean;
  /** The last key or common prefix shown: where the next page goes on. */
  readonly last: string;
}

/** Walks sorted keys; `itemOf` gives what a key shows, undefined for nothing (a delete marker). */
export function list<T>(
  keys: readonly string[],
  request: ListingRequest,
  itemOf: (key: string) => T | undefined,
): Listing<T> {
  const { prefix, delimiter, after, most } = request;
  const items: T[] = [];
  const commonPrefixes: string[] = [];
  let last = '';
  let index = lowerBound(keys, after > prefix ? after : prefix);
  for (; index < keys.length; index++) {
    const key = keys[index] ?? '';
    if (!key.startsWith(prefix)) break;
    if (key <= after) continue;
    const item = itemOf(key);
    if (item === undefined) continue;
    const common = commonPrefix(key, prefix, delimiter);
    // A page that ended with a common prefix has shown all that is under it.
    if (common !== undefined && (common === after || common === last)) continue;
    if (items.length + commonPrefixes.length === most)
      return { items, commonPrefixes, isTruncated: most > 0, last };
    last = common ?? key;
    if (common === undefined) items.push(item);
    else commonPrefixes.push(common);
  }
  return { items, commonPrefixes, isTruncated: false, last };
}

function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (!delimiter) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

function lowerBound(keys: readonly string[], wanted: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] ?? '') < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
