import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { AwsError } from '../../endpoint/service.ts';
import type { Collection } from '../../store.ts';
import type { Parts } from '../parts.ts';
import { Bodies } from './bodies.ts';
import { noSuchBucket } from './errors.ts';
import { ObjectIndex } from './index.ts';
import type { Bucket, Part, Upload, Version } from './state.ts';

/** What all operations of S3 share. */
export interface Context {
  readonly account: string;
  readonly region: string;
  readonly clock: Clock;
  readonly buckets: Collection<Bucket>;
  readonly objects: ObjectIndex;
  readonly uploads: Collection<Upload>;
  readonly parts: Collection<Part>;
  readonly bodies: Bodies;
}

export function openContext({ store, clock, account, region, folder }: Parts): Context {
  return {
    account,
    region,
    clock,
    buckets: store.collection<Bucket>('s3.bucket'),
    objects: new ObjectIndex(store.collection<Version>('s3.object')),
    uploads: store.collection<Upload>('s3.upload'),
    parts: store.collection<Part>('s3.part'),
    bodies: new Bodies(folder, store),
  };
}

/** The bucket an input names, owned by whom it expects. */
export function findBucket(
  context: Context,
  input: { Bucket?: string | undefined; ExpectedBucketOwner?: string | undefined },
): Bucket {
  const bucket = context.buckets.get(input.Bucket ?? '');
  if (!bucket) throw noSuchBucket(input.Bucket ?? '');
  const expected = input.ExpectedBucketOwner;
  if (expected !== undefined && expected !== context.account)
    throw new AwsError('AccessDenied', 'Access Denied', 403);
  return bucket;
}

/** An id for a new version of an object in this bucket. */
export function newVersionId({ versioning }: Bucket): string {
  return versioning === 'Enabled' ? randomBytes(24).toString('base64url') : 'null';
}

/** The version id as answers show it: only where versioning was ever on. */
export function shownVersion(bucket: Bucket, versionId: string): { VersionId?: string } {
  return bucket.versioning ? { VersionId: versionId } : {};
}
