import type { Properties } from '../protocol/values.ts';

interface Tag {
  Key?: string | undefined;
  Value?: string | undefined;
}
type Tags = Readonly<Record<string, string>>;

export const toTags = (tags: Tags | undefined): { Key: string; Value: string }[] =>
  Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));

/** Tags as properties: the program's and all. Those that AWS itself sets belong to nobody. */
export function fromTags(tags: readonly Tag[] | undefined): { tags: Properties; tagsAll: Properties } {
  const entries = (tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value] as const);
  return fromTagMap(Object.fromEntries(entries));
}

export function fromTagMap(tags: Readonly<Record<string, string>> | undefined): {
  tags: Properties;
  tagsAll: Properties;
} {
  const own = Object.fromEntries(Object.entries(tags ?? {}).filter(([key]) => !key.startsWith('aws:')));
  return { tags: own, tagsAll: own };
}

/** Which tags to set and which to take away. */
export function tagChanges(olds: Properties, tags: Tags | undefined): { set: Tags; removed: string[] } {
  const before = (olds.tagsAll ?? olds.tags ?? {}) as Tags;
  const after = tags ?? {};
  return {
    set: Object.fromEntries(Object.entries(after).filter(([key, value]) => before[key] !== value)),
    removed: Object.keys(before).filter((key) => !(key in after)),
  };
}
