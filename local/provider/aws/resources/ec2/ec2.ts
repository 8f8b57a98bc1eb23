import type { EC2, ResourceType } from '@aws-sdk/client-ec2';
import type { Properties } from '../../../protocol/values.ts';
import type { Context } from '../../context.ts';
import { isError } from '../../errors.ts';
import { tagChanges, toTags } from '../../tags.ts';

type Tags = Readonly<Record<string, string>> | undefined;

/** Tags to set in the call that makes a thing. */
export function tagSpecifications(resource: ResourceType, tags: Tags) {
  const list = toTags(tags);
  return list.length > 0 ? { TagSpecifications: [{ ResourceType: resource, Tags: list }] } : {};
}

export async function updateTags(ec2: EC2, id: string, olds: Properties, tags: Tags): Promise<void> {
  const { set, removed } = tagChanges(olds, tags);
  if (removed.length > 0) await ec2.deleteTags({ Resources: [id], Tags: removed.map((Key) => ({ Key })) });
  if (Object.keys(set).length > 0) await ec2.createTags({ Resources: [id], Tags: toTags(set) });
}

export const arn = (context: Context, owner: string | undefined, resource: string): string =>
  `arn:${context.partition}:ec2:${context.region}:${owner ?? ''}:${resource}`;

/** Takes a thing away as soon as nothing depends on it any more; `gone` are the codes that say it already is. */
export async function deleteWhenFree(
  context: Context,
  name: string,
  gone: readonly string[],
  remove: () => Promise<unknown>,
): Promise<void> {
  let holding = '';
  const attempt = async (): Promise<true | undefined> => {
    try {
      await remove();
      return true;
    } catch (error) {
      if (isError(error, ...gone)) return true;
      if (!isError(error, 'DependencyViolation', 'InvalidParameterValue.InUse', 'ResourceInUse')) throw error;
      holding = (error as Error).message;
      return undefined;
    }
  };
  try {
    await context.until(`something still uses ${name}`, attempt);
  } catch (error) {
    throw holding && error instanceof Error
      ? new Error(`${error.message} ${holding}`, { cause: error })
      : error;
  }
}

/** The id of what AWS just made. */
export function idOf(id: string | undefined, operation: string): string {
  if (!id) throw new Error(`${operation} answered without an id.`);
  return id;
}
