import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { S3 } from '@aws-sdk/client-s3';
import type { Properties } from '../../../protocol/values.ts';
import { asset, boolean, map, required, string, type Inputs } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags, toTags } from '../../tags.ts';

const none = ['NotFound', 'NoSuchKey', 'NoSuchBucket'];
const contents = ['source', 'content', 'contentBase64', 'sourceHash'];

const inputs = {
  bucket: required(string({ replaces: true })),
  key: string({ replaces: true }),
  source: asset(),
  content: string(),
  contentBase64: string(),
  sourceHash: string({ hidden: true }),
  contentType: string({ computed: true }),
  cacheControl: string(),
  contentDisposition: string(),
  contentEncoding: string(),
  contentLanguage: string(),
  metadata: map(),
  storageClass: string({ computed: true }),
  serverSideEncryption: string({ computed: true }),
  kmsKeyId: string({ computed: true }),
  bucketKeyEnabled: boolean({ computed: true }),
  websiteRedirect: string(),
  forceDestroy: boolean({ default: false, hidden: true }),
  tags: tags(),
};
type BucketObject = Inputs<typeof inputs>;

export default regional({
  type: 'aws:s3/bucketObjectv2:BucketObjectv2',
  naming: { property: 'key', maximum: 1024 },
  inputs,
  check: (given) =>
    ['source', 'content', 'contentBase64'].filter((key) => given[key] !== undefined).length > 1
      ? [{ property: 'source', reason: ', content and contentBase64 exclude each other' }]
      : [],
  unknownAfter: (changed) =>
    [...changed].some((key) => key !== 'tags' && key !== 'forceDestroy')
      ? ['etag', 'versionId', 'checksumCrc32', 'checksumSha256']
      : [],

  async create(object, context) {
    await put(context, object);
    return `${object.bucket}/${keyOf(object)}`;
  },

  async read(id, context, known) {
    const [bucket, key] = place(id, known.state, known.inputs);
    const s3 = await context.clients.s3();
    const which = { Bucket: bucket, Key: key };
    const found = await ifFound(none, () => s3.headObject({ ...which, ChecksumMode: 'ENABLED' }));
    if (!found) return undefined;
    const tagging = await ifFound(none, () => s3.getObjectTagging(which));
    const etag = found.ETag?.replaceAll('"', '');
    return {
      arn: `arn:${context.partition}:s3:::${bucket}/${key}`,
      bucket,
      key,
      etag,
      versionId: found.VersionId,
      contentType: found.ContentType,
      cacheControl: found.CacheControl,
      contentDisposition: found.ContentDisposition,
      contentEncoding: found.ContentEncoding,
      contentLanguage: found.ContentLanguage,
      metadata: found.Metadata ?? {},
      storageClass: found.StorageClass ?? 'STANDARD',
      serverSideEncryption: found.ServerSideEncryption,
      kmsKeyId: found.SSEKMSKeyId,
      bucketKeyEnabled: found.BucketKeyEnabled ?? false,
      websiteRedirect: found.WebsiteRedirectLocation,
      checksumCrc32: found.ChecksumCRC32,
      checksumSha256: found.ChecksumSHA256,
      ...contentOf(known, etag),
      ...fromTags(tagging?.TagSet),
    };
  },

  async update(id, { olds, news, changed }, context) {
    const keys = Object.keys(inputs).filter((key) => key !== 'tags' && key !== 'forceDestroy');
    if (changed(...keys)) await put(context, news);
    else if (changed('tags')) {
      const [Bucket, Key] = place(id, olds);
      const s3 = await context.clients.s3();
      await s3.putObjectTagging({ Bucket, Key, Tagging: { TagSet: toTags(news.tags) } });
    }
  },

  async delete(id, context, known) {
    const [bucket, key] = place(id, known.state);
    const s3 = await context.clients.s3();
    await ifFound(none, () => removeVersions(s3, bucket, key));
  },
});

const keyOf = ({ key }: BucketObject): string => key ?? '';

function place(id: string, ...known: readonly Properties[]): [bucket: string, key: string] {
  for (const { bucket, key } of known) {
    if (typeof bucket === 'string' && typeof key === 'string') return [bucket, key];
  }
  const [bucket = '', ...key] = id.replace(/^s3:\/\//, '').split('/');
  return [bucket, key.join('/')];
}

/**
 * The cloud has the program's content as long as the ETag is the one that its upload got.
 * Once it is another, whatever is there now is not what the program wrote.
 */
function contentOf(
  { inputs: given, state }: { inputs: Properties; state: Properties },
  etag: string | undefined,
) {
  const isOurs = state.etag === undefined || state.etag === etag;
  return isOurs ? Object.fromEntries(contents.map((key) => [key, given[key]])) : {};
}

async function put(context: Context, object: BucketObject): Promise<void> {
  const s3 = await context.clients.s3();
  const tagging = new URLSearchParams(object.tags).toString();
  await s3.putObject({
    Bucket: object.bucket,
    Key: keyOf(object),
    ...(await body(object)),
    ContentType: object.contentType,
    CacheControl: object.cacheControl,
    ContentDisposition: object.contentDisposition,
    ContentEncoding: object.contentEncoding,
    ContentLanguage: object.contentLanguage,
    Metadata: object.metadata && { ...object.metadata },
    StorageClass: object.storageClass as 'STANDARD' | undefined,
    ServerSideEncryption: object.serverSideEncryption as 'AES256' | undefined,
    SSEKMSKeyId: object.kmsKeyId,
    BucketKeyEnabled: object.bucketKeyEnabled,
    WebsiteRedirectLocation: object.websiteRedirect,
    ...(tagging ? { Tagging: tagging } : {}),
  });
}

async function body({ source, content, contentBase64 }: BucketObject) {
  if (content !== undefined) return { Body: content };
  if (contentBase64 !== undefined) return { Body: Buffer.from(contentBase64, 'base64') };
  if (source?.text !== undefined) return { Body: source.text };
  if (source?.path !== undefined) {
    const { size } = await stat(source.path);
    return { Body: createReadStream(source.path), ContentLength: size };
  }
  if (source?.uri !== undefined)
    throw new Error(`An object cannot be made from ${source.uri}; give a file or text.`);
  if (source) throw new Error('The engine did not send the content of source.');
  return { Body: '' };
}

/** All versions: the object is the program's, and so is its past. */
async function removeVersions(s3: S3, bucket: string, key: string): Promise<void> {
  const page = await s3.listObjectVersions({ Bucket: bucket, Prefix: key });
  const all = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].filter(({ Key }) => Key === key);
  for (const { VersionId } of all)
    await s3.deleteObject({ Bucket: bucket, Key: key, ...(VersionId ? { VersionId } : {}) });
}
