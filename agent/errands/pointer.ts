import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { currentPointer, type CurrentPointer } from '../../model/schemas.ts';
import type { ErrandInput } from './contract.ts';
import { FinalError } from './final-error.ts';

/** Null: the environment never had a version. */
export async function readPointer({ bucket, key }: ErrandInput<'pointer'>): Promise<CurrentPointer | null> {
  const s3 = new S3Client({ forcePathStyle: true });
  let text: string;
  try {
    const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    text = (await answer.Body?.transformToString()) ?? '';
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return null;
    throw error;
  }
  const parsed = currentPointer.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new FinalError(
    `s3://${bucket}/${key} is not a pointer: ${parsed.error.issues[0]?.message ?? 'no reason'}.`,
  );
}
