import { randomBytes, randomUUID } from 'node:crypto';
import type {
  CreateSecretCommandInput,
  DeleteSecretCommandInput,
  DescribeSecretCommandInput,
  DescribeSecretCommandOutput,
  ListSecretsCommandInput,
  ListSecretsCommandOutput,
  RestoreSecretCommandInput,
  SecretListEntry,
} from '@aws-sdk/client-secrets-manager';
import type { Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import { exists, invalidParameter, invalidRequest, invalidToken, unsupported } from './errors.ts';
import { matches } from './filters.ts';
import { findSecret } from './find.ts';
import { addVersion, currentStage } from './staging.ts';
import type { SecretState, StoredSecret } from './state.ts';
import { checkTags } from './tags.ts';
import { checkValue } from './values.ts';

const oneDay = 24 * 60 * 60 * 1000;
const defaultWindowDays = 30;

/** Making, describing and deleting secrets. */
export function secretOperations(parts: Parts, state: SecretState) {
  const { secrets } = state;
  const { clock } = parts;

  return {
    CreateSecret(input: CreateSecretCommandInput) {
      if (input.AddReplicaRegions?.length) throw unsupported('AddReplicaRegions');
      if (input.ForceOverwriteReplicaSecret) throw unsupported('ForceOverwriteReplicaSecret');
      if (input.Type !== undefined) throw unsupported('Type');
      const name = checkName(input.Name ?? '');
      const value = checkValue(input);
      const known = secrets.get(name);
      if (known) return createAgain(known, input);
      const made = newSecret(parts, name, {
        ...(input.Description && { description: input.Description }),
        ...(input.KmsKeyId && { kmsKeyId: input.KmsKeyId }),
        tags: checkTags(input.Tags ?? []),
      });
      const id = input.ClientRequestToken ?? randomUUID();
      if (value) made.versions = addVersion([], { id, created: made.created, ...value }, [currentStage]);
      secrets.set(name, made);
      return { ARN: made.arn, Name: name, ...(value && { VersionId: id }) };
    },

    DescribeSecret(input: DescribeSecretCommandInput): Answer<DescribeSecretCommandOutput> {
      const secret = findSecret(state, input.SecretId);
      const { SecretVersionsToStages, ...view } = entryOf(secret);
      return { ...view, ...(SecretVersionsToStages && { VersionIdsToStages: SecretVersionsToStages }) };
    },

    ListSecrets(input: ListSecretsCommandInput): Answer<ListSecretsCommandOutput> {
      const found = [...secrets.values()]
        .filter(({ deletion }) => deletion === undefined || input.IncludePlannedDeletion)
        .filter((secret) => (input.Filters ?? []).every((filter) => matches(secret, filter)));
      if ((input.SortBy ?? 'created-date') !== 'created-date') throw unsupported('SortBy');
      const ordered = input.SortOrder === 'asc' ? found : found.toReversed();
      const { items, nextToken } = page(ordered, input.MaxResults ?? 100, input.NextToken, invalidToken);
      return { SecretList: items.map(entryOf), ...(nextToken && { NextToken: nextToken }) };
    },

    DeleteSecret(input: DeleteSecretCommandInput) {
      const { RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: isForced = false } = input;
      if (days !== undefined && isForced)
        throw invalidParameter(
          "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
        );
      if (days !== undefined && (days < 7 || days > 30))
        throw invalidParameter('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
      const secret = findSecret(state, input.SecretId);
      if (secret.owner !== undefined)
        throw invalidRequest(`You can't delete the secret because it's managed by ${secret.owner}.`);
      if (secret.deletion !== undefined && !isForced)
        throw invalidRequest(
          "You can't perform this operation on the secret because it was already scheduled for deletion.",
        );
      const deletion = clock.now() + (isForced ? 0 : (days ?? defaultWindowDays) * oneDay);
      if (isForced) secrets.delete(secret.name);
      else secrets.set(secret.name, { ...secret, deletion });
      return { ARN: secret.arn, Name: secret.name, DeletionDate: new Date(deletion) };
    },

    RestoreSecret(input: RestoreSecretCommandInput) {
      const { deletion: _, ...secret } = findSecret(state, input.SecretId);
      secrets.set(secret.name, secret);
      return { ARN: secret.arn, Name: secret.name };
    },
  };

  /** The SDK repeats a call that got no answer: the same token and value is the same secret. */
  function createAgain(known: StoredSecret, input: CreateSecretCommandInput) {
    if (known.deletion !== undefined)
      throw invalidRequest(
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
      );
    const version = known.versions.find(({ id }) => id === input.ClientRequestToken);
    if (!version || version.text !== input.SecretString)
      throw exists(`The operation failed because the secret ${known.name} already exists.`);
    return { ARN: known.arn, Name: known.name, VersionId: version.id };
  }
}

/** Removes what has waited for its deletion long enough. */
export function removeExpired({ secrets }: SecretState, now: number): void {
  for (const { name, deletion } of [...secrets.values()])
    if (deletion !== undefined && deletion <= now) secrets.delete(name);
}

/** A secret without versions. */
export function newSecret(
  { account, region, clock }: Parts,
  name: string,
  facts: Pick<StoredSecret, 'tags'> & Partial<StoredSecret>,
): StoredSecret {
  const suffix = randomBytes(12).toString('base64url').replace(/[-_]/g, 'x').slice(0, 6);
  const now = clock.now();
  return {
    ...facts,
    name,
    arn: `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffix}`,
    created: now,
    changed: now,
    versions: [],
  };
}

function checkName(name: string): string {
  if (!/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name))
    throw invalidParameter(
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    );
  return name;
}

function entryOf(secret: StoredSecret): SecretListEntry {
  const labelled = secret.versions.filter(({ stages }) => stages.length > 0);
  const { rotation } = secret;
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.description !== undefined && { Description: secret.description }),
    ...(secret.kmsKeyId !== undefined && { KmsKeyId: secret.kmsKeyId }),
    RotationEnabled: rotation !== undefined,
    ...(rotation && { RotationRules: rotation.rules }),
    ...(rotation?.last !== undefined && { LastRotatedDate: new Date(rotation.last) }),
    ...(rotation?.next !== undefined && { NextRotationDate: new Date(rotation.next) }),
    CreatedDate: new Date(secret.created),
    LastChangedDate: new Date(secret.changed),
    ...(secret.accessed !== undefined && { LastAccessedDate: new Date(secret.accessed) }),
    ...(secret.deletion !== undefined && { DeletedDate: new Date(secret.deletion) }),
    Tags: secret.tags,
    ...(labelled.length > 0 && {
      SecretVersionsToStages: Object.fromEntries(labelled.map(({ id, stages }) => [id, [...stages]])),
    }),
    ...(secret.owner !== undefined && { OwningService: secret.owner }),
  };
}
