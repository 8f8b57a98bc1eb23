import { validationError } from './errors.ts';

interface PageRequest {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

interface Page<T> {
  readonly items: T[];
  readonly rest: { readonly IsTruncated: boolean; readonly Marker?: string };
}

/** One page of a list; the marker is the place to go on from. */
export function page<T>(all: readonly T[], { Marker, MaxItems = 100 }: PageRequest): Page<T> {
  const start = Marker === undefined ? 0 : Number(Buffer.from(Marker, 'base64url').toString());
  if (!Number.isInteger(start)) throw validationError('Invalid Marker.');
  const end = start + MaxItems;
  const items = all.slice(start, end);
  if (end >= all.length) return { items, rest: { IsTruncated: false } };
  return { items, rest: { IsTruncated: true, Marker: Buffer.from(String(end)).toString('base64url') } };
}

/** Those under a path prefix, by name. */
export function underPath<T extends { path: string; name: string }>(all: Iterable<T>, prefix = '/'): T[] {
  return [...all].filter(({ path }) => path.startsWith(prefix)).sort((a, b) => (a.name < b.name ? -1 : 1));
}
