/** What the operations of a service need to be allowed: the same table in every service's folder. */
import type { Call } from './service.ts';

/**
 * After AWS's service authorization reference:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export interface Authorization {
  /** Of actions and ARNs: `s3`, `cloudwatch`. */
  readonly prefix: string;
  /** Every operation there is. */
  readonly operations: Readonly<Record<string, Rule>>;
  /** Its own condition keys, read from an operation's input or from what a need brings along. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each operation has its own input
  readonly keys?: Readonly<Record<string, (input: any, need: Need) => KeyValue>>;
  /** Tags of a resource of its own, by ARN. */
  tagsOf?(arn: string): Tags | undefined;
  /** The policy that hangs on a resource of its own, by ARN. */
  policyOf?(arn: string): string | undefined;
  /** Operations that not even a resource's policy denies the account's root. */
  readonly rootMay?: readonly string[];
  /** What a caller has to be allowed to see an error of an operation; without it the answer is AccessDenied. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each operation has its own input
  revealing?(operation: string, input: any, errorCode: string): Need | undefined;
}

/** From an operation's input to what it needs, all of it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each operation has its own input
export type Rule = (input: any, call: Call) => readonly Need[];

export interface Need {
  /** Undefined: the action of the operation's own name. Without a service: the service's own. */
  readonly action?: string;
  /** An ARN, one with `*` in place of an id that is yet to be given, or `*` where AWS knows no resources. */
  readonly resource: string;
  /** Condition keys that go with it. */
  readonly keys?: Readonly<Record<string, KeyValue>>;
  /** Tags that the request gives to this resource; undefined: those that the input says. */
  readonly requestTags?: Tags;
}

export type KeyValue = string | number | boolean | readonly string[] | undefined;
export type Tags = Readonly<Record<string, string>>;

/** Operations that AWS authorizes as a whole. */
export const anywhere: Rule = () => [{ resource: '*' }];

/** The same rule for several operations. */
export const each = (names: readonly string[], rule: Rule): Record<string, Rule> =>
  Object.fromEntries(names.map((name) => [name, rule]));

/** A rule on one resource. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each operation has its own input
export const on = (resource: (input: any, call: Call) => string): Rule => {
  return (input, call) => [{ resource: resource(input, call) }];
};

/** A rule on several resources. */
export const onAll =
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each operation has its own input
  (resources: (input: any, call: Call) => readonly string[]): Rule =>
    (input, call) =>
      resources(input, call).map((resource) => ({ resource }));

/** The same resources under an action of another name. */
export const as =
  (action: string, rule: Rule): Rule =>
  (input, call) =>
    rule(input, call).map((need) => ({ ...need, action }));

/** All that several rules need. */
export const and =
  (...rules: readonly Rule[]): Rule =>
  (input, call) =>
    rules.flatMap((rule) => rule(input, call));

/** A second rule where the input says so. */
export const when =
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each operation has its own input
  (holds: (input: any) => boolean, rule: Rule): Rule =>
    (input, call) =>
      holds(input) ? rule(input, call) : [];

/** A creation that gives tags needs the tagging action too. */
export const tagging = (action: string, rule: Rule): Rule =>
  and(
    rule,
    when((input: object) => Object.keys(requestTagsOf(input)).length > 0, as(action, rule)),
  );

interface WireTag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
  readonly key?: string | undefined;
  readonly value?: string | undefined;
}

/** Tags in an operation's input, however its service spells them. */
export function requestTagsOf(input: object): Tags {
  const { Tags, tags, AddTags, TagSpecifications } = input as Record<string, unknown>;
  const given = Tags ?? tags ?? AddTags;
  if (Array.isArray(given)) return fromList(given);
  if (typeof given === 'object' && given !== null) return given as Tags;
  const specifications = (TagSpecifications ?? []) as readonly { Tags?: readonly WireTag[] }[];
  return fromList(specifications.flatMap((one) => one.Tags ?? []));
}

export const fromList = (tags: readonly (WireTag | string)[] = []): Tags =>
  Object.fromEntries(
    tags.flatMap((tag) =>
      typeof tag === 'string' ? [] : [[tag.Key ?? tag.key ?? '', tag.Value ?? tag.value ?? '']],
    ),
  );

/** Keys of tags that an operation adds or takes away. */
export function tagKeysOf(input: object): readonly string[] {
  const { TagKeys, tagKeys, RemoveTagKeys, tags } = input as Record<string, unknown>;
  const removed = [TagKeys ?? tagKeys ?? RemoveTagKeys ?? (isStrings(tags) ? tags : [])].flat() as string[];
  return [...Object.keys(requestTagsOf(input)), ...removed];
}

const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');
