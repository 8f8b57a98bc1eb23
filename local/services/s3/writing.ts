import { newVersionId, type Context } from './context.ts';
import type { Bucket, Version } from './state.ts';

/** Makes a version the newest of its key; an earlier `null` version gives way to a new one. */
export function addVersion(
  context: Context,
  bucket: Bucket,
  facts: Omit<Version, 'bucket' | 'versionId' | 'modified'>,
): Version {
  const version: Version = {
    ...facts,
    bucket: bucket.name,
    versionId: newVersionId(bucket),
    modified: context.clock.now(),
  };
  const replaced =
    version.versionId === 'null' ? context.objects.find(bucket.name, version.key, 'null') : undefined;
  if (replaced && replaced === context.objects.newest(bucket.name, version.key)) {
    context.objects.replaceNewest(version);
    context.bodies.release(replaced.bodies);
    return version;
  }
  if (replaced) removeVersion(context, replaced);
  context.objects.add(version);
  return version;
}

/** Takes a version away for good. */
export function removeVersion(context: Context, version: Version): void {
  context.objects.remove(version);
  context.bodies.release(version.bodies);
}

export interface Deleted {
  readonly versionId?: string;
  readonly isDeleteMarker?: boolean;
}

/** Deletes a key as the bucket's versioning has it, or one version of it. */
export function deleteKey(
  context: Context,
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
): Deleted {
  if (versionId !== undefined) {
    const version = context.objects.find(bucket.name, key, versionId);
    if (version) removeVersion(context, version);
    return { versionId, ...(version?.isDeleteMarker && { isDeleteMarker: true }) };
  }
  if (bucket.versioning) {
    const marker = addVersion(context, bucket, {
      key,
      isDeleteMarker: true,
      etag: '',
      size: 0,
      bodies: [],
      description: { Metadata: {} },
      tags: {},
    });
    return { versionId: marker.versionId, isDeleteMarker: true };
  }
  for (const version of [...context.objects.versions(bucket.name, key)]) removeVersion(context, version);
  return {};
}

/** The encryption that the bucket's rules give a new object. */
export function encryptionOf(bucket: Bucket): Pick<Version, 'encryption'> {
  const algorithm = bucket.encryption.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
  return algorithm ? { encryption: algorithm } : {};
}
