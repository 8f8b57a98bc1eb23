import type * as s3 from '@aws-sdk/client-s3';
import type { Answer } from '../../endpoint/service.ts';
import { findBucket, shownVersion, type Context } from './context.ts';
import { checkTags, tagSet } from './description.ts';
import { findVersion } from './get.ts';

interface Target {
  Bucket?: string | undefined;
  Key?: string | undefined;
  VersionId?: string | undefined;
  ExpectedBucketOwner?: string | undefined;
}

/** Tags of objects. */
export function taggingOperations(context: Context) {
  const locate = (input: Target) => {
    const bucket = findBucket(context, input);
    return { bucket, version: findVersion(context, bucket, input.Key ?? '', input.VersionId) };
  };
  const retag = (input: Target, tags: Record<string, string>): { VersionId?: string } => {
    const { bucket, version } = locate(input);
    version.tags = tags;
    context.objects.update(version);
    return shownVersion(bucket, version.versionId);
  };
  return {
    PutObjectTagging: (input: s3.PutObjectTaggingCommandInput): Answer<s3.PutObjectTaggingCommandOutput> =>
      retag(input, checkTags(input.Tagging?.TagSet ?? [], 10)),
    DeleteObjectTagging: (
      input: s3.DeleteObjectTaggingCommandInput,
    ): Answer<s3.DeleteObjectTaggingCommandOutput> => retag(input, {}),
    GetObjectTagging(input: s3.GetObjectTaggingCommandInput): Answer<s3.GetObjectTaggingCommandOutput> {
      const { bucket, version } = locate(input);
      return { TagSet: tagSet(version.tags), ...shownVersion(bucket, version.versionId) };
    },
  };
}
