import {
  and,
  anywhere,
  as,
  each,
  on,
  when,
  type Authorization,
  type Need,
  type Rule,
} from '../../endpoint/authorization.ts';
import type { Context } from './context.ts';
import { parseCopySource } from './copy-source.ts';

interface Input {
  readonly Bucket: string;
  readonly Key?: string;
  readonly VersionId?: string;
  readonly CopySource?: string;
  readonly Tagging?: unknown;
  readonly TaggingDirective?: string;
}

const bucketArn = (name: string): string => `arn:aws:s3:::${name}`;
const objectArn = ({ Bucket, Key = '' }: { Bucket: string; Key?: string | undefined }): string =>
  `${bucketArn(Bucket)}/${Key}`;

const bucket = on(({ Bucket }: Input) => bucketArn(Bucket));
const object = on(objectArn);

/** An action has another name when a version is named. */
const versioned = (action: string, versionAction: string): Rule => {
  return (input: Input) => [
    { action: input.VersionId === undefined ? action : versionAction, resource: objectArn(input) },
  ];
};
const readObject = versioned('GetObject', 'GetObjectVersion');

const readSource: Rule = ({ CopySource = '' }: Input, call) => readObject(parseCopySource(CopySource), call);

const putObject = as('PutObject', object);
const giveTags = when(
  ({ Tagging, TaggingDirective }: Input) => Tagging !== undefined && TaggingDirective !== 'COPY',
  as('PutObjectTagging', object),
);

/** What deleting one of many keys needs. */
export const deletion = (input: { Bucket: string; Key: string; VersionId?: string | undefined }): Need => ({
  action: input.VersionId === undefined ? 'DeleteObject' : 'DeleteObjectVersion',
  resource: objectArn(input),
  keys: { 's3:VersionId': input.VersionId },
});

/**
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html and
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
export function s3Authorization({ buckets }: Context): Authorization {
  return {
    prefix: 's3',
    operations: { ...bucketRules, ...objectRules, ...uploadRules },
    keys: {
      's3:prefix': ({ Prefix }: { Prefix?: string }) => Prefix,
      's3:delimiter': ({ Delimiter }: { Delimiter?: string }) => Delimiter,
      's3:max-keys': ({ MaxKeys }: { MaxKeys?: number }) => MaxKeys,
      's3:VersionId': ({ VersionId }: Input) => VersionId,
      's3:x-amz-acl': ({ ACL }: { ACL?: string }) => ACL,
      's3:x-amz-copy-source': ({ CopySource }: Input) => CopySource,
      's3:x-amz-server-side-encryption': (input: { ServerSideEncryption?: string }) =>
        input.ServerSideEncryption,
      's3:x-amz-storage-class': ({ StorageClass }: { StorageClass?: string }) => StorageClass,
      's3:if-none-match': ({ IfNoneMatch }: { IfNoneMatch?: string }) => IfNoneMatch,
      's3:if-match': ({ IfMatch }: { IfMatch?: string }) => IfMatch,
      's3:signatureversion': () => 'AWS4-HMAC-SHA256',
    },
    policyOf: (arn) => buckets.get(arn.slice(bucketArn('').length).split('/', 1)[0] ?? '')?.policy,
    // So that a bucket's policy can be put right, whatever it says.
    rootMay: ['GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy'],
    // Only who may list learns that an object is not there.
    revealing: (operation, input: Input, code) =>
      ['GetObject', 'HeadObject'].includes(operation) && ['NoSuchKey', 'NotFound'].includes(code)
        ? { action: 'ListBucket', resource: bucketArn(input.Bucket) }
        : undefined,
  };
}

const bucketRules: Readonly<Record<string, Rule>> = {
  ListBuckets: as('ListAllMyBuckets', anywhere),
  HeadBucket: as('ListBucket', bucket),
  ListObjects: as('ListBucket', bucket),
  ListObjectsV2: as('ListBucket', bucket),
  ListObjectVersions: as('ListBucketVersions', bucket),
  ListMultipartUploads: as('ListBucketMultipartUploads', bucket),
  ...each(['CreateBucket', 'DeleteBucket', 'GetBucketLocation', 'GetBucketAcl'], bucket),
  ...each(['PutBucketVersioning', 'GetBucketVersioning', 'PutBucketTagging', 'GetBucketTagging'], bucket),
  ...each(['PutBucketPolicy', 'GetBucketPolicy', 'GetBucketPolicyStatus', 'DeleteBucketPolicy'], bucket),
  ...each(['PutBucketOwnershipControls', 'GetBucketOwnershipControls'], bucket),
  DeleteBucketOwnershipControls: as('PutBucketOwnershipControls', bucket),
  DeleteBucketTagging: as('PutBucketTagging', bucket),
  GetBucketEncryption: as('GetEncryptionConfiguration', bucket),
  ...each(['PutBucketEncryption', 'DeleteBucketEncryption'], as('PutEncryptionConfiguration', bucket)),
  GetPublicAccessBlock: as('GetBucketPublicAccessBlock', bucket),
  ...each(['PutPublicAccessBlock', 'DeletePublicAccessBlock'], as('PutBucketPublicAccessBlock', bucket)),
  GetBucketLifecycleConfiguration: as('GetLifecycleConfiguration', bucket),
  ...each(
    ['PutBucketLifecycleConfiguration', 'DeleteBucketLifecycle'],
    as('PutLifecycleConfiguration', bucket),
  ),
};

const objectRules: Readonly<Record<string, Rule>> = {
  GetObject: readObject,
  HeadObject: readObject,
  PutObject: and(putObject, giveTags),
  CopyObject: and(readSource, putObject, giveTags),
  DeleteObject: versioned('DeleteObject', 'DeleteObjectVersion'),
  // Each key is decided for itself, and answered so: `delete.ts`.
  DeleteObjects: () => [],
  GetObjectTagging: versioned('GetObjectTagging', 'GetObjectVersionTagging'),
  PutObjectTagging: versioned('PutObjectTagging', 'PutObjectVersionTagging'),
  DeleteObjectTagging: versioned('DeleteObjectTagging', 'DeleteObjectVersionTagging'),
};

const uploadRules: Readonly<Record<string, Rule>> = {
  CreateMultipartUpload: and(putObject, giveTags),
  UploadPart: putObject,
  UploadPartCopy: and(readSource, putObject),
  CompleteMultipartUpload: putObject,
  AbortMultipartUpload: object,
  ListParts: as('ListMultipartUploadParts', object),
};
