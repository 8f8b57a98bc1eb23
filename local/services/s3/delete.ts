import type * as s3 from '@aws-sdk/client-s3';
import { AwsError, type Answer, type Call } from '../../endpoint/service.ts';
import { deletion } from './authorization.ts';
import { sameTag } from './conditions.ts';
import { findBucket, type Context } from './context.ts';
import { malformedXml, noSuchKey, preconditionFailed, refuseOthers } from './errors.ts';
import type { Bucket } from './state.ts';
import { deleteKey, type Deleted } from './writing.ts';

const known: ReadonlySet<string> = new Set([
  'Bucket',
  'Key',
  'VersionId',
  'IfMatch',
  'ExpectedBucketOwner',
  'RequestPayer',
]);
const knownMany: ReadonlySet<string> = new Set([
  'Bucket',
  'Delete',
  'ChecksumAlgorithm',
  'ExpectedBucketOwner',
  'RequestPayer',
]);

export function deleteObject(
  context: Context,
  input: s3.DeleteObjectCommandInput,
): Answer<s3.DeleteObjectCommandOutput> {
  refuseOthers(input, 'DeleteObject', known);
  const bucket = findBucket(context, input);
  checkMatch(context, bucket, input.Key ?? '', input.VersionId, input.IfMatch);
  return answer(deleteKey(context, bucket, input.Key ?? '', input.VersionId));
}

function answer({ versionId, isDeleteMarker }: Deleted): Answer<s3.DeleteObjectCommandOutput> {
  return {
    ...(versionId !== undefined && { VersionId: versionId }),
    ...(isDeleteMarker && { DeleteMarker: true }),
  };
}

function checkMatch(
  context: Context,
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
  wanted: string | undefined,
): void {
  if (wanted === undefined) return;
  const { objects } = context;
  const version =
    versionId === undefined ? objects.current(bucket.name, key) : objects.find(bucket.name, key, versionId);
  if (!version) throw noSuchKey(key);
  if (!sameTag(wanted, version.etag)) throw preconditionFailed('If-Match');
}

/**
 * DeleteObjects: up to 1,000 keys, each with its own result and its own permission.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
 */
export function deleteObjects(
  context: Context,
  input: s3.DeleteObjectsCommandInput,
  call: Call,
): Answer<s3.DeleteObjectsCommandOutput> {
  refuseOthers(input, 'DeleteObjects', knownMany);
  const bucket = findBucket(context, input);
  const { Objects = [], Quiet = false } = input.Delete ?? {};
  if (Objects.length === 0 || Objects.length > 1000) throw malformedXml();
  const results = Objects.map((entry) => deleteEntry(context, bucket, entry, call));
  const deleted = results.flatMap(({ Deleted }) => (Deleted ? [Deleted] : []));
  return {
    ...(!Quiet && { Deleted: deleted }),
    Errors: results.flatMap(({ Failed }) => (Failed ? [Failed] : [])),
  };
}

function deleteEntry(
  context: Context,
  bucket: Bucket,
  entry: s3.ObjectIdentifier,
  call: Call,
): { Deleted?: s3.DeletedObject; Failed?: s3._Error } {
  const key = entry.Key ?? '';
  const named = { Key: key, ...(entry.VersionId !== undefined && { VersionId: entry.VersionId }) };
  try {
    const denied = call.denied?.(deletion({ Bucket: bucket.name, Key: key, VersionId: entry.VersionId }));
    if (denied) throw denied;
    checkMatch(context, bucket, key, entry.VersionId, entry.ETag);
    const { versionId, isDeleteMarker } = deleteKey(context, bucket, key, entry.VersionId);
    return {
      Deleted: { ...named, ...(isDeleteMarker && { DeleteMarker: true, DeleteMarkerVersionId: versionId }) },
    };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { Failed: { ...named, Code: error.code, Message: error.message } };
  }
}
