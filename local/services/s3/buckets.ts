import type * as s3 from '@aws-sdk/client-s3';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { findBucket, type Context } from './context.ts';
import { refuseOthers } from './errors.ts';
import type { Bucket } from './state.ts';

const known: ReadonlySet<string> = new Set(['Bucket', 'CreateBucketConfiguration', 'ObjectOwnership', 'ACL']);

/** CreateBucket: new buckets are as AWS makes them: encrypted, closed to the public, without ACLs. */
export function createBucket(
  context: Context,
  input: s3.CreateBucketCommandInput,
): Answer<s3.CreateBucketCommandOutput> {
  refuseOthers(input, 'CreateBucket', known);
  const name = checkName(input.Bucket ?? '');
  checkLocation(context, input.CreateBucketConfiguration);
  if (input.ACL !== undefined && input.ACL !== 'private') {
    throw new AwsError(
      'InvalidBucketAclWithObjectOwnership',
      "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
    );
  }
  if (context.buckets.has(name)) {
    throw new AwsError(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      409,
      { BucketName: name },
    );
  }
  context.buckets.set(name, newBucket(context, name, input));
  return {
    Location: context.region === 'us-east-1' ? `/${name}` : `http://${name}.s3.amazonaws.com/`,
    BucketArn: `arn:aws:s3:::${name}`,
  };
}

function newBucket(context: Context, name: string, input: s3.CreateBucketCommandInput): Bucket {
  const tags = input.CreateBucketConfiguration?.Tags ?? [];
  return {
    name,
    created: context.clock.now(),
    encryption: defaultEncryption,
    publicAccessBlock: {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    },
    ownership: input.ObjectOwnership ?? 'BucketOwnerEnforced',
    ...(tags.length > 0 && {
      tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])) as Record<string, string>,
    }),
  };
}

/** What a bucket has when nobody chose, and again when the choice is deleted. */
export const defaultEncryption: s3.ServerSideEncryptionConfiguration = {
  Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
};

function checkName(name: string): string {
  const isBad =
    !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) ||
    /\.\.|^xn--|-s3alias$/.test(name) ||
    /^\d+\.\d+\.\d+\.\d+$/.test(name);
  if (isBad)
    throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.', 400, { BucketName: name });
  return name;
}

function checkLocation({ region }: Context, configuration: s3.CreateBucketConfiguration | undefined): void {
  const constraint = configuration?.LocationConstraint as string | undefined;
  if ((constraint ?? 'us-east-1') === region) return;
  const which = constraint ?? 'unspecified';
  throw new AwsError(
    'IllegalLocationConstraintException',
    `The ${which} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

export function deleteBucket(context: Context, input: s3.DeleteBucketCommandInput): void {
  const bucket = findBucket(context, input);
  if (context.objects.keys(bucket.name).length > 0) {
    const what = bucket.versioning
      ? 'The bucket you tried to delete is not empty. You must delete all versions in the bucket.'
      : 'The bucket you tried to delete is not empty';
    throw new AwsError('BucketNotEmpty', what, 409, { BucketName: bucket.name });
  }
  for (const upload of [...context.uploads.values()])
    if (upload.bucket === bucket.name) context.uploads.delete(upload.id);
  for (const part of [...context.parts.values()])
    if (!context.uploads.has(part.uploadId)) removeOrphan(context, part.uploadId, part.number);
  context.buckets.delete(bucket.name);
}

function removeOrphan(context: Context, uploadId: string, number: number): void {
  const id = `${uploadId}/${number}`;
  const part = context.parts.get(id);
  context.parts.delete(id);
  if (part) context.bodies.release([part.body]);
}

export function listBuckets(
  context: Context,
  input: s3.ListBucketsCommandInput,
): Answer<s3.ListBucketsCommandOutput> {
  const all = [...context.buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const wanted = all.filter(
    ({ name }) => name.startsWith(input.Prefix ?? '') && name > (input.ContinuationToken ?? ''),
  );
  const here = input.BucketRegion === undefined || input.BucketRegion === context.region ? wanted : [];
  const shown = here.slice(0, input.MaxBuckets ?? 10_000);
  const last = shown.at(-1)?.name;
  return {
    Buckets: shown.map(({ name, created }) => ({
      Name: name,
      CreationDate: new Date(created),
      BucketRegion: context.region,
    })),
    Owner: { ID: context.account },
    ...(shown.length < here.length && last !== undefined && { ContinuationToken: last }),
    ...(input.Prefix !== undefined && { Prefix: input.Prefix }),
  };
}

export function getBucketLocation(
  context: Context,
  input: s3.GetBucketLocationCommandInput,
): Answer<s3.GetBucketLocationCommandOutput> {
  findBucket(context, input);
  return context.region === 'us-east-1'
    ? {}
    : { LocationConstraint: context.region as s3.BucketLocationConstraint };
}
