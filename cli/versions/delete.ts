import { DeleteObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { keys } from '../../model/names.ts';
import type { ApplicationDescriptor, VersionManifest } from '../../model/schemas.ts';
import { ConflictError, createDocuments, type Documents } from '../aws/documents.ts';
import { isoTime } from '../clock.ts';
import type { Context } from '../context.ts';
import { listVersions } from './catalogue.ts';
import { findUses } from './uses.ts';

/** A bundle younger than this may be one that `version create` has uploaded and not yet named. */
export const graceMilliseconds = 3_600_000;

interface StoredBundle {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: number;
}

/**
 * Deletes versions, and all bundles that none is left to name. Bundles are shared by what they contain, so that a
 * version that is created meanwhile may come to name one: `version create` looks again after it has written its
 * manifest and uploads what is gone, and here what got a name while it was deleted is restored. Answers with the bytes
 * that were freed.
 */
export async function deleteVersions(
  { clients: { s3 }, clock, user }: Context,
  { application, bucket }: ApplicationDescriptor,
  versions: readonly VersionManifest[],
): Promise<number> {
  const documents = createDocuments(s3, bucket);
  const bundles = await listBundles(s3, bucket);
  for (const { label } of versions) {
    const deleted = { label, deletedAt: isoTime(clock.now()), deletedBy: user };
    await documents.create(keys.deletedVersion(label), deleted).catch(ignoreConflict);
    await documents.remove([keys.version(label)]);
  }
  // Read after the manifests went: what was deployed until then counts.
  const needed = await neededKeys(documents, application);
  const unused = bundles.filter(
    ({ key, modifiedAt }) => !needed.has(key) && clock.now() - modifiedAt > graceMilliseconds,
  );
  const markers = new Map<string, string | undefined>();
  for (const { key } of unused) markers.set(key, await deleteBundle(s3, bucket, key));
  const neededNow = await neededKeys(documents, application);
  const restored = unused.filter(({ key }) => neededNow.has(key));
  for (const { key } of restored) await restoreBundle(s3, bucket, key, markers.get(key));
  return unused.filter((bundle) => !restored.includes(bundle)).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** What a manifest or an environment names. */
async function neededKeys(documents: Documents, application: string): Promise<ReadonlySet<string>> {
  const [versions, uses] = await Promise.all([listVersions(documents), findUses(documents, application)]);
  return new Set([
    ...versions.flatMap(({ bundles }) => Object.values(bundles).flatMap((bundle) => bundle?.key ?? [])),
    ...uses.map(({ pointer }) => pointer.bundle.key),
  ]);
}

async function listBundles(s3: S3Client, Bucket: string): Promise<StoredBundle[]> {
  const found: StoredBundle[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket,
        Prefix: keys.bundles,
        ...(ContinuationToken && { ContinuationToken }),
      }),
    );
    for (const { Key = '', Size = 0, LastModified } of page.Contents ?? [])
      found.push({ key: Key, bytes: Size, modifiedAt: LastModified?.getTime() ?? Date.now() });
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
  return found;
}

/** Answers with the delete marker that hides it: the bucket keeps what is below for some days. */
async function deleteBundle(s3: S3Client, Bucket: string, Key: string): Promise<string | undefined> {
  return (await s3.send(new DeleteObjectCommand({ Bucket, Key }))).VersionId;
}

async function restoreBundle(
  s3: S3Client,
  Bucket: string,
  Key: string,
  marker: string | undefined,
): Promise<void> {
  if (marker !== undefined) await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId: marker }));
}

/** Somebody else, or an earlier run, has deleted the version before. */
function ignoreConflict(error: unknown): void {
  if (!(error instanceof ConflictError)) throw error;
}
