import { invalidArgument } from './errors.ts';

export interface CopySource {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
}

/** What `x-amz-copy-source` names: `bucket/key?versionId=…`, percent-encoded, with or without a slash before it. */
export function parseCopySource(text: string): CopySource {
  const [path = '', versionId] = text.split('?versionId=');
  // Decoded first: the slash before it may be encoded, too.
  const [, Bucket, Key] = /^\/?([^/]+)\/(.+)$/s.exec(decoded(path)) ?? [];
  if (Bucket === undefined || Key === undefined)
    throw invalidArgument('Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  return { Bucket, Key, ...(versionId !== undefined && { VersionId: versionId }) };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw invalidArgument('Invalid copy source encoding.');
  }
}
