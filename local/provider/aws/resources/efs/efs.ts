import type { EFS } from '@aws-sdk/client-efs';
import type { Properties } from '../../../protocol/values.ts';
import { tagChanges, toTags } from '../../tags.ts';

/** Changes the tags of a file system or an access point. */
export async function updateTags(
  efs: EFS,
  id: string,
  olds: Properties,
  tags: Readonly<Record<string, string>> | undefined,
): Promise<void> {
  const { set, removed } = tagChanges(olds, tags);
  if (removed.length > 0) await efs.untagResource({ ResourceId: id, TagKeys: removed });
  if (Object.keys(set).length > 0) await efs.tagResource({ ResourceId: id, Tags: toTags(set) });
}
