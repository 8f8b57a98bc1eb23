import { json, required, string, type Inputs } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { noBucket } from './bucket.ts';

const none = ['NoSuchBucketPolicy', ...noBucket];
const inputs = { bucket: required(string({ replaces: true })), policy: required(json()) };

export default regional({
  type: 'aws:s3/bucketPolicy:BucketPolicy',
  inputs,

  async create(given, context) {
    await put(context, given);
    return given.bucket;
  },

  async read(id, context) {
    const s3 = await context.clients.s3();
    const found = await ifFound(none, () => s3.getBucketPolicy({ Bucket: id }));
    return found && { bucket: id, policy: found.Policy };
  },

  update: async (_id, { news }, context) => put(context, news),

  async delete(id, context) {
    const s3 = await context.clients.s3();
    await ifFound(none, () => s3.deleteBucketPolicy({ Bucket: id }));
  },
});

async function put(context: Context, { bucket, policy }: Inputs<typeof inputs>): Promise<void> {
  const s3 = await context.clients.s3();
  await s3.putBucketPolicy({ Bucket: bucket, Policy: policy });
}
