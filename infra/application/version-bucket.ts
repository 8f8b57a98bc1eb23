import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { refusePlainHttp } from '../policy-documents.ts';

export interface VersionBucketArgs {
  /**
   * Days for which overwritten and deleted objects can be restored; so long they cost as much as others.
   * @stackFile shared.noncurrentVersionDays
   */
  readonly noncurrentVersionDays: number;
  /**
   * Lets a destroy delete the bucket with everything in it; else a destroy fails as long as something is.
   * @stackFile shared.emptyBucketOnDestroy
   */
  readonly emptyOnDestroy: boolean;
  /** On the bucket: application and stack. */
  readonly tags: Record<string, string>;
}

const abandonedUploadDays = 7;

/**
 * The bucket of an application's versions and deployment records: private, encrypted, versioned, closed to plain HTTP.
 * Uploads that were abandoned go after seven days.
 * Cost: 0.023 USD per GB and month (us-east-1), old object versions included.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
 * @stackFile shared
 */
export class VersionBucket extends pulumi.ComponentResource {
  /** AWS makes it unique; the application's descriptor tells it. */
  readonly name: pulumi.Output<string>;

  constructor(name: string, args: VersionBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:application:VersionBucket', name, {}, opts);

    const bucket = this.createBucket(name, args);
    const versioning = this.keepVersions(name, bucket);
    this.encrypt(name, bucket);
    const block = this.blockPublicAccess(name, bucket);
    this.requireTls(name, bucket, block);
    this.expire(name, args, bucket, versioning);

    this.name = bucket.bucket;
    this.registerOutputs({ name: this.name });
  }

  private createBucket(name: string, { emptyOnDestroy, tags }: VersionBucketArgs): aws.s3.Bucket {
    return new aws.s3.Bucket(name, { forceDestroy: emptyOnDestroy, tags }, { parent: this });
  }

  /** Pointers and records are overwritten: a mistake must be reversible. */
  private keepVersions(name: string, bucket: aws.s3.Bucket): aws.s3.BucketVersioning {
    return new aws.s3.BucketVersioning(
      name,
      { bucket: bucket.bucket, versioningConfiguration: { status: 'Enabled' } },
      { parent: this },
    );
  }

  private encrypt(name: string, bucket: aws.s3.Bucket): void {
    new aws.s3.BucketServerSideEncryptionConfiguration(
      name,
      { bucket: bucket.bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }] },
      { parent: this },
    );
  }

  private blockPublicAccess(name: string, bucket: aws.s3.Bucket): aws.s3.BucketPublicAccessBlock {
    return new aws.s3.BucketPublicAccessBlock(
      name,
      {
        bucket: bucket.bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      { parent: this },
    );
  }

  private requireTls(name: string, bucket: aws.s3.Bucket, block: pulumi.Resource): void {
    const policy = bucket.arn.apply((arn) => refusePlainHttp('s3', [arn, `${arn}/*`]));
    // S3 refuses two changes of a bucket's access at the same time.
    new aws.s3.BucketPolicy(name, { bucket: bucket.bucket, policy }, { parent: this, dependsOn: [block] });
  }

  private expire(
    name: string,
    args: VersionBucketArgs,
    bucket: aws.s3.Bucket,
    versioning: pulumi.Resource,
  ): void {
    const rules = [
      {
        id: 'noncurrent-versions',
        status: 'Enabled',
        filter: { prefix: '' },
        noncurrentVersionExpiration: { noncurrentDays: args.noncurrentVersionDays },
        abortIncompleteMultipartUpload: { daysAfterInitiation: abandonedUploadDays },
      },
    ];
    new aws.s3.BucketLifecycleConfiguration(
      name,
      { bucket: bucket.bucket, rules },
      { parent: this, dependsOn: [versioning] },
    );
  }
}
