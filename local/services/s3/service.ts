import type * as s3 from '@aws-sdk/client-s3';
import type { Call, Service } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import { s3Authorization } from './authorization.ts';
import { createBucket, deleteBucket, getBucketLocation, listBuckets } from './buckets.ts';
import { openContext, type Context } from './context.ts';
import { copyObject } from './copy.ts';
import { deleteObject, deleteObjects } from './delete.ts';
import { asHead, getObject, headBucket, headObject } from './get.ts';
import { applyLifecycle } from './lifecycle.ts';
import { listObjects, listObjectsV2, listObjectVersions } from './lists.ts';
import * as multipart from './multipart.ts';
import { putObject } from './put.ts';
import { settingOperations } from './settings.ts';
import { taggingOperations } from './tagging.ts';

const lifecycleInterval = 3_600_000;

/** Simple Storage Service: objects in files, all else in the store. */
export function createS3(parts: Parts): Service {
  const context = openContext(parts);
  let cancelTimer: (() => void) | undefined;
  const tick = (): void => {
    cancelTimer = context.clock.after(lifecycleInterval, tick);
    applyLifecycle(context);
  };
  return {
    name: 's3',
    authorization: s3Authorization(context),
    operations: {
      ...bucketOperations(context),
      ...settingOperations(context),
      ...objectOperations(context),
      ...taggingOperations(context),
      ...multipartOperations(context),
    },
    async start() {
      sweep(context);
      tick();
    },
    async stop() {
      cancelTimer?.();
      context.bodies.close();
    },
  };
}

/** Takes stock of the files: those that no object and no part names were left by a crash. */
function sweep({ objects, parts, bodies }: Context): void {
  const versions = [...objects.all()];
  bodies.sweep([
    ...versions.flatMap((version) => version.bodies),
    ...[...parts.values()].map(({ body }) => body),
  ]);
  for (const version of versions) {
    if (!version.bodies.some((body) => bodies.isScattered(body))) continue;
    const old = version.bodies;
    version.bodies = old.map((body) => bodies.copy(body));
    objects.update(version);
    bodies.release(old);
  }
}

function bucketOperations(context: Context) {
  return {
    CreateBucket: (input: s3.CreateBucketCommandInput) => createBucket(context, input),
    DeleteBucket: (input: s3.DeleteBucketCommandInput) => {
      deleteBucket(context, input);
    },
    HeadBucket: (input: s3.HeadBucketCommandInput) => asHead(() => headBucket(context, input)),
    ListBuckets: (input: s3.ListBucketsCommandInput) => listBuckets(context, input),
    GetBucketLocation: (input: s3.GetBucketLocationCommandInput) => getBucketLocation(context, input),
  };
}

function objectOperations(context: Context) {
  return {
    PutObject: (input: s3.PutObjectCommandInput) => putObject(context, input),
    GetObject: (input: s3.GetObjectCommandInput) => getObject(context, input),
    HeadObject: (input: s3.HeadObjectCommandInput) => asHead(() => headObject(context, input)),
    CopyObject: (input: s3.CopyObjectCommandInput) => copyObject(context, input),
    DeleteObject: (input: s3.DeleteObjectCommandInput) => deleteObject(context, input),
    DeleteObjects: (input: s3.DeleteObjectsCommandInput, call: Call) => deleteObjects(context, input, call),
    ListObjects: (input: s3.ListObjectsCommandInput) => listObjects(context, input),
    ListObjectsV2: (input: s3.ListObjectsV2CommandInput) => listObjectsV2(context, input),
    ListObjectVersions: (input: s3.ListObjectVersionsCommandInput) => listObjectVersions(context, input),
  };
}

function multipartOperations(context: Context) {
  return {
    CreateMultipartUpload: (input: s3.CreateMultipartUploadCommandInput) =>
      multipart.createMultipartUpload(context, input),
    UploadPart: (input: s3.UploadPartCommandInput) => multipart.uploadPart(context, input),
    UploadPartCopy: (input: s3.UploadPartCopyCommandInput) => multipart.uploadPartCopy(context, input),
    CompleteMultipartUpload: (input: s3.CompleteMultipartUploadCommandInput, { origin }: Call) =>
      multipart.completeMultipartUpload(context, input, origin),
    AbortMultipartUpload: (input: s3.AbortMultipartUploadCommandInput) => {
      multipart.abortMultipartUpload(context, input);
    },
    ListParts: (input: s3.ListPartsCommandInput) => multipart.listParts(context, input),
    ListMultipartUploads: (input: s3.ListMultipartUploadsCommandInput) =>
      multipart.listMultipartUploads(context, input),
  };
}
