import type { LifecycleExpiration, LifecycleRule } from '@aws-sdk/client-s3';
import type { Context } from './context.ts';
import { invalidArgument, invalidRequest, malformedXml } from './errors.ts';
import { abort } from './multipart.ts';
import type { Bucket, Version } from './state.ts';
import { deleteKey, removeVersion } from './writing.ts';

const day = 86_400_000;

/** Refuses rules that S3 would refuse, and those that we could not carry out. */
export function checkLifecycle(rules: LifecycleRule[] = []): LifecycleRule[] {
  if (rules.length === 0 || rules.length > 1000) throw malformedXml();
  const named = rules.map((rule, index) => ({ ...rule, ID: rule.ID ?? `rule-${index + 1}` }));
  if (new Set(named.map(({ ID }) => ID)).size < named.length)
    throw invalidArgument('RuleId must be unique. Found same ID for more than one rule.');
  named.forEach(checkRule);
  return named;
}

function checkRule(rule: LifecycleRule): void {
  // What belongs together stands inside And.
  if (Object.values(rule.Filter ?? {}).filter((child) => child !== undefined).length > 1)
    throw malformedXml();
  if (rule.Transitions?.length || rule.NoncurrentVersionTransitions?.length)
    throw invalidRequest('local cloud: s3 has one storage class: lifecycle transitions are not implemented');
  const { Expiration, NoncurrentVersionExpiration, AbortIncompleteMultipartUpload } = rule;
  if (!Expiration && !NoncurrentVersionExpiration && !AbortIncompleteMultipartUpload)
    throw invalidRequest('At least one action needs to be specified in a rule.');
  const days = [
    Expiration?.Days,
    NoncurrentVersionExpiration?.NoncurrentDays,
    AbortIncompleteMultipartUpload?.DaysAfterInitiation,
  ];
  if (days.some((count) => count !== undefined && count < 1))
    throw invalidArgument("'Days' for Expiration action must be a positive integer");
}

/** Dates come back from the store as text. */
export function restoreDates(rule: LifecycleRule): LifecycleRule {
  const date = rule.Expiration?.Date as Date | string | undefined;
  return date === undefined ? rule : { ...rule, Expiration: { ...rule.Expiration, Date: new Date(date) } };
}

/** Carries out what the rules of all buckets say is due. */
export function applyLifecycle(context: Context): void {
  for (const bucket of context.buckets.values()) {
    for (const rule of bucket.lifecycle ?? [])
      if (rule.Status === 'Enabled') applyRule(context, bucket, restoreDates(rule));
  }
}

function applyRule(context: Context, bucket: Bucket, rule: LifecycleRule): void {
  const now = context.clock.now();
  for (const key of [...context.objects.keys(bucket.name)]) {
    const versions = context.objects.versions(bucket.name, key);
    const newest = versions.at(-1);
    if (!newest || !concerns(rule, newest)) continue;
    for (const version of noncurrentDue(rule, versions, now)) removeVersion(context, version);
    expireNewest(context, bucket, rule, newest, now);
  }
  const days = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation;
  for (const upload of days === undefined ? [] : [...context.uploads.values()]) {
    const isMeant = upload.bucket === bucket.name && upload.key.startsWith(prefixOf(rule));
    if (isMeant && now - upload.initiated >= (days ?? 0) * day) abort(context, upload);
  }
}

function expireNewest(
  context: Context,
  bucket: Bucket,
  { Expiration }: LifecycleRule,
  newest: Version,
  now: number,
): void {
  if (!Expiration) return;
  if (!newest.isDeleteMarker) {
    if (isExpired(Expiration, newest.modified, now)) deleteKey(context, bucket, newest.key, undefined);
  } else if (
    Expiration.ExpiredObjectDeleteMarker &&
    context.objects.versions(bucket.name, newest.key).length === 1
  )
    removeVersion(context, newest);
}

function isExpired({ Days, Date: date }: LifecycleExpiration, modified: number, now: number): boolean {
  if (date) return now >= date.getTime();
  return Days !== undefined && now - modified >= Days * day;
}

/** Versions long enough not current; a version stops being so when the next one comes. */
function noncurrentDue(
  { NoncurrentVersionExpiration: expiration }: LifecycleRule,
  versions: readonly Version[],
  now: number,
): Version[] {
  if (expiration?.NoncurrentDays === undefined) return [];
  const { NoncurrentDays, NewerNoncurrentVersions = 0 } = expiration;
  const noncurrent = versions.slice(0, -1);
  return noncurrent.filter((_, index) => {
    const since = versions[index + 1]?.modified ?? now;
    return now - since >= NoncurrentDays * day && noncurrent.length - 1 - index >= NewerNoncurrentVersions;
  });
}

function concerns(rule: LifecycleRule, { key, size, tags }: Version): boolean {
  const { Filter } = rule;
  const wanted = [...(Filter?.Tag ? [Filter.Tag] : []), ...(Filter?.And?.Tags ?? [])];
  const least = Filter?.ObjectSizeGreaterThan ?? Filter?.And?.ObjectSizeGreaterThan ?? -1;
  const most = Filter?.ObjectSizeLessThan ?? Filter?.And?.ObjectSizeLessThan ?? Infinity;
  return (
    key.startsWith(prefixOf(rule)) &&
    size > least &&
    size < most &&
    wanted.every(({ Key = '', Value }) => tags[Key] === Value)
  );
}

function prefixOf(rule: LifecycleRule): string {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the old place of the prefix is still in use
  return rule.Filter?.Prefix ?? rule.Filter?.And?.Prefix ?? rule.Prefix ?? '';
}
