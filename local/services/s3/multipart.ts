import { hash, randomBytes } from 'node:crypto';
import type * as s3 from '@aws-sdk/client-s3';
import { createChecksum } from '../../endpoint/checksums.ts';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import type { Incoming, Received } from './bodies.ts';
import { algorithmOf, checksumFields } from './checksum-fields.ts';
import { sameTag, writeRefusal } from './conditions.ts';
import { findBucket, shownVersion, type Context } from './context.ts';
import { findSource } from './copy.ts';
import { descriptionOf, parseTagging } from './description.ts';
import { invalidArgument, invalidRequest, malformedXml, noSuchUpload, refuseOthers } from './errors.ts';
import { checkUpload, encryptionAnswer, uploading } from './put.ts';
import { byteRange } from './ranges.ts';
import type { Part, StoredChecksum, Upload } from './state.ts';
import { addVersion, encryptionOf } from './writing.ts';

const knownCreate: ReadonlySet<string> = new Set([...uploading, 'ChecksumType']);
const leastPart = 5 * 1024 * 1024;

export function createMultipartUpload(
  context: Context,
  input: s3.CreateMultipartUploadCommandInput,
): Answer<s3.CreateMultipartUploadCommandOutput> {
  refuseOthers(input, 'CreateMultipartUpload', knownCreate);
  checkUpload(input);
  const bucket = findBucket(context, input);
  if (input.ChecksumType === 'FULL_OBJECT')
    throw invalidRequest('local cloud: s3 does not implement full object checksums of multipart uploads');
  const checksumAlgorithm = algorithmOf(input);
  const upload: Upload = {
    id: randomBytes(48).toString('base64url'),
    bucket: bucket.name,
    key: input.Key ?? '',
    initiated: context.clock.now(),
    ...(checksumAlgorithm && { checksumAlgorithm }),
    description: descriptionOf(input),
    tags: parseTagging(input.Tagging),
  };
  context.uploads.set(upload.id, upload);
  return {
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.id,
    ...(checksumAlgorithm && { ChecksumAlgorithm: checksumAlgorithm, ChecksumType: 'COMPOSITE' }),
  };
}

interface Target {
  Bucket?: string | undefined;
  Key?: string | undefined;
  UploadId?: string | undefined;
  ExpectedBucketOwner?: string | undefined;
}

function findUpload(context: Context, input: Target): Upload {
  const bucket = findBucket(context, input);
  const upload = context.uploads.get(input.UploadId ?? '');
  if (upload?.bucket === bucket.name && upload.key === input.Key) return upload;
  throw noSuchUpload(input.UploadId ?? '');
}

export async function uploadPart(
  context: Context,
  input: s3.UploadPartCommandInput,
): Promise<Answer<s3.UploadPartCommandOutput>> {
  const upload = findUpload(context, input);
  const number = checkNumber(input.PartNumber);
  const received = await context.bodies.receive(
    input.Body as Incoming,
    algorithmOf(input) ?? upload.checksumAlgorithm,
  );
  const part = addPart(context, input, number, received, algorithmOf(input) ?? upload.checksumAlgorithm);
  return { ETag: part.etag, ...checksumFields(part.checksum) };
}

export async function uploadPartCopy(
  context: Context,
  input: s3.UploadPartCopyCommandInput,
): Promise<Answer<s3.UploadPartCopyCommandOutput>> {
  const upload = findUpload(context, input);
  const number = checkNumber(input.PartNumber);
  const { version } = findSource(context, input);
  const { start, end } = byteRange(input.CopySourceRange, version.size) ?? {
    start: 0,
    end: version.size - 1,
  };
  const received = await context.bodies.receive(
    context.bodies.read(version.bodies, start, end),
    upload.checksumAlgorithm,
  );
  const part = addPart(context, input, number, received, upload.checksumAlgorithm);
  return {
    CopyPartResult: {
      ETag: part.etag,
      LastModified: new Date(part.modified),
      ...checksumFields(part.checksum),
    },
  };
}

function checkNumber(number: number | undefined): number {
  if (number !== undefined && Number.isInteger(number) && number >= 1 && number <= 10_000) return number;
  throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive');
}

function addPart(
  context: Context,
  input: Target,
  number: number,
  { body, md5, checksum }: Received,
  algorithm: StoredChecksum['algorithm'] | undefined,
): Part {
  let upload: Upload;
  try {
    // Looked up again: it may have been aborted while the part came in.
    upload = findUpload(context, input);
  } catch (error) {
    context.bodies.release([body]);
    throw error;
  }
  const id = `${upload.id}/${number}`;
  const replaced = context.parts.get(id);
  if (replaced) context.bodies.release([replaced.body]);
  const part: Part = {
    uploadId: upload.id,
    number,
    etag: `"${md5}"`,
    body,
    modified: context.clock.now(),
    ...(algorithm && checksum !== undefined && { checksum: { algorithm, value: checksum } }),
  };
  context.parts.set(id, part);
  return part;
}

function partsOf(context: Context, upload: Upload): Part[] {
  return [...context.parts.values()]
    .filter(({ uploadId }) => uploadId === upload.id)
    .sort((a, b) => a.number - b.number);
}

