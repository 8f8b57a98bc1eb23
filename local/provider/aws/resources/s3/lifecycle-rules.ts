import type { LifecycleRule, LifecycleRuleFilter } from '@aws-sdk/client-s3';
import type { Properties, Value } from '../../../protocol/values.ts';
import { isObject, type Failure } from '../../../resource/check.ts';
import { boolean, list, map, number, object, required, string } from '../../../resource/schema.ts';
import { toTags } from '../../tags.ts';

const sizes = { objectSizeGreaterThan: number(), objectSizeLessThan: number() };
const transition = { storageClass: required(string()) };

export const lifecycleRule = object({
  id: required(string()),
  status: required(string({ values: ['Enabled', 'Disabled'] })),
  filter: object(
    {
      prefix: string(),
      ...sizes,
      tag: object({ key: required(string()), value: required(string()) }),
      and: object({ prefix: string(), ...sizes, tags: map() }),
    },
    { computed: true },
  ),
  expiration: object({ days: number(), date: string(), expiredObjectDeleteMarker: boolean() }),
  noncurrentVersionExpiration: object({
    noncurrentDays: required(number()),
    newerNoncurrentVersions: number(),
  }),
  abortIncompleteMultipartUpload: object({ daysAfterInitiation: number() }),
  transitions: list(object({ days: number(), date: string(), ...transition })),
  noncurrentVersionTransitions: list(
    object({ noncurrentDays: required(number()), newerNoncurrentVersions: number(), ...transition }),
  ),
});
export type Rule = NonNullable<(typeof lifecycleRule)['infer']>;

/** S3's filters know one condition; several of them stand inside `and`. */
export function checkRules(rules: Value | undefined): Failure[] {
  const filters = Array.isArray(rules) ? rules.map((rule: Value) => isObject(rule) && rule.filter) : [];
  return filters.flatMap((filter, index) =>
    isObject(filter) && Object.keys(filter).length > 1
      ? [
          {
            property: `rules[${index}].filter`,
            reason: `: only one of ${Object.keys(filter).join(', ')} can be given; put them into and`,
          },
        ]
      : [],
  );
}

const date = (text: string | undefined): Date | undefined => (text ? new Date(text) : undefined);
const written = (when: Date | undefined): string | undefined => when?.toISOString().replace('.000Z', 'Z');

export function toRule(rule: Rule): LifecycleRule {
  return {
    ID: rule.id,
    Status: rule.status as 'Enabled',
    // A rule for everything has an empty filter.
    Filter: toFilter(rule.filter),
    Expiration: rule.expiration && {
      Days: rule.expiration.days,
      Date: date(rule.expiration.date),
      ExpiredObjectDeleteMarker: rule.expiration.expiredObjectDeleteMarker,
    },
    NoncurrentVersionExpiration: rule.noncurrentVersionExpiration && {
      NoncurrentDays: rule.noncurrentVersionExpiration.noncurrentDays,
      NewerNoncurrentVersions: rule.noncurrentVersionExpiration.newerNoncurrentVersions,
    },
    AbortIncompleteMultipartUpload: rule.abortIncompleteMultipartUpload && {
      DaysAfterInitiation: rule.abortIncompleteMultipartUpload.daysAfterInitiation,
    },
    Transitions: rule.transitions?.map((item) => ({
      Days: item.days,
      Date: date(item.date),
      StorageClass: item.storageClass as 'GLACIER',
    })),
    NoncurrentVersionTransitions: rule.noncurrentVersionTransitions?.map((item) => ({
      NoncurrentDays: item.noncurrentDays,
      NewerNoncurrentVersions: item.newerNoncurrentVersions,
      StorageClass: item.storageClass as 'GLACIER',
    })),
  };
}

function toFilter(filter: Rule['filter']): LifecycleRuleFilter {
  if (filter?.and) {
    const { and } = filter;
    return {
      And: {
        Prefix: and.prefix,
        ObjectSizeGreaterThan: and.objectSizeGreaterThan,
        ObjectSizeLessThan: and.objectSizeLessThan,
        Tags: and.tags && toTags(and.tags),
      },
    };
  }
  if (filter?.tag) return { Tag: { Key: filter.tag.key, Value: filter.tag.value } };
  if (filter?.objectSizeGreaterThan !== undefined)
    return { ObjectSizeGreaterThan: filter.objectSizeGreaterThan };
  if (filter?.objectSizeLessThan !== undefined) return { ObjectSizeLessThan: filter.objectSizeLessThan };
  return { Prefix: filter?.prefix ?? '' };
}

export function fromRule(rule: LifecycleRule): Properties {
  return {
    id: rule.ID,
    status: rule.Status,
    filter: rule.Filter && fromFilter(rule.Filter),
    expiration: rule.Expiration && {
      days: rule.Expiration.Days,
      date: written(rule.Expiration.Date),
      expiredObjectDeleteMarker: rule.Expiration.ExpiredObjectDeleteMarker,
    },
    noncurrentVersionExpiration: rule.NoncurrentVersionExpiration && {
      noncurrentDays: rule.NoncurrentVersionExpiration.NoncurrentDays,
      newerNoncurrentVersions: rule.NoncurrentVersionExpiration.NewerNoncurrentVersions,
    },
    abortIncompleteMultipartUpload: rule.AbortIncompleteMultipartUpload && {
      daysAfterInitiation: rule.AbortIncompleteMultipartUpload.DaysAfterInitiation,
    },
    transitions: rule.Transitions?.map((item) => ({
      days: item.Days,
      date: written(item.Date),
      storageClass: item.StorageClass,
    })),
    noncurrentVersionTransitions: rule.NoncurrentVersionTransitions?.map((item) => ({
      noncurrentDays: item.NoncurrentDays,
      newerNoncurrentVersions: item.NewerNoncurrentVersions,
      storageClass: item.StorageClass,
    })),
  };
}

function fromFilter(filter: LifecycleRuleFilter): Properties {
  const { And: and, Tag: tag } = filter;
  return {
    prefix: filter.Prefix,
    objectSizeGreaterThan: filter.ObjectSizeGreaterThan,
    objectSizeLessThan: filter.ObjectSizeLessThan,
    tag: tag && { key: tag.Key, value: tag.Value },
    and: and && {
      prefix: and.Prefix,
      objectSizeGreaterThan: and.ObjectSizeGreaterThan,
      objectSizeLessThan: and.ObjectSizeLessThan,
      tags: Object.fromEntries((and.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    },
  };
}
