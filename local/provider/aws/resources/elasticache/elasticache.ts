import type { ElastiCache } from '@aws-sdk/client-elasticache';
import type { Properties } from '../../../protocol/values.ts';
import { fromTags, tagChanges, toTags } from '../../tags.ts';

/** What the resources of ElastiCache have in common. */

export const readTags = async (cache: ElastiCache, arn: string) =>
  fromTags((await cache.listTagsForResource({ ResourceName: arn })).TagList);

export async function updateTags(
  cache: ElastiCache,
  arn: string,
  olds: Properties,
  tags: Readonly<Record<string, string>> | undefined,
): Promise<void> {
  const { set, removed } = tagChanges(olds, tags);
  if (removed.length > 0) await cache.removeTagsFromResource({ ResourceName: arn, TagKeys: removed });
  if (Object.keys(set).length > 0) await cache.addTagsToResource({ ResourceName: arn, Tags: toTags(set) });
}
