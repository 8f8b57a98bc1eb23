import type * as s3 from '@aws-sdk/client-s3';
import type { Answer } from '../../endpoint/service.ts';
import { checksumFields } from './checksum-fields.ts';
import { checkRead, writeRefusal } from './conditions.ts';
import { findBucket, shownVersion, type Context } from './context.ts';
import { parseCopySource } from './copy-source.ts';
import { descriptionOf, parseTagging } from './description.ts';
import { AwsError } from '../../endpoint/service.ts';
import { invalidRequest, noSuchBucket, refuseOthers } from './errors.ts';
import { findVersion } from './get.ts';
import { checkUpload, encryptionAnswer, uploading } from './put.ts';
import type { Bucket, Version } from './state.ts';
import { addVersion, encryptionOf } from './writing.ts';

const known: ReadonlySet<string> = new Set([
  ...uploading,
  'CopySource',
  'CopySourceIfMatch',
  'CopySourceIfNoneMatch',
  'CopySourceIfModifiedSince',
  'CopySourceIfUnmodifiedSince',
  'MetadataDirective',
  'TaggingDirective',
  'IfMatch',
  'IfNoneMatch',
  'ExpectedSourceBucketOwner',
]);

export interface Source {
  readonly bucket: Bucket;
  readonly version: Version;
}

/** CopyObject: the same bytes under another key (or the same key with another description). */
export function copyObject(
  context: Context,
  input: s3.CopyObjectCommandInput,
): Answer<s3.CopyObjectCommandOutput> {
  refuseOthers(input, 'CopyObject', known);
  checkUpload(input);
  const source = findSource(context, input);
  const bucket = findBucket(context, input);
  const key = input.Key ?? '';
  checkSelfCopy(source, bucket, key, input);
  const refusal = writeRefusal(input, key, context.objects.current(bucket.name, key));
  if (refusal) throw refusal;
  const { version } = source;
  const copy = addVersion(context, bucket, {
    key,
    isDeleteMarker: false,
    etag: version.etag,
    size: version.size,
    bodies: version.bodies.map((body) => context.bodies.copy(body)),
    ...(version.checksum && { checksum: version.checksum }),
    description: input.MetadataDirective === 'REPLACE' ? descriptionOf(input) : version.description,
    tags: input.TaggingDirective === 'REPLACE' ? parseTagging(input.Tagging) : version.tags,
    ...encryptionOf(bucket),
  });
  return {
    CopyObjectResult: {
      ETag: copy.etag,
      LastModified: new Date(copy.modified),
      ...checksumFields(copy.checksum),
    },
    ...(source.bucket.versioning && { CopySourceVersionId: version.versionId }),
    ...encryptionAnswer(copy),
    ...shownVersion(bucket, copy.versionId),
  };
}

type SourceInput = Pick<
  s3.CopyObjectCommandInput,
  | 'CopySource'
  | 'CopySourceIfMatch'
  | 'CopySourceIfNoneMatch'
  | 'CopySourceIfModifiedSince'
  | 'CopySourceIfUnmodifiedSince'
  | 'ExpectedSourceBucketOwner'
>;

/** The version that a copy is to be made of. */
export function findSource(context: Context, input: SourceInput): Source {
  const { Bucket, Key, VersionId } = parseCopySource(input.CopySource ?? '');
  const bucket = context.buckets.get(Bucket);
  if (!bucket) throw noSuchBucket(Bucket);
  if (input.ExpectedSourceBucketOwner !== undefined && input.ExpectedSourceBucketOwner !== context.account)
    throw new AwsError('AccessDenied', 'Access Denied', 403);
  const version = findVersion(context, bucket, Key, VersionId);
  checkSource(input, version);
  return { bucket, version };
}

/** A copy's conditions never answer 304. */
function checkSource(input: SourceInput, version: Version): void {
  try {
    checkRead(
      {
        IfMatch: input.CopySourceIfMatch,
        IfNoneMatch: input.CopySourceIfNoneMatch,
        IfModifiedSince: input.CopySourceIfModifiedSince,
        IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
      },
      version,
    );
  } catch {
    throw new AwsError(
      'PreconditionFailed',
      'At least one of the pre-conditions you specified did not hold',
      412,
    );
  }
}

function checkSelfCopy(
  { bucket, version }: Source,
  target: Bucket,
  key: string,
  input: s3.CopyObjectCommandInput,
): void {
  const isSelf = bucket.name === target.name && version.key === key;
  const changes =
    input.MetadataDirective === 'REPLACE' ||
    input.TaggingDirective === 'REPLACE' ||
    input.CopySource?.includes('?versionId=');
  if (isSelf && !changes) {
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
}
