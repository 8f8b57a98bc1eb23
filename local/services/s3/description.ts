import { invalidArgument } from './errors.ts';
import type { Description } from './state.ts';

interface Described {
  readonly ContentType?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  readonly CacheControl?: string | undefined;
  readonly Expires?: Date | undefined;
  readonly Metadata?: Record<string, string> | undefined;
}

/** Members of an input that a description is made of. */
export const describing = [
  'ContentType',
  'ContentEncoding',
  'ContentDisposition',
  'ContentLanguage',
  'CacheControl',
  'Expires',
  'Metadata',
] as const;

/** What an upload says of its object. */
export function descriptionOf(input: Described): Description {
  const { ContentType, ContentDisposition, ContentLanguage, CacheControl, Expires, Metadata = {} } = input;
  // The transfer's own encoding is not the object's.
  const encodings = (input.ContentEncoding ?? '').split(',').map((encoding) => encoding.trim());
  const ContentEncoding = encodings.filter((encoding) => encoding && encoding !== 'aws-chunked').join(',');
  return {
    ContentType: ContentType ?? 'application/octet-stream',
    ...(ContentEncoding && { ContentEncoding }),
    ...(ContentDisposition !== undefined && { ContentDisposition }),
    ...(ContentLanguage !== undefined && { ContentLanguage }),
    ...(CacheControl !== undefined && { CacheControl }),
    ...(Expires && { ExpiresString: Expires.toUTCString() }),
    Metadata,
  };
}

/** Tags as the header `x-amz-tagging` holds them: `a=1&b=2`. */
export function parseTagging(header: string | undefined): Record<string, string> {
  const pairs = [...new URLSearchParams(header)];
  return checkTags(
    pairs.map(([Key, Value]) => ({ Key, Value })),
    10,
  );
}

interface WireTag {
  readonly Key: string | undefined;
  readonly Value: string | undefined;
}

/** Tags by key, as AWS allows them. */
export function checkTags(tags: readonly WireTag[], most: number): Record<string, string> {
  if (tags.length > most) throw invalidArgument(`Object tags cannot be greater than ${most}`);
  const read: Record<string, string> = {};
  for (const { Key = '', Value = '' } of tags) {
    if (Key.length < 1 || Key.length > 128) throw invalidArgument('The TagKey you have provided is invalid');
    if (Value.length > 256) throw invalidArgument('The TagValue you have provided is invalid');
    if (Key in read) throw invalidArgument('Cannot provide multiple Tags with the same key');
    read[Key] = Value;
  }
  return read;
}

export function tagSet(tags: Record<string, string>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
