import { object, required, string, type Inputs } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { noBucket } from './bucket.ts';

const inputs = {
  bucket: required(string({ replaces: true })),
  expectedBucketOwner: string({ replaces: true, hidden: true }),
  versioningConfiguration: required(
    object({
      status: required(string({ values: ['Enabled', 'Suspended', 'Disabled'] })),
      mfaDelete: string({ computed: true, values: ['Enabled', 'Disabled'] }),
    }),
  ),
};

export default regional({
  type: 'aws:s3/bucketVersioning:BucketVersioning',
  inputs,

  async create(given, context) {
    await put(context, given);
    return given.bucket;
  },

  async read(id, context) {
    const s3 = await context.clients.s3();
    const found = await ifFound(noBucket, () => s3.getBucketVersioning({ Bucket: id }));
    // A bucket whose versioning was never set answers nothing.
    return (
      found && {
        bucket: id,
        versioningConfiguration: { status: found.Status ?? 'Disabled', mfaDelete: found.MFADelete },
      }
    );
  },

  update: async (_id, { news }, context) => put(context, news),

  /** What was versioned once can only be suspended. */
  async delete(id, context, { state }) {
    const s3 = await context.clients.s3();
    const configuration = state.versioningConfiguration as { status?: string } | undefined;
    if (configuration?.status !== 'Enabled') return;
    await ifFound(noBucket, () =>
      s3.putBucketVersioning({ Bucket: id, VersioningConfiguration: { Status: 'Suspended' } }),
    );
  },
});

async function put(
  context: Context,
  { bucket, expectedBucketOwner, versioningConfiguration }: Inputs<typeof inputs>,
) {
  const { status, mfaDelete } = versioningConfiguration;
  if (status === 'Disabled') return;
  const s3 = await context.clients.s3();
  await s3.putBucketVersioning({
    Bucket: bucket,
    ExpectedBucketOwner: expectedBucketOwner,
    VersioningConfiguration: {
      Status: status as 'Enabled',
      ...(mfaDelete ? { MFADelete: mfaDelete as 'Enabled' } : {}),
    },
  });
}
