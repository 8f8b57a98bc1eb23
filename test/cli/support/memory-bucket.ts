import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';

const failure = (name: string, status: number) =>
  new S3ServiceException({ name, message: name, $fault: 'client', $metadata: { httpStatusCode: status } });

export interface MemoryBucket {
  readonly s3: S3Client;
  readonly objects: Map<string, Buffer>;
  json(key: string): unknown;
  put(key: string, value: unknown): void;
  /** Called before each write; may throw. */
  beforePut: (key: string) => void;
  /** Called after each write, before its answer; may throw, so that the answer is lost. */
  afterPut: (key: string) => void;
  /** Called after an object was hidden by a delete marker. */
  afterDelete: (key: string) => void;
  /** When objects were last written, as listings say; long ago unless told. */
  readonly modified: Map<string, number>;
}

const etagOf = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;

/** A bucket in memory with S3's conditional writes, behind the SDK's own client. */
export function memoryBucket(): MemoryBucket {
  const s3 = new S3Client({ region: 'eu-central-1' });
  const mock = mockClient(s3);
  const objects = new Map<string, Buffer>();
  const bucket: MemoryBucket = {
    s3,
    objects,
    json: (key) => JSON.parse(objects.get(key)?.toString() ?? 'null') as unknown,
    put: (key, value) => objects.set(key, Buffer.from(JSON.stringify(value))),
    beforePut: () => undefined,
    afterPut: () => undefined,
    afterDelete: () => undefined,
    modified: new Map(),
  };
  mock.on(GetObjectCommand).callsFake(({ Key }: { Key: string }) => {
    const body = objects.get(Key);
    if (!body) throw failure('NoSuchKey', 404);
    return { ETag: etagOf(body), Body: { transformToString: () => Promise.resolve(body.toString()) } };
  });
  mock.on(HeadObjectCommand).callsFake(({ Key }: { Key: string }) => {
    if (!objects.has(Key)) throw failure('NotFound', 404);
    return {};
  });
  mock.on(ListObjectsV2Command).callsFake(({ Prefix }: { Prefix: string }) => ({
    Contents: [...objects.keys()]
      .filter((Key) => Key.startsWith(Prefix))
      .map((Key) => ({
        Key,
        Size: objects.get(Key)?.length ?? 0,
        LastModified: new Date(bucket.modified.get(Key) ?? Date.UTC(2026, 0, 1)),
      })),
  }));
  const hidden = new Map<string, { key: string; body: Buffer }>();
  mock.on(DeleteObjectCommand).callsFake(({ Key, VersionId }: { Key: string; VersionId?: string }) => {
    const below = hidden.get(VersionId ?? '');
    if (below && !objects.has(below.key)) objects.set(below.key, below.body);
    if (VersionId !== undefined) return {};
    const marker = `marker-${hidden.size + 1}`;
    hidden.set(marker, { key: Key, body: objects.get(Key) ?? Buffer.alloc(0) });
    objects.delete(Key);
    bucket.afterDelete(Key);
    return { VersionId: marker, DeleteMarker: true };
  });
  mock.on(DeleteObjectsCommand).callsFake(({ Delete }: { Delete: { Objects: { Key: string }[] } }) => {
    for (const { Key } of Delete.Objects) objects.delete(Key);
    return {};
  });
  mock.on(PutObjectCommand).callsFake(async (input: Put) => {
    bucket.beforePut(input.Key);
    const before = objects.get(input.Key);
    if (input.IfNoneMatch && before) throw failure('PreconditionFailed', 412);
    if (input.IfMatch && !before) throw failure('NoSuchKey', 404);
    if (input.IfMatch && before && etagOf(before) !== input.IfMatch) throw failure('PreconditionFailed', 412);
    const body =
      typeof input.Body === 'string' || Buffer.isBuffer(input.Body)
        ? Buffer.from(input.Body)
        : await buffer(input.Body);
    objects.set(input.Key, body);
    bucket.afterPut(input.Key);
    return { ETag: etagOf(body) };
  });
  return bucket;
}

interface Put {
  readonly Key: string;
  readonly Body: string | Buffer | Readable;
  readonly IfNoneMatch?: string;
  readonly IfMatch?: string;
}
