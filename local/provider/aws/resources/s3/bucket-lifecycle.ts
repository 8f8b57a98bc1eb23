import { list, required, string, type Inputs } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { noBucket } from './bucket.ts';
import { checkRules, fromRule, lifecycleRule, toRule } from './lifecycle-rules.ts';

const none = ['NoSuchLifecycleConfiguration', ...noBucket];
const inputs = {
  bucket: required(string({ replaces: true })),
  expectedBucketOwner: string({ replaces: true, hidden: true }),
  rules: required(list(lifecycleRule)),
  transitionDefaultMinimumObjectSize: string({ computed: true }),
};

export default regional({
  type: 'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration',
  inputs,
  check: ({ rules }) => checkRules(rules),

  async create(given, context) {
    await put(context, given);
    return given.bucket;
  },

  async read(id, context) {
    const s3 = await context.clients.s3();
    const found = await ifFound(none, () => s3.getBucketLifecycleConfiguration({ Bucket: id }));
    return (
      found && {
        bucket: id,
        rules: (found.Rules ?? []).map(fromRule),
        transitionDefaultMinimumObjectSize: found.TransitionDefaultMinimumObjectSize,
      }
    );
  },

  update: async (_id, { news }, context) => put(context, news),

  async delete(id, context) {
    const s3 = await context.clients.s3();
    await ifFound(none, () => s3.deleteBucketLifecycle({ Bucket: id }));
  },
});

async function put(context: Context, given: Inputs<typeof inputs>): Promise<void> {
  const s3 = await context.clients.s3();
  await s3.putBucketLifecycleConfiguration({
    Bucket: given.bucket,
    ExpectedBucketOwner: given.expectedBucketOwner,
    ...(given.transitionDefaultMinimumObjectSize
      ? {
          TransitionDefaultMinimumObjectSize:
            given.transitionDefaultMinimumObjectSize as 'varies_by_storage_class',
        }
      : {}),
    LifecycleConfiguration: { Rules: given.rules.map(toRule) },
  });
}
