import { randomUUID } from 'node:crypto';
import type {
  GetSecretValueCommandInput,
  GetSecretValueCommandOutput,
  ListSecretVersionIdsCommandInput,
  ListSecretVersionIdsCommandOutput,
  PutSecretValueCommandInput,
  UpdateSecretCommandInput,
  UpdateSecretVersionStageCommandInput,
} from '@aws-sdk/client-secrets-manager';
import type { Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import {
  exists,
  invalidParameter,
  invalidRequest,
  invalidToken,
  unsupported,
  valueNotFound,
} from './errors.ts';
import { findLiving, findOwn } from './find.ts';
import { addVersion, currentStage, moveStage, removeStage, versionAt } from './staging.ts';
import type { SecretState, StoredSecret, StoredVersion } from './state.ts';

const largestValue = 65_536;
const oneDay = 24 * 60 * 60 * 1000;

type Value = Pick<StoredVersion, 'text' | 'binary'>;

/** Reading and writing values. */
export function valueOperations({ clock }: Parts, state: SecretState) {
  const { secrets } = state;

  function add(secret: StoredSecret, value: Value, token: string | undefined, stages: readonly string[]) {
    const id = token ?? randomUUID();
    const known = secret.versions.find((version) => version.id === id);
    if (known && (known.text !== value.text || known.binary !== value.binary))
      throw exists(
        `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`,
      );
    if (!known) {
      const now = clock.now();
      const versions = addVersion(secret.versions, { id, created: now, ...value }, stages);
      secrets.set(secret.name, { ...secret, versions, changed: now });
    }
    return { ARN: secret.arn, Name: secret.name, VersionId: id };
  }

  return {
    GetSecretValue(input: GetSecretValueCommandInput): Answer<GetSecretValueCommandOutput> {
      const secret = findLiving(state, input.SecretId);
      const version = chosenVersion(secret, input.VersionId, input.VersionStage);
      secrets.set(secret.name, { ...secret, accessed: Math.floor(clock.now() / oneDay) * oneDay });
      return {
        ARN: secret.arn,
        Name: secret.name,
        VersionId: version.id,
        ...(version.text !== undefined && { SecretString: version.text }),
        ...(version.binary !== undefined && { SecretBinary: Buffer.from(version.binary, 'base64') }),
        VersionStages: [...version.stages],
        CreatedDate: new Date(version.created),
      };
    },

    PutSecretValue(input: PutSecretValueCommandInput) {
      if (input.RotationToken !== undefined) throw unsupported('RotationToken');
      const value = checkValue(input);
      if (!value) throw invalidRequest('You must provide either SecretString or SecretBinary.');
      const secret = findOwn(state, input.SecretId, 'update');
      const stages = input.VersionStages ?? [currentStage];
      if (stages.length === 0 || stages.length > 20)
        throw invalidParameter('VersionStages must have 1 to 20 labels.');
      // The first value is the current one, whatever else it is called.
      const isFirst = secret.versions.length === 0 && !stages.includes(currentStage);
      const all = isFirst ? [...stages, currentStage] : stages;
      return { ...add(secret, value, input.ClientRequestToken, all), VersionStages: all };
    },

    UpdateSecret(input: UpdateSecretCommandInput) {
      if (input.Type !== undefined) throw unsupported('Type');
      const value = checkValue(input);
      const secret = findOwn(state, input.SecretId, 'update');
      const next = {
        ...secret,
        changed: clock.now(),
        ...(input.Description !== undefined && { description: input.Description }),
        ...(input.KmsKeyId !== undefined && { kmsKeyId: input.KmsKeyId }),
      };
      secrets.set(secret.name, next);
      if (value) return add(next, value, input.ClientRequestToken, [currentStage]);
      return { ARN: secret.arn, Name: secret.name };
    },

    UpdateSecretVersionStage(input: UpdateSecretVersionStageCommandInput) {
      const secret = findOwn(state, input.SecretId, 'update');
      const { VersionStage: stage = '', MoveToVersionId: to, RemoveFromVersionId: from } = input;
      const holder = versionAt(secret.versions, stage)?.id;
      if (to !== undefined && !secret.versions.some(({ id }) => id === to))
        throw valueNotFound(`VersionId: ${to}`);
      if (holder !== undefined && holder !== to && holder !== from)
        throw invalidParameter(
          `The parameter RemoveFromVersionId must be ${holder}, the version that has the label ${stage}.`,
        );
      if (to === undefined && stage === currentStage)
        throw invalidParameter(`You can't remove the label ${currentStage} without moving it.`);
      const versions = to
        ? moveStage(secret.versions, stage, to)
        : removeStage(secret.versions, stage, from ?? '');
      secrets.set(secret.name, { ...secret, versions, changed: clock.now() });
      return { ARN: secret.arn, Name: secret.name };
    },

    ListSecretVersionIds(input: ListSecretVersionIdsCommandInput): Answer<ListSecretVersionIdsCommandOutput> {
      const { arn, name, versions } = findLiving(state, input.SecretId);
      const shown = versions.filter(({ stages }) => stages.length > 0 || input.IncludeDeprecated);
      const { items, nextToken } = page(shown, input.MaxResults ?? 100, input.NextToken, invalidToken);
      return {
        ARN: arn,
        Name: name,
        Versions: items.map(({ id, stages, created }) => ({
          VersionId: id,
          VersionStages: [...stages],
          CreatedDate: new Date(created),
        })),
        ...(nextToken && { NextToken: nextToken }),
      };
    },
  };
}

function chosenVersion(
  { versions }: StoredSecret,
  id: string | undefined,
  stage: string | undefined,
): StoredVersion {
  const found = versions.find(
    (version) =>
      (id === undefined || version.id === id) &&
      ((id !== undefined && stage === undefined) || version.stages.includes(stage ?? currentStage)),
  );
  if (found) return found;
  throw valueNotFound(id === undefined ? `staging label: ${stage ?? currentStage}` : `VersionId: ${id}`);
}

/** The value in a request; undefined: it has none. */
export function checkValue(input: {
  SecretString?: string | undefined;
  SecretBinary?: Uint8Array | undefined;
}): Value | undefined {
  const { SecretString: text, SecretBinary: binary } = input;
  if (text !== undefined && binary !== undefined)
    throw invalidParameter("You can't specify both a binary secret value and a string secret value.");
  if (Math.max(Buffer.byteLength(text ?? ''), binary?.byteLength ?? 0) > largestValue)
    throw invalidParameter(`A secret's value has at most ${largestValue} bytes.`);
  if (text !== undefined) return { text };
  return binary && { binary: Buffer.from(binary).toString('base64') };
}
