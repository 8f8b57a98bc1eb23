import { AwsError } from '../../endpoint/service.ts';
import { conflict, noSuchKey, preconditionFailed } from './errors.ts';
import type { Version } from './state.ts';

export interface WriteConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
}

/** Whether a write's conditions hold against the current version; the error that AWS answers when not. */
export function writeRefusal(
  { IfMatch, IfNoneMatch }: WriteConditions,
  key: string,
  current: Version | undefined,
): AwsError | undefined {
  if (IfNoneMatch !== undefined && IfNoneMatch !== '*') {
    return new AwsError(
      'NotImplemented',
      'A header you provided implies functionality that is not implemented',
      501,
      { Header: 'If-None-Match' },
    );
  }
  if (IfNoneMatch !== undefined && current) return preconditionFailed('If-None-Match');
  if (IfMatch === undefined) return undefined;
  if (!current) return noSuchKey(key);
  return sameTag(IfMatch, current.etag) ? undefined : preconditionFailed('If-Match');
}

/** The same after a body has flowed in: what held when it began and no longer does was a race. */
export function racedRefusal(
  conditions: WriteConditions,
  key: string,
  current: Version | undefined,
): AwsError | undefined {
  return (
    writeRefusal(conditions, key, current) &&
    conflict(conditions.IfMatch === undefined ? 'If-None-Match' : 'If-Match')
  );
}

export interface ReadConditions extends WriteConditions {
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
}

/** Throws what a conditional read answers instead of the object. */
export function checkRead(conditions: ReadConditions, version: Version): void {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  const modified = Math.floor(version.modified / 1000) * 1000;
  if (IfMatch !== undefined) {
    if (!sameTag(IfMatch, version.etag)) throw preconditionFailed('If-Match');
  } else if (IfUnmodifiedSince && modified > IfUnmodifiedSince.getTime())
    throw preconditionFailed('If-Unmodified-Since');
  if (IfNoneMatch !== undefined) {
    if (sameTag(IfNoneMatch, version.etag)) throw notModified();
  } else if (IfModifiedSince && modified <= IfModifiedSince.getTime()) throw notModified();
}

function notModified(): AwsError {
  return new AwsError('NotModified', 'Not Modified', 304);
}

/** Compares entity tags, with quotes or without; `*` is any. */
export function sameTag(wanted: string, etag: string): boolean {
  const bare = (tag: string): string => tag.trim().replace(/^W\//, '').replaceAll('"', '');
  return wanted.split(',').some((tag) => bare(tag) === '*' || bare(tag) === bare(etag));
}
