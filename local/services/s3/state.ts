import type * as s3 from '@aws-sdk/client-s3';
import type { ChecksumAlgorithm } from '../../endpoint/checksums.ts';

export interface Bucket {
  readonly name: string;
  readonly created: number;
  versioning?: s3.BucketVersioningStatus;
  encryption: s3.ServerSideEncryptionConfiguration;
  publicAccessBlock?: s3.PublicAccessBlockConfiguration;
  ownership?: s3.ObjectOwnership;
  lifecycle?: s3.LifecycleRule[];
  policy?: string;
  tags?: Record<string, string>;
}

/** Bytes of an object: a file, or a place in one that many share. */
export interface Body {
  readonly id: string;
  readonly offset?: number;
  readonly size: number;
}

export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

/** What an object says of itself besides its bytes. */
export interface Description {
  readonly ContentType?: string;
  readonly ContentEncoding?: string;
  readonly ContentDisposition?: string;
  readonly ContentLanguage?: string;
  readonly CacheControl?: string;
  readonly ExpiresString?: string;
  readonly Metadata: Record<string, string>;
}

/** A version of an object, or a delete marker (which has no bodies). */
export interface Version {
  readonly bucket: string;
  readonly key: string;
  /** `null` where versioning was not on when it was written. */
  readonly versionId: string;
  readonly modified: number;
  readonly isDeleteMarker: boolean;
  /** With quotes. */
  readonly etag: string;
  readonly size: number;
  /** One, or one per part of a multipart upload. */
  bodies: readonly Body[];
  readonly checksum?: StoredChecksum;
  readonly description: Description;
  readonly encryption?: s3.ServerSideEncryption;
  tags: Record<string, string>;
}

export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiated: number;
  readonly checksumAlgorithm?: ChecksumAlgorithm;
  readonly description: Description;
  readonly tags: Record<string, string>;
}

export interface Part {
  readonly uploadId: string;
  readonly number: number;
  readonly etag: string;
  readonly body: Body;
  readonly modified: number;
  readonly checksum?: Omit<StoredChecksum, 'type'>;
}
