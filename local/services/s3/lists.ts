import type * as s3 from '@aws-sdk/client-s3';
import type { Answer } from '../../endpoint/service.ts';
import { findBucket, type Context } from './context.ts';
import { invalidArgument, refuseOthers } from './errors.ts';
import { list } from './listing.ts';
import type { Version } from './state.ts';

const common = [
  'Bucket',
  'Prefix',
  'Delimiter',
  'MaxKeys',
  'EncodingType',
  'ExpectedBucketOwner',
  'RequestPayer',
] as const;
const knownV1: ReadonlySet<string> = new Set([...common, 'Marker']);
const knownV2: ReadonlySet<string> = new Set([...common, 'ContinuationToken', 'StartAfter', 'FetchOwner']);
const knownVersions: ReadonlySet<string> = new Set([...common, 'KeyMarker', 'VersionIdMarker']);

/** Keys as the answer spells them: percent-encoded when asked. */
function speller(encoding: string | undefined): (text: string) => string {
  if (encoding === undefined) return (text) => text;
  if (encoding !== 'url') throw invalidArgument('Invalid Encoding Method specified in Request');
  return (text) => encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%20', '+');
}

function mostOf(given: number | undefined): number {
  if (given !== undefined && given < 0)
    throw invalidArgument('Argument maxKeys must be an integer between 0 and 2147483647');
  return Math.min(given ?? 1000, 1000);
}

function wireObject(version: Version, spell: (text: string) => string): s3._Object {
  return {
    Key: spell(version.key),
    LastModified: new Date(version.modified),
    ETag: version.etag,
    Size: version.size,
    StorageClass: 'STANDARD',
    ...(version.checksum && {
      ChecksumAlgorithm: [version.checksum.algorithm],
      ChecksumType: version.checksum.type,
    }),
  };
}

