import { boolean, object, required, set, string, type Inputs } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { noBucket } from './bucket.ts';

const none = ['ServerSideEncryptionConfigurationNotFoundError', ...noBucket];
const inputs = {
  bucket: required(string({ replaces: true })),
  expectedBucketOwner: string({ replaces: true, hidden: true }),
  rules: required(
    set(
      object({
        applyServerSideEncryptionByDefault: object({
          sseAlgorithm: required(string({ values: ['AES256', 'aws:kms', 'aws:kms:dsse'] })),
          kmsMasterKeyId: string(),
        }),
        bucketKeyEnabled: boolean(),
      }),
    ),
  ),
};

export default regional({
  type: 'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
  inputs,

  async create(given, context) {
    await put(context, given);
    return given.bucket;
  },

  async read(id, context) {
    const s3 = await context.clients.s3();
    const found = await ifFound(none, () => s3.getBucketEncryption({ Bucket: id }));
    const rules = found?.ServerSideEncryptionConfiguration?.Rules;
    return (
      rules && {
        bucket: id,
        rules: rules.map(({ ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled }) => ({
          applyServerSideEncryptionByDefault: byDefault && {
            sseAlgorithm: byDefault.SSEAlgorithm,
            kmsMasterKeyId: byDefault.KMSMasterKeyID,
          },
          bucketKeyEnabled: BucketKeyEnabled ?? false,
        })),
      }
    );
  },

  update: async (_id, { news }, context) => put(context, news),

  async delete(id, context) {
    const s3 = await context.clients.s3();
    await ifFound(none, () => s3.deleteBucketEncryption({ Bucket: id }));
  },
});

async function put(
  context: Context,
  { bucket, expectedBucketOwner, rules }: Inputs<typeof inputs>,
): Promise<void> {
  const s3 = await context.clients.s3();
  await s3.putBucketEncryption({
    Bucket: bucket,
    ExpectedBucketOwner: expectedBucketOwner,
    ServerSideEncryptionConfiguration: {
      Rules: rules.map(({ applyServerSideEncryptionByDefault: byDefault, bucketKeyEnabled }) => ({
        ...(byDefault
          ? {
              ApplyServerSideEncryptionByDefault: {
                SSEAlgorithm: byDefault.sseAlgorithm as 'AES256',
                KMSMasterKeyID: byDefault.kmsMasterKeyId,
              },
            }
          : {}),
        BucketKeyEnabled: bucketKeyEnabled ?? false,
      })),
    },
  });
}
