import type { S3 } from '@aws-sdk/client-s3';
import { boolean, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound, isError } from '../../errors.ts';
import { fromTags, toTags } from '../../tags.ts';

export const noBucket = ['NotFound', 'NoSuchBucket'];

export default regional({
  type: 'aws:s3/bucket:Bucket',
  naming: { property: 'bucket', prefix: 'bucketPrefix', maximum: 63, lowerCase: true },
  inputs: {
    bucket: string({ replaces: true }),
    bucketPrefix: string({ replaces: true, hidden: true }),
    objectLockEnabled: boolean({ replaces: true, computed: true }),
    forceDestroy: boolean({ default: false, hidden: true }),
    tags: tags(),
  },

  async create(inputs, context) {
    const s3 = await context.clients.s3();
    const Bucket = inputs.bucket ?? '';
    await refuseExisting(s3, Bucket);
    await s3.createBucket({
      Bucket,
      ...(inputs.objectLockEnabled ? { ObjectLockEnabledForBucket: true } : {}),
      ...(context.region === 'us-east-1'
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: context.region as 'eu-central-1' } }),
    });
    context.created(Bucket);
    if (inputs.tags && Object.keys(inputs.tags).length > 0) await setTags(s3, Bucket, inputs.tags);
    return Bucket;
  },

  async read(id, context) {
    const s3 = await context.clients.s3();
    const found = await ifFound(noBucket, () => s3.headBucket({ Bucket: id }));
    if (!found) return undefined;
    const tagging = await ifFound(['NoSuchTagSet'], () => s3.getBucketTagging({ Bucket: id }));
    return {
      arn: `arn:${context.partition}:s3:::${id}`,
      bucket: id,
      bucketDomainName: `${id}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${id}.s3.${context.region}.amazonaws.com`,
      bucketRegion: found.BucketRegion ?? context.region,
      ...fromTags(tagging?.TagSet),
    };
  },

  async update(id, { news, changed }, context) {
    if (changed('tags')) await setTags(await context.clients.s3(), id, news.tags);
  },

  async delete(id, context, { state }) {
    const s3 = await context.clients.s3();
    if (state.forceDestroy === true) await ifFound(noBucket, () => empty(context, id));
    try {
      await ifFound(noBucket, () => s3.deleteBucket({ Bucket: id }));
    } catch (error) {
      if (!isError(error, 'BucketNotEmpty')) throw error;
      throw new Error(
        `${(error as Error).message}. Empty it, or set forceDestroy on the bucket, run \`pulumi up\`, and destroy again.`,
        { cause: error },
      );
    }
  },
});

/** In us-east-1, creating one's own bucket again succeeds; two resources would then share it. */
async function refuseExisting(s3: S3, bucket: string): Promise<void> {
  const found = await ifFound(noBucket, () => s3.headBucket({ Bucket: bucket }));
  if (found) throw new Error(`CreateBucket: BucketAlreadyOwnedByYou: the bucket ${bucket} exists already.`);
}

async function setTags(
  s3: S3,
  bucket: string,
  tags: Readonly<Record<string, string>> | undefined,
): Promise<void> {
  const TagSet = toTags(tags);
  if (TagSet.length > 0) await s3.putBucketTagging({ Bucket: bucket, Tagging: { TagSet } });
  else await ifFound(['NoSuchTagSet'], () => s3.deleteBucketTagging({ Bucket: bucket }));
}

/** Deletes every version of every object, a page at a time. */
async function empty(context: Context, bucket: string): Promise<void> {
  const s3 = await context.clients.s3();
  await context.until(`bucket ${bucket} still holds objects`, async () => {
    const page = await s3.listObjectVersions({ Bucket: bucket });
    const Objects = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ Key, VersionId }) => ({
      Key,
      VersionId,
    }));
    if (Objects.length === 0) return true;
    const { Errors } = await s3.deleteObjects({ Bucket: bucket, Delete: { Objects, Quiet: true } });
    const refused = Errors?.[0];
    if (refused) throw new Error(`DeleteObjects: ${refused.Code}: ${refused.Key}: ${refused.Message}`);
    return undefined;
  });
}
