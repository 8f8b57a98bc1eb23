import { boolean, required, string, type Inputs } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { noBucket } from './bucket.ts';

const none = ['NoSuchPublicAccessBlockConfiguration', ...noBucket];
const inputs = {
  bucket: required(string({ replaces: true })),
  blockPublicAcls: boolean({ default: false }),
  blockPublicPolicy: boolean({ default: false }),
  ignorePublicAcls: boolean({ default: false }),
  restrictPublicBuckets: boolean({ default: false }),
  skipDestroy: boolean({ hidden: true }),
};

export default regional({
  type: 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock',
  inputs,

  async create(given, context) {
    await put(context, given);
    return given.bucket;
  },

  async read(id, context) {
    const s3 = await context.clients.s3();
    const found = await ifFound(none, () => s3.getPublicAccessBlock({ Bucket: id }));
    const block = found?.PublicAccessBlockConfiguration;
    return (
      block && {
        bucket: id,
        blockPublicAcls: block.BlockPublicAcls ?? false,
        blockPublicPolicy: block.BlockPublicPolicy ?? false,
        ignorePublicAcls: block.IgnorePublicAcls ?? false,
        restrictPublicBuckets: block.RestrictPublicBuckets ?? false,
      }
    );
  },

  update: async (_id, { news }, context) => put(context, news),

  async delete(id, context, { state }) {
    if (state.skipDestroy === true) return;
    const s3 = await context.clients.s3();
    await ifFound(none, () => s3.deletePublicAccessBlock({ Bucket: id }));
  },
});

async function put(context: Context, block: Inputs<typeof inputs>): Promise<void> {
  const s3 = await context.clients.s3();
  await s3.putPublicAccessBlock({
    Bucket: block.bucket,
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: block.blockPublicAcls,
      BlockPublicPolicy: block.blockPublicPolicy,
      IgnorePublicAcls: block.ignorePublicAcls,
      RestrictPublicBuckets: block.restrictPublicBuckets,
    },
  });
}
