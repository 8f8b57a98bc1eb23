import type { Parameter, ParameterHistory, ParameterMetadata } from '@aws-sdk/client-ssm';
import type { Parts } from '../parts.ts';
import { parameterNotFound, parameterVersionNotFound } from './errors.ts';
import type { Seal } from './secure-string.ts';
import type { ParameterVersion, StoredParameter } from './state.ts';

/** How stored parameters look in answers. */

/** The version that a selector names; the current one without a selector. */
export function selectVersion({ name, versions }: StoredParameter, selector?: string): ParameterVersion {
  const found =
    selector === undefined
      ? versions.at(-1)
      : versions.find(({ version, labels }) => String(version) === selector || labels.includes(selector));
  if (!found)
    throw selector === undefined ? parameterNotFound(name) : parameterVersionNotFound(name, selector);
  return found;
}

export function parameterArn(name: string, { region, account }: Parts): string {
  // AWS's own public parameters belong to no account.
  const owner = name.startsWith('/aws/') ? '' : account;
  return `arn:aws:ssm:${region}:${owner}:parameter${name.startsWith('/') ? name : `/${name}`}`;
}

/** A SecureString's value stays sealed unless it was asked for decrypted. */
export function readValue(name: string, version: ParameterVersion, seal: Seal, decrypted: boolean): string {
  return version.type === 'SecureString' && decrypted ? seal.open(name, version.value) : version.value;
}

export function parameterView(
  name: string,
  version: ParameterVersion,
  value: string,
  parts: Parts,
  selector?: string,
): Parameter {
  return {
    Name: name,
    Type: version.type,
    Value: value,
    Version: version.version,
    ...(selector !== undefined && { Selector: `:${selector}` }),
    LastModifiedDate: new Date(version.modified),
    ARN: parameterArn(name, parts),
    DataType: version.dataType,
  };
}

export function metadataView(name: string, version: ParameterVersion, parts: Parts): ParameterMetadata {
  return {
    Name: name,
    ARN: parameterArn(name, parts),
    Type: version.type,
    ...(version.keyId !== undefined && { KeyId: version.keyId }),
    LastModifiedDate: new Date(version.modified),
    LastModifiedUser: version.modifiedBy,
    ...(version.description !== undefined && { Description: version.description }),
    ...(version.allowedPattern !== undefined && { AllowedPattern: version.allowedPattern }),
    Version: version.version,
    Tier: version.tier,
    Policies: [],
    DataType: version.dataType,
  };
}

export function historyView(
  name: string,
  version: ParameterVersion,
  value: string,
  parts: Parts,
): ParameterHistory {
  const metadata: ParameterHistory & { ARN?: string | undefined } = metadataView(name, version, parts);
  delete metadata.ARN;
  return { ...metadata, Value: value, Labels: version.labels };
}
