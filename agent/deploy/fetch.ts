import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { FinalError } from '../errands/final-error.ts';
import { archiveLimits } from '../../model/source-bundle/rules.ts';

export interface BundleFetch {
  readonly bucket: string;
  readonly bundle: { readonly key: string; readonly sha256: string };
  readonly file: string;
  readonly progress: (line: string) => void;
}

/** Streams the bundle to disk; throws unless it is exactly the one that was ordered. */
export async function fetchBundle({ bucket, bundle, file, progress }: BundleFetch): Promise<void> {
  const answer = await new S3Client({ forcePathStyle: true }).send(
    new GetObjectCommand({ Bucket: bucket, Key: bundle.key }),
  );
  const bytes = answer.ContentLength ?? 0;
  if (bytes > archiveLimits.compressedBytes)
    throw new FinalError(
      `The source bundle has ${megabytes(bytes)}, ${megabytes(archiveLimits.compressedBytes)} are allowed.`,
    );
  await ensureSpace(path.dirname(file), bytes, 'the source bundle');
  progress(`Downloading ${megabytes(bytes)}.`);
  const digest = createHash('sha256');
  await pipeline(
    answer.Body as Readable,
    async function* (source: AsyncIterable<Buffer>) {
      for await (const piece of source) {
        digest.update(piece);
        yield piece;
      }
    },
    createWriteStream(file),
  );
  const found = digest.digest('hex');
  if (found !== bundle.sha256)
    throw new FinalError(
      `The source bundle ${bundle.key} is damaged: its SHA-256 is ${found}, not ${bundle.sha256}.`,
    );
}

/** Left free for logs and the system. */
const reserveBytes = 32 * 1024 * 1024;

/** Better no deployment than a full disk under the version that serves. */
export async function ensureSpace(folder: string, bytes: number, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < bytes + reserveBytes)
    throw new FinalError(
      `No space for ${what}: it needs ${megabytes(bytes)}, and ${megabytes(reserveBytes)} stay free for logs, but the disk has ${megabytes(free)}.`,
    );
}

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
