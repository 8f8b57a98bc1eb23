import { setTimeout as delay } from 'node:timers/promises';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3ServiceException,
  type _Error,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { z } from 'zod';
import { UserError } from '../errors.ts';

/** A JSON document in the bucket, as it was when it was read. */
export interface Stored<T> {
  readonly value: T;
  readonly etag: string;
}

/** The document is not what the writer thought: somebody else was first. */
export class ConflictError extends Error {
  readonly key: string;
  constructor(key: string) {
    super(`${key} was changed by somebody else.`);
    this.name = 'ConflictError';
    this.key = key;
  }
}

/** JSON documents changed by conditional writes only. */
export interface Documents {
  read<T>(key: string, schema: z.ZodType<T>): Promise<Stored<T> | undefined>;
  /** Writes a document that must not exist yet. */
  create<T>(key: string, value: T): Promise<Stored<T>>;
  /** Writes over exactly the document that was read. */
  replace<T>(key: string, value: T, etag: string): Promise<Stored<T>>;
  list(prefix: string): Promise<string[]>;
  /** For good but for the bucket's own history; what is not there is no failure. */
  remove(keys: readonly string[]): Promise<void>;
}

const conflictNames = new Set(['PreconditionFailed', 'NoSuchKey', 'NotFound']);
const races = 5;
/** What DeleteObjects takes at once. */
const keysPerCall = 1000;

export function createDocuments(s3: S3Client, Bucket: string): Documents {
  async function raw(Key: string): Promise<{ body: string; etag: string } | undefined> {
    try {
      const { Body, ETag } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return { body: (await Body?.transformToString()) ?? '', etag: ETag ?? '' };
    } catch (error) {
      if ((error as Error).name === 'NoSuchKey') return undefined;
      throw error;
    }
  }

  async function write<T>(
    Key: string,
    value: T,
    condition: { IfNoneMatch: '*' } | { IfMatch: string },
  ): Promise<Stored<T>> {
    const Body = JSON.stringify(value, null, 2);
    for (let race = 1; ; race += 1) {
      try {
        const { ETag = '' } = await s3.send(
          new PutObjectCommand({ Bucket, Key, Body, ContentType: 'application/json', ...condition }),
        );
        return { value, etag: ETag };
      } catch (error) {
        const { name } = error as Error;
        // Two conditional writes at the same instant: neither won, S3 asks to try again.
        if (name === 'ConditionalRequestConflict' && race < races) {
          await delay(20 * race);
          continue;
        }
        if (!conflictNames.has(name) && name !== 'ConditionalRequestConflict') throw error;
        // The SDK repeats a write whose answer got lost; the second try then meets our own first one.
        const present = await raw(Key);
        if (present?.body === Body) return { value, etag: present.etag };
        throw new ConflictError(Key);
      }
    }
  }

  return {
    async read(key, schema) {
      const found = await raw(key);
      return found && { value: parseDocument(`s3://${Bucket}/${key}`, found.body, schema), etag: found.etag };
    },
    create: (key, value) => write(key, value, { IfNoneMatch: '*' }),
    replace: (key, value, etag) => write(key, value, { IfMatch: etag }),
    async list(Prefix) {
      const keys: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket, Prefix, ...(ContinuationToken && { ContinuationToken }) }),
        );
        keys.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ''));
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken);
      return keys;
    },
    async remove(keys) {
      for (let start = 0; start < keys.length; start += keysPerCall) {
        const Objects = keys.slice(start, start + keysPerCall).map((Key) => ({ Key }));
        const { Errors: [error] = [] } = await s3.send(
          new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
        );
        if (error) throw notRemoved(Bucket, error);
      }
    },
  };
}

/** DeleteObjects answers each key for itself: a key that may not be deleted is told like a call that is denied. */
function notRemoved(bucket: string, { Code: name = '', Key = '', Message: message = '' }: _Error): Error {
  if (name === 'AccessDenied')
    return new S3ServiceException({ name, message, $fault: 'client', $metadata: { httpStatusCode: 403 } });
  return new UserError(`s3://${bucket}/${Key} could not be removed: ${message}`, {
    next: 'the same command again',
  });
}

/** Parses what infra, agent or another CLI wrote; what does not fit was written by another release. */
export function parseDocument<T>(where: string, body: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw new UserError(`${where} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || '(all)'}: ${message}`);
  throw new UserError(`${where} is not what this release of Beanpole expects: ${problems.join('; ')}.`, {
    next: 'pulumi up   (with the same release of Beanpole on both sides)',
    cause: parsed.error,
  });
}