interface Common {
  readonly Bucket?: string | undefined;
  readonly Prefix?: string | undefined;
  readonly Delimiter?: string | undefined;
  readonly MaxKeys?: number | undefined;
  readonly EncodingType?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

function currentObjects(context: Context, input: Common, after: string) {
  const bucket = findBucket(context, input);
  const request = {
    prefix: input.Prefix ?? '',
    delimiter: input.Delimiter ?? '',
    after,
    most: mostOf(input.MaxKeys),
  };
  return list(context.objects.keys(bucket.name), request, (key) => context.objects.current(bucket.name, key));
}

function echo(input: Common, spell: (text: string) => string) {
  const { Bucket, Prefix = '', Delimiter, EncodingType } = input;
  return {
    Name: Bucket,
    Prefix: spell(Prefix),
    ...(Delimiter && { Delimiter: spell(Delimiter) }),
    MaxKeys: mostOf(input.MaxKeys),
    ...(EncodingType && { EncodingType: EncodingType as s3.EncodingType }),
  };
}

export function listObjectsV2(
  context: Context,
  input: s3.ListObjectsV2CommandInput,
): Answer<s3.ListObjectsV2CommandOutput> {
  refuseOthers(input, 'ListObjectsV2', knownV2);
  const { ContinuationToken, StartAfter, FetchOwner } = input;
  const after = ContinuationToken === undefined ? (StartAfter ?? '') : readToken(ContinuationToken);
  const listing = currentObjects(context, input, after);
  const spell = speller(input.EncodingType);
  const owner = { Owner: { ID: context.account } };
  return {
    ...echo(input, spell),
    Contents: listing.items.map((version) => ({ ...wireObject(version, spell), ...(FetchOwner && owner) })),
    CommonPrefixes: listing.commonPrefixes.map((prefix) => ({ Prefix: spell(prefix) })),
    KeyCount: listing.items.length + listing.commonPrefixes.length,
    IsTruncated: listing.isTruncated,
    ...(StartAfter !== undefined && { StartAfter: spell(StartAfter) }),
    ...(ContinuationToken !== undefined && { ContinuationToken }),
    ...(listing.isTruncated && { NextContinuationToken: writeToken(listing.last) }),
  };
}

function writeToken(last: string): string {
  return `1${Buffer.from(last).toString('base64url')}`;
}

function readToken(token: string): string {
  if (!/^1[\w-]*$/.test(token)) throw invalidArgument('The continuation token provided is incorrect');
  return Buffer.from(token.slice(1), 'base64url').toString();
}

export function listObjects(
  context: Context,
  input: s3.ListObjectsCommandInput,
): Answer<s3.ListObjectsCommandOutput> {
  refuseOthers(input, 'ListObjects', knownV1);
  const listing = currentObjects(context, input, input.Marker ?? '');
  const spell = speller(input.EncodingType);
  return {
    ...echo(input, spell),
    Marker: spell(input.Marker ?? ''),
    Contents: listing.items.map((version) => ({
      ...wireObject(version, spell),
      Owner: { ID: context.account },
    })),
    CommonPrefixes: listing.commonPrefixes.map((prefix) => ({ Prefix: spell(prefix) })),
    IsTruncated: listing.isTruncated,
    // Without a delimiter the last key itself is the next marker.
    ...(listing.isTruncated && input.Delimiter && { NextMarker: spell(listing.last) }),
  };
}

/** ListObjectVersions: newest version of each key first; a page may end inside a key. */
export function listObjectVersions(
  context: Context,
  input: s3.ListObjectVersionsCommandInput,
): Answer<s3.ListObjectVersionsCommandOutput> {
  refuseOthers(input, 'ListObjectVersions', knownVersions);
  const bucket = findBucket(context, input);
  const spell = speller(input.EncodingType);
  const { KeyMarker = '', VersionIdMarker } = input;
  const most = mostOf(input.MaxKeys);
  const rest =
    VersionIdMarker === undefined ? [] : olderThan(context, bucket.name, KeyMarker, VersionIdMarker);
  const request = {
    prefix: input.Prefix ?? '',
    delimiter: input.Delimiter ?? '',
    after: KeyMarker,
    most: most + 1,
  };
  const listing = list(context.objects.keys(bucket.name), request, (key) =>
    newestFirst(context, bucket.name, key),
  );
  const all = [...rest, ...listing.items.flat()];
  const room = Math.max(most - listing.commonPrefixes.length, 0);
  const shown = all.slice(0, room);
  const isTruncated = all.length > room || listing.isTruncated;
  const last = shown.at(-1);
  return {
    ...echo(input, spell),
    KeyMarker: spell(KeyMarker),
    ...(VersionIdMarker !== undefined && { VersionIdMarker }),
    Versions: shown
      .filter(({ isDeleteMarker }) => !isDeleteMarker)
      .map((version) => ({
        ...wireObject(version, spell),
        StorageClass: 'STANDARD',
        ...place(context, version),
      })),
    DeleteMarkers: shown
      .filter(({ isDeleteMarker }) => isDeleteMarker)
      .map((version) => ({
        Key: spell(version.key),
        LastModified: new Date(version.modified),
        ...place(context, version),
      })),
    CommonPrefixes: listing.commonPrefixes.map((prefix) => ({ Prefix: spell(prefix) })),
    IsTruncated: isTruncated,
    ...(isTruncated && last && { NextKeyMarker: spell(last.key), NextVersionIdMarker: last.versionId }),
  };
}

function newestFirst(context: Context, bucket: string, key: string): Version[] {
  return [...context.objects.versions(bucket, key)].reverse();
}

function olderThan(context: Context, bucket: string, key: string, versionId: string): Version[] {
  const versions = newestFirst(context, bucket, key);
  return versions.slice(versions.findIndex((version) => version.versionId === versionId) + 1);
}

function place(
  context: Context,
  version: Version,
): { VersionId: string; IsLatest: boolean; Owner: s3.Owner } {
  const isLatest = context.objects.newest(version.bucket, version.key) === version;
  return { VersionId: version.versionId, IsLatest: isLatest, Owner: { ID: context.account } };
}
