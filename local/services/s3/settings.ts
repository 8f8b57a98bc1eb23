import type * as s3 from '@aws-sdk/client-s3';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { defaultEncryption } from './buckets.ts';
import { findBucket, type Context } from './context.ts';
import { checkTags, tagSet } from './description.ts';
import { invalidArgument, invalidRequest, malformedXml } from './errors.ts';
import { checkLifecycle, restoreDates } from './lifecycle.ts';
import { checkPolicy, isPublic } from './policy.ts';
import type { Bucket } from './state.ts';

const missing = (code: string, message: string, bucket: Bucket): AwsError =>
  new AwsError(code, message, 404, { BucketName: bucket.name });

interface Target {
  Bucket?: string | undefined;
  ExpectedBucketOwner?: string | undefined;
}

/** What can be set on a bucket: versioning, encryption, public access, ownership, lifecycle, policy, tags. */
export function settingOperations(context: Context) {
  const change = (input: Target, apply: (bucket: Bucket) => void): Record<string, never> => {
    const bucket = findBucket(context, input);
    apply(bucket);
    context.buckets.set(bucket.name, bucket);
    return {};
  };
  const of = (input: Target): Bucket => findBucket(context, input);
  return {
    PutBucketVersioning: (input: s3.PutBucketVersioningCommandInput) =>
      change(input, (bucket) => {
        const { Status, MFADelete } = input.VersioningConfiguration ?? {};
        if (MFADelete === 'Enabled') throw invalidArgument('local cloud: s3 does not implement MFADelete');
        if (Status !== 'Enabled' && Status !== 'Suspended') throw malformedXml();
        bucket.versioning = Status;
      }),
    GetBucketVersioning(
      input: s3.GetBucketVersioningCommandInput,
    ): Answer<s3.GetBucketVersioningCommandOutput> {
      const { versioning } = of(input);
      return versioning ? { Status: versioning } : {};
    },

    PutBucketEncryption: (input: s3.PutBucketEncryptionCommandInput) =>
      change(input, (bucket) => {
        bucket.encryption = checkEncryption(input.ServerSideEncryptionConfiguration);
      }),
    GetBucketEncryption: (
      input: s3.GetBucketEncryptionCommandInput,
    ): Answer<s3.GetBucketEncryptionCommandOutput> => ({
      ServerSideEncryptionConfiguration: of(input).encryption,
    }),
    DeleteBucketEncryption: (input: s3.DeleteBucketEncryptionCommandInput) =>
      change(input, (bucket) => {
        bucket.encryption = defaultEncryption;
      }),

    PutPublicAccessBlock: (input: s3.PutPublicAccessBlockCommandInput) =>
      change(input, (bucket) => {
        const {
          BlockPublicAcls = false,
          IgnorePublicAcls = false,
          BlockPublicPolicy = false,
          RestrictPublicBuckets = false,
        } = input.PublicAccessBlockConfiguration ?? {};
        bucket.publicAccessBlock = {
          BlockPublicAcls,
          IgnorePublicAcls,
          BlockPublicPolicy,
          RestrictPublicBuckets,
        };
      }),
    GetPublicAccessBlock(
      input: s3.GetPublicAccessBlockCommandInput,
    ): Answer<s3.GetPublicAccessBlockCommandOutput> {
      const bucket = of(input);
      if (bucket.publicAccessBlock) return { PublicAccessBlockConfiguration: bucket.publicAccessBlock };
      throw missing(
        'NoSuchPublicAccessBlockConfiguration',
        'The public access block configuration was not found',
        bucket,
      );
    },
    DeletePublicAccessBlock: (input: s3.DeletePublicAccessBlockCommandInput) =>
      change(input, (bucket) => {
        delete bucket.publicAccessBlock;
      }),

    PutBucketOwnershipControls: (input: s3.PutBucketOwnershipControlsCommandInput) =>
      change(input, (bucket) => {
        const [rule, ...more] = input.OwnershipControls?.Rules ?? [];
        if (!rule?.ObjectOwnership || more.length > 0) throw malformedXml();
        bucket.ownership = rule.ObjectOwnership;
      }),
    GetBucketOwnershipControls(
      input: s3.GetBucketOwnershipControlsCommandInput,
    ): Answer<s3.GetBucketOwnershipControlsCommandOutput> {
      const bucket = of(input);
      if (bucket.ownership) return { OwnershipControls: { Rules: [{ ObjectOwnership: bucket.ownership }] } };
      throw missing('OwnershipControlsNotFoundError', 'The bucket ownership controls were not found', bucket);
    },
    DeleteBucketOwnershipControls: (input: s3.DeleteBucketOwnershipControlsCommandInput) =>
      change(input, (bucket) => {
        delete bucket.ownership;
      }),

    PutBucketLifecycleConfiguration: (input: s3.PutBucketLifecycleConfigurationCommandInput) =>
      change(input, (bucket) => {
        bucket.lifecycle = checkLifecycle(input.LifecycleConfiguration?.Rules);
      }),
    GetBucketLifecycleConfiguration(
      input: s3.GetBucketLifecycleConfigurationCommandInput,
    ): Answer<s3.GetBucketLifecycleConfigurationCommandOutput> {
      const bucket = of(input);
      if (bucket.lifecycle) return { Rules: bucket.lifecycle.map(restoreDates) };
      throw missing('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist', bucket);
    },
    DeleteBucketLifecycle: (input: s3.DeleteBucketLifecycleCommandInput) =>
      change(input, (bucket) => {
        delete bucket.lifecycle;
      }),

    PutBucketPolicy: (input: s3.PutBucketPolicyCommandInput) =>
      change(input, (bucket) => {
        const policy = checkPolicy(input.Policy ?? '', bucket.name);
        if (bucket.publicAccessBlock?.BlockPublicPolicy && isPublic(policy)) {
          throw new AwsError(
            'AccessDenied',
            'User is not authorized to perform: s3:PutBucketPolicy because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.',
            403,
          );
        }
        bucket.policy = policy;
      }),
    GetBucketPolicy(input: s3.GetBucketPolicyCommandInput): Answer<s3.GetBucketPolicyCommandOutput> {
      return { Policy: policyOf(of(input)) };
    },
    GetBucketPolicyStatus: (
      input: s3.GetBucketPolicyStatusCommandInput,
    ): Answer<s3.GetBucketPolicyStatusCommandOutput> => ({
      PolicyStatus: { IsPublic: isPublic(policyOf(of(input))) },
    }),
    DeleteBucketPolicy: (input: s3.DeleteBucketPolicyCommandInput) =>
      change(input, (bucket) => {
        delete bucket.policy;
      }),

    PutBucketTagging: (input: s3.PutBucketTaggingCommandInput) =>
      change(input, (bucket) => {
        bucket.tags = checkTags(input.Tagging?.TagSet ?? [], 50);
      }),
    GetBucketTagging(input: s3.GetBucketTaggingCommandInput): Answer<s3.GetBucketTaggingCommandOutput> {
      const bucket = of(input);
      if (bucket.tags) return { TagSet: tagSet(bucket.tags) };
      throw missing('NoSuchTagSet', 'The TagSet does not exist', bucket);
    },
    DeleteBucketTagging: (input: s3.DeleteBucketTaggingCommandInput) =>
      change(input, (bucket) => {
        delete bucket.tags;
      }),

    GetBucketAcl(input: s3.GetBucketAclCommandInput): Answer<s3.GetBucketAclCommandOutput> {
      of(input);
      // Buckets have no list of their own to change: the owner has full control.
      const Owner = { ID: context.account };
      return {
        Owner,
        Grants: [{ Grantee: { ...Owner, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }],
      };
    },
  };
}

function policyOf(bucket: Bucket): string {
  if (bucket.policy !== undefined) return bucket.policy;
  throw missing('NoSuchBucketPolicy', 'The bucket policy does not exist', bucket);
}

function checkEncryption(
  configuration: s3.ServerSideEncryptionConfiguration | undefined,
): s3.ServerSideEncryptionConfiguration {
  const [rule, ...more] = configuration?.Rules ?? [];
  const chosen = rule?.ApplyServerSideEncryptionByDefault;
  if (!rule || !chosen?.SSEAlgorithm || more.length > 0) throw malformedXml();
  if (chosen.SSEAlgorithm !== 'AES256')
    throw invalidRequest(`local cloud: s3 does not implement the encryption ${chosen.SSEAlgorithm}`);
  if (chosen.KMSMasterKeyID !== undefined)
    throw invalidArgument(
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
    );
  return {
    Rules: [
      {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
        BucketKeyEnabled: rule.BucketKeyEnabled ?? false,
      },
    ],
  };
}
