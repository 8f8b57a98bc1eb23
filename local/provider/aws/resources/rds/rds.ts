import type { RDS } from '@aws-sdk/client-rds';
import { text, type Properties, type Value } from '../../../protocol/values.ts';
import { tagChanges, toTags } from '../../tags.ts';

/** What the resources of RDS have in common. */

export async function updateTags(
  rds: RDS,
  arn: string,
  olds: Properties,
  tags: Readonly<Record<string, string>> | undefined,
): Promise<void> {
  const { set, removed } = tagChanges(olds, tags);
  if (removed.length > 0) await rds.removeTagsFromResource({ ResourceName: arn, TagKeys: removed });
  if (Object.keys(set).length > 0) await rds.addTagsToResource({ ResourceName: arn, Tags: toTags(set) });
}

/** `8.4` and `8.4.7`: a program may name a version by its beginning. */
export const sameVersion = (desired: Value, actual: Value): boolean =>
  desired === actual || (typeof actual === 'string' && actual.startsWith(`${text(desired)}.`));

interface Secret {
  readonly SecretArn?: string | undefined;
  readonly SecretStatus?: string | undefined;
  readonly KmsKeyId?: string | undefined;
}

export const masterUserSecrets = (secret: Secret | undefined): Properties[] =>
  secret
    ? [{ secretArn: secret.SecretArn, secretStatus: secret.SecretStatus, kmsKeyId: secret.KmsKeyId }]
    : [];

/** What to do with the data of what is deleted. */
export function ending(
  inputs: Properties,
  what: string,
): { SkipFinalSnapshot: true } | { FinalDBSnapshotIdentifier: string } {
  if (inputs.skipFinalSnapshot === true) return { SkipFinalSnapshot: true };
  if (typeof inputs.finalSnapshotIdentifier !== 'string')
    throw new Error(`${what}: set finalSnapshotIdentifier, or skipFinalSnapshot, before it is deleted`);
  return { FinalDBSnapshotIdentifier: inputs.finalSnapshotIdentifier };
}
