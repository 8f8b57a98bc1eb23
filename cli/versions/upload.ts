import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { keys } from '../../model/names.ts';
import type { Archive } from './zip.ts';

/** Up to here a bundle is sent in one piece from memory; above, in parts that are repeated one by one. */
const onePieceBytes = 8 * 1024 * 1024;

/** Uploads a bundle to the key made of its digest; false when it was there already. */
export async function uploadBundle(
  s3: S3Client,
  Bucket: string,
  { path, sha256, bytes }: Archive,
): Promise<boolean> {
  const Key = keys.bundle(sha256);
  if (await exists(s3, Bucket, Key)) return false;
  const target = { Bucket, Key, ContentType: 'application/zip', IfNoneMatch: '*' } as const;
  try {
    if (bytes <= onePieceBytes)
      await s3.send(new PutObjectCommand({ ...target, Body: await readFile(path) }));
    else await new Upload({ client: s3, params: { ...target, Body: createReadStream(path) } }).done();
    return true;
  } catch (error) {
    // Somebody else has just uploaded the same bytes.
    if ((error as Error).name === 'PreconditionFailed') return false;
    throw error;
  }
}

async function exists(s3: S3Client, Bucket: string, Key: string): Promise<boolean> {
  try {
    await s3.send(new HeadObjectCommand({ Bucket, Key }));
    return true;
  } catch (error) {
    if ((error as Error).name === 'NotFound') return false;
    throw error;
  }
}
