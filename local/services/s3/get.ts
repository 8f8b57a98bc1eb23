import type * as s3 from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { checksumFields } from './checksum-fields.ts';
import { checkRead } from './conditions.ts';
import { findBucket, shownVersion, type Context } from './context.ts';
import { noSuchBucket, noSuchKey, noSuchVersion, refuseOthers } from './errors.ts';
import { encryptionAnswer } from './put.ts';
import { byteRange, type ByteRange } from './ranges.ts';
import type { Bucket, Version } from './state.ts';

const known: ReadonlySet<string> = new Set([
  'Bucket',
  'Key',
  'VersionId',
  'Range',
  'IfMatch',
  'IfNoneMatch',
  'IfModifiedSince',
  'IfUnmodifiedSince',
  'ChecksumMode',
  'ExpectedBucketOwner',
  'RequestPayer',
  'ResponseCacheControl',
  'ResponseContentDisposition',
  'ResponseContentEncoding',
  'ResponseContentLanguage',
  'ResponseContentType',
  'ResponseExpires',
]);

interface Located {
  readonly bucket: Bucket;
  readonly version: Version;
  readonly range: ByteRange | undefined;
}

export function getObject(
  context: Context,
  input: s3.GetObjectCommandInput,
): Answer<s3.GetObjectCommandOutput> {
  refuseOthers(input, 'GetObject', known);
  const located = locate(context, input);
  const { version, range } = located;
  const { start, end } = range ?? { start: 0, end: version.size - 1 };
  const Body = context.bodies.read(version.bodies, start, end) as Readable;
  return { ...headOf(located, input), Body: Body as NonNullable<s3.GetObjectCommandOutput['Body']> };
}

export function headObject(
  context: Context,
  input: s3.HeadObjectCommandInput,
): Answer<s3.HeadObjectCommandOutput> {
  refuseOthers(input, 'HeadObject', known);
  return headOf(locate(context, input), input);
}

/** The version that a read means; throws what it answers instead. */
function locate(context: Context, input: s3.GetObjectCommandInput): Located {
  const bucket = findBucket(context, input);
  const version = findVersion(context, bucket, input.Key ?? '', input.VersionId);
  checkRead(input, version);
  return { bucket, version, range: byteRange(input.Range, version.size) };
}

/** A key's version, current unless one is named; never a delete marker. */
export function findVersion(
  context: Context,
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
): Version {
  if (versionId === undefined) {
    const current = context.objects.current(bucket.name, key);
    if (!current) throw noSuchKey(key);
    return current;
  }
  const version = context.objects.find(bucket.name, key, versionId);
  if (!version) throw noSuchVersion(key, versionId);
  if (version.isDeleteMarker) {
    throw new AwsError(
      'MethodNotAllowed',
      'The specified method is not allowed against this resource.',
      405,
      { ResourceType: 'DeleteMarker' },
    );
  }
  return version;
}

function headOf(
  { bucket, version, range }: Located,
  input: s3.GetObjectCommandInput,
): Answer<s3.HeadObjectCommandOutput> {
  const { start, end } = range ?? { start: 0, end: version.size - 1 };
  const { ExpiresString, ...description } = version.description;
  const tagCount = Object.keys(version.tags).length;
  return {
    AcceptRanges: 'bytes',
    LastModified: new Date(version.modified),
    ETag: version.etag,
    ContentLength: end - start + 1,
    ...(range && { ContentRange: `bytes ${start}-${end}/${version.size}` }),
    ...description,
    ...overrides(input, ExpiresString),
    ...(tagCount > 0 && { TagCount: tagCount }),
    ...checksumOf(version, input, range),
    ...encryptionAnswer(version),
    ...shownVersion(bucket, version.versionId),
  };
}

/** A checksum is of the whole object: a client would compare it with the part it got. */
function checksumOf(
  { checksum }: Version,
  { ChecksumMode }: s3.GetObjectCommandInput,
  range: ByteRange | undefined,
): object {
  if (!checksum || range || ChecksumMode !== 'ENABLED') return {};
  return { ...checksumFields(checksum), ChecksumType: checksum.type };
}

/** `response-content-type` and the like, as presigned downloads use them. */
function overrides(input: s3.GetObjectCommandInput, expires: string | undefined): object {
  const pairs: [string, unknown][] = [
    ['CacheControl', input.ResponseCacheControl],
    ['ContentDisposition', input.ResponseContentDisposition],
    ['ContentEncoding', input.ResponseContentEncoding],
    ['ContentLanguage', input.ResponseContentLanguage],
    ['ContentType', input.ResponseContentType],
    ['Expires', input.ResponseExpires ?? (expires === undefined ? undefined : new Date(expires))],
  ];
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

/** HEAD answers have no body for a code: clients tell these by status alone. */
export function asHead<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof AwsError && error.status === 404) throw new AwsError('NotFound', 'Not Found', 404);
    throw error;
  }
}

export function headBucket(
  context: Context,
  input: s3.HeadBucketCommandInput,
): Answer<s3.HeadBucketCommandOutput> {
  const bucket = findBucket(context, input);
  if (!bucket.name) throw noSuchBucket('');
  return { BucketRegion: context.region, BucketArn: `arn:aws:s3:::${bucket.name}`, AccessPointAlias: false };
}
