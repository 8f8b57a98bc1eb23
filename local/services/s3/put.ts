import type * as s3 from '@aws-sdk/client-s3';
import type { Answer } from '../../endpoint/service.ts';
import type { Incoming, Received } from './bodies.ts';
import { algorithmOf, checksumFields } from './checksum-fields.ts';
import { racedRefusal, writeRefusal } from './conditions.ts';
import { findBucket, shownVersion, type Context } from './context.ts';
import { describing, descriptionOf, parseTagging } from './description.ts';
import { AwsError } from '../../endpoint/service.ts';
import { invalidArgument, refuseOthers } from './errors.ts';
import type { StoredChecksum, Version } from './state.ts';
import { addVersion, encryptionOf } from './writing.ts';

const checksums = [
  'ChecksumAlgorithm',
  'ChecksumCRC32',
  'ChecksumCRC32C',
  'ChecksumSHA1',
  'ChecksumSHA256',
] as const;

/** Members that every upload may have. */
export const uploading = [
  ...describing,
  'Bucket',
  'Key',
  'Tagging',
  'ServerSideEncryption',
  'StorageClass',
  'ACL',
  'ExpectedBucketOwner',
  'RequestPayer',
  'ChecksumAlgorithm',
] as const;

const known: ReadonlySet<string> = new Set([
  ...uploading,
  ...checksums,
  'Body',
  'ContentLength',
  'ContentMD5',
  'IfMatch',
  'IfNoneMatch',
]);

/** PutObject: the body is written down first, then conditions and the new version are one step. */
export function putObject(
  context: Context,
  input: s3.PutObjectCommandInput,
): Answer<s3.PutObjectCommandOutput> | Promise<Answer<s3.PutObjectCommandOutput>> {
  refuseOthers(input, 'PutObject', known);
  checkUpload(input);
  const key = input.Key ?? '';
  const refusal = writeRefusal(input, key, context.objects.current(findBucket(context, input).name, key));
  if (refusal) throw refusal;
  const received = context.bodies.receive(input.Body as Incoming, algorithmOf(input));
  return received instanceof Promise
    ? received.then((late) => finish(context, input, late))
    : finish(context, input, received);
}

/** What is common to all uploads: key, and choices that we have only one answer to. */
export function checkUpload(input: {
  Key?: string | undefined;
  StorageClass?: string | undefined;
  ACL?: string | undefined;
  ServerSideEncryption?: string | undefined;
}): void {
  if (Buffer.byteLength(input.Key ?? '') > 1024)
    throw new AwsError('KeyTooLongError', 'Your key is too long');
  if (input.StorageClass !== undefined && input.StorageClass !== 'STANDARD')
    throw only('storage class', input.StorageClass);
  const acl = input.ACL ?? 'private';
  if (acl !== 'private' && acl !== 'bucket-owner-full-control')
    throw new AwsError('AccessControlListNotSupported', 'The bucket does not allow ACLs');
  if (input.ServerSideEncryption !== undefined && input.ServerSideEncryption !== 'AES256')
    throw only('encryption', input.ServerSideEncryption);
}

function only(what: string, value: string): AwsError {
  return invalidArgument(`local cloud: s3 does not implement the ${what} ${value}`);
}

function finish(
  context: Context,
  input: s3.PutObjectCommandInput,
  received: Received,
): Answer<s3.PutObjectCommandOutput> {
  const key = input.Key ?? '';
  try {
    // Looked up again: a body takes its time, and the bucket may be gone or the key taken.
    const bucket = findBucket(context, input);
    const raced = racedRefusal(input, key, context.objects.current(bucket.name, key));
    if (raced) throw raced;
    const version = addVersion(context, bucket, { ...objectOf(input, received), ...encryptionOf(bucket) });
    return {
      ETag: version.etag,
      ...checksumFields(version.checksum),
      ...(version.checksum && { ChecksumType: 'FULL_OBJECT' }),
      ...encryptionAnswer(version),
      ...shownVersion(bucket, version.versionId),
    };
  } catch (error) {
    context.bodies.release([received.body]);
    throw error;
  }
}

function objectOf(
  input: s3.PutObjectCommandInput,
  { body, md5, checksum }: Received,
): Omit<Version, 'bucket' | 'versionId' | 'modified'> {
  const algorithm = algorithmOf(input);
  const stored: StoredChecksum | undefined =
    algorithm && checksum !== undefined ? { algorithm, value: checksum, type: 'FULL_OBJECT' } : undefined;
  return {
    key: input.Key ?? '',
    isDeleteMarker: false,
    etag: `"${md5}"`,
    size: body.size,
    bodies: [body],
    ...(stored && { checksum: stored }),
    description: descriptionOf(input),
    tags: parseTagging(input.Tagging),
  };
}

export function encryptionAnswer({ encryption }: Version): {
  ServerSideEncryption?: s3.ServerSideEncryption;
} {
  return encryption ? { ServerSideEncryption: encryption } : {};
}
