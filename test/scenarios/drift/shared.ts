/** What somebody could change in the resources that all stacks of an application share. */
import type { Drifts } from './drift.ts';

const anyoneReads = (resource: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: resource }],
  });

export const sharedDrifts: Drifts = {
  'aws:sns/topic:Topic': {
    change: ({ id }, { sns }) =>
      sns.setTopicAttributes({ TopicArn: id, AttributeName: 'DisplayName', AttributeValue: 'Alarms' }),
    shows: 'displayName',
  },
  'aws:route53/zone:Zone': {
    change: ({ id }, { route53 }) => route53.updateHostedZoneComment({ Id: id, Comment: 'ours' }),
    shows: 'comment',
  },
  'aws:s3/bucket:Bucket': {
    change: ({ id }, { s3 }) =>
      s3.putBucketTagging({ Bucket: id, Tagging: { TagSet: [{ Key: 'owner', Value: 'somebody' }] } }),
    shows: 'tags',
  },
  'aws:s3/bucketVersioning:BucketVersioning': {
    change: ({ id }, { s3 }) =>
      s3.putBucketVersioning({ Bucket: id, VersioningConfiguration: { Status: 'Suspended' } }),
    shows: 'versioningConfiguration',
  },
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': {
    change: ({ id }, { s3 }) =>
      s3.putPublicAccessBlock({
        Bucket: id,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: false,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      }),
    shows: 'blockPublicPolicy',
  },
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration': {
    change: ({ id }, { s3 }) =>
      s3.putBucketEncryption({
        Bucket: id,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: true }],
        },
      }),
    shows: 'rules',
  },
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': {
    change: ({ id }, { s3 }) =>
      s3.putBucketLifecycleConfiguration({
        Bucket: id,
        LifecycleConfiguration: {
          Rules: [{ ID: 'everything', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 400 } }],
        },
      }),
    shows: 'rules',
  },
  'aws:s3/bucketPolicy:BucketPolicy': {
    change: ({ id }, { s3 }) =>
      s3.putBucketPolicy({
        Bucket: id,
        Policy: anyoneReads(`arn:aws:s3:::${id}/*`).replace('"*"', '{"AWS":"123456789012"}'),
      }),
    shows: 'policy',
  },
  'aws:s3/bucketObjectv2:BucketObjectv2': {
    change: ({ inputs: { bucket, key } }, { s3 }) =>
      s3.copyObject({
        Bucket: String(bucket),
        Key: String(key),
        CopySource: `${String(bucket)}/${String(key)}`,
        MetadataDirective: 'REPLACE',
        ContentType: 'application/octet-stream',
      }),
    shows: 'contentType',
  },
  'aws:ssm/document:Document': {
    async change({ id }, { ssm }) {
      const content = {
        schemaVersion: '2.2',
        description: 'Says hello.',
        mainSteps: [{ action: 'aws:runShellScript', name: 'hello', inputs: { runCommand: ['echo hello'] } }],
      };
      const { DocumentDescription } = await ssm.updateDocument({
        Name: id,
        Content: JSON.stringify(content),
        DocumentVersion: '$LATEST',
      });
      await ssm.updateDocumentDefaultVersion({
        Name: id,
        DocumentVersion: DocumentDescription?.DocumentVersion,
      });
    },
    shows: 'content',
  },
  'aws:ssm/parameter:Parameter': {
    change: ({ id }, { ssm }) => ssm.putParameter({ Name: id, Value: '{}', Overwrite: true }),
    shows: 'insecureValue',
  },
};