/** The parts together become the object; their files stay as they are. */
export function completeMultipartUpload(
  context: Context,
  input: s3.CompleteMultipartUploadCommandInput,
  origin: string,
): Answer<s3.CompleteMultipartUploadCommandOutput> {
  const upload = findUpload(context, input);
  const bucket = findBucket(context, input);
  const all = partsOf(context, upload);
  const chosen = choose(all, input.MultipartUpload?.Parts ?? []);
  const refusal = writeRefusal(input, upload.key, context.objects.current(bucket.name, upload.key));
  if (refusal) throw refusal;
  const checksum = compositeChecksum(chosen);
  const version = addVersion(context, bucket, {
    key: upload.key,
    isDeleteMarker: false,
    etag: compositeTag(chosen),
    size: chosen.reduce((size, { body }) => size + body.size, 0),
    bodies: chosen.map(({ body }) => body),
    ...(checksum && { checksum }),
    description: upload.description,
    tags: upload.tags,
    ...encryptionOf(bucket),
  });
  forget(context, upload, all);
  context.bodies.release(all.filter((part) => !chosen.includes(part)).map(({ body }) => body));
  return {
    Location: `${origin}/${bucket.name}/${encodeURIComponent(upload.key)}`,
    Bucket: bucket.name,
    Key: upload.key,
    ETag: version.etag,
    ...checksumFields(checksum),
    ...(checksum && { ChecksumType: 'COMPOSITE' }),
    ...encryptionAnswer(version),
    ...shownVersion(bucket, version.versionId),
  };
}

function forget(context: Context, upload: Upload, parts: readonly Part[]): void {
  for (const { number } of parts) context.parts.delete(`${upload.id}/${number}`);
  context.uploads.delete(upload.id);
}

/** The parts a caller lists, in its order, checked as S3 checks them. */
function choose(parts: readonly Part[], listed: readonly s3.CompletedPart[]): Part[] {
  if (listed.length === 0) throw malformedXml();
  let previous = 0;
  const chosen = listed.map(({ PartNumber = 0, ETag = '' }) => {
    if (PartNumber <= previous)
      throw new AwsError(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
      );
    previous = PartNumber;
    const part = parts.find(({ number }) => number === PartNumber);
    if (part && sameTag(ETag, part.etag)) return part;
    throw new AwsError(
      'InvalidPart',
      "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      400,
      { PartNumber, ETag },
    );
  });
  const small = chosen.slice(0, -1).find(({ body }) => body.size < leastPart);
  if (small)
    throw new AwsError(
      'EntityTooSmall',
      'Your proposed upload is smaller than the minimum allowed size',
      400,
      { ProposedSize: small.body.size, MinSizeAllowed: leastPart, PartNumber: small.number },
    );
  return chosen;
}

function compositeTag(parts: readonly Part[]): string {
  const digests = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag.replaceAll('"', ''), 'hex')));
  return `"${hash('md5', digests)}-${parts.length}"`;
}

function compositeChecksum(parts: readonly Part[]): StoredChecksum | undefined {
  const algorithm = parts[0]?.checksum?.algorithm;
  if (!algorithm || !parts.every(({ checksum }) => checksum?.algorithm === algorithm)) return undefined;
  const checksum = createChecksum(algorithm);
  for (const part of parts) checksum.update(Buffer.from(part.checksum?.value ?? '', 'base64'));
  return { algorithm, value: `${checksum.digest()}-${parts.length}`, type: 'COMPOSITE' };
}

export function abortMultipartUpload(context: Context, input: s3.AbortMultipartUploadCommandInput): void {
  abort(context, findUpload(context, input));
}

/** Takes an upload and its parts away. */
export function abort(context: Context, upload: Upload): void {
  const parts = partsOf(context, upload);
  forget(context, upload, parts);
  context.bodies.release(parts.map(({ body }) => body));
}

export function listParts(
  context: Context,
  input: s3.ListPartsCommandInput,
): Answer<s3.ListPartsCommandOutput> {
  const upload = findUpload(context, input);
  const after = Number(input.PartNumberMarker ?? 0);
  const most = Math.min(input.MaxParts ?? 1000, 1000);
  const parts = partsOf(context, upload).filter(({ number }) => number > after);
  const shown = parts.slice(0, most);
  const isTruncated = parts.length > most;
  return {
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.id,
    PartNumberMarker: String(after),
    MaxParts: most,
    IsTruncated: isTruncated,
    ...(isTruncated && { NextPartNumberMarker: String(shown.at(-1)?.number ?? after) }),
    Parts: shown.map(({ number, etag, body, modified, checksum }) => ({
      PartNumber: number,
      ETag: etag,
      Size: body.size,
      LastModified: new Date(modified),
      ...checksumFields(checksum),
    })),
    StorageClass: 'STANDARD',
  };
}

export function listMultipartUploads(
  context: Context,
  input: s3.ListMultipartUploadsCommandInput,
): Answer<s3.ListMultipartUploadsCommandOutput> {
  refuseOthers(
    input,
    'ListMultipartUploads',
    new Set(['Bucket', 'Prefix', 'ExpectedBucketOwner', 'RequestPayer', 'MaxUploads']),
  );
  const bucket = findBucket(context, input);
  const own = [...context.uploads.values()].filter(
    (upload) => upload.bucket === bucket.name && upload.key.startsWith(input.Prefix ?? ''),
  );
  const sorted = own.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  const most = Math.min(input.MaxUploads ?? 1000, 1000);
  return {
    Bucket: bucket.name,
    ...(input.Prefix !== undefined && { Prefix: input.Prefix }),
    MaxUploads: most,
    IsTruncated: sorted.length > most,
    Uploads: sorted.slice(0, most).map(({ id, key, initiated }) => ({
      UploadId: id,
      Key: key,
      Initiated: new Date(initiated),
      StorageClass: 'STANDARD',
    })),
  };
}
