import type { PutParameterCommandInput, PutParameterCommandOutput } from '@aws-sdk/client-ssm';
import { AwsError, type Answer, type Call } from '../../endpoint/service.ts';
import { ask, type Parts } from '../parts.ts';
import { notBacked, parameterExists, validation } from './errors.ts';
import { checkName, checkPattern, chooseTier, parseSelector } from './parameter-rules.ts';
import type { Seal } from './secure-string.ts';
import type { ParameterVersion, SsmState, StoredParameter } from './state.ts';
import { checkTags } from './tags.ts';

const keptVersions = 100;
const ownKey = 'alias/aws/ssm';

/** PutParameter: makes a parameter, or a further version of one. */
export function parameterChanges(parts: Parts, state: SsmState, seal: Seal) {
  return {
    async PutParameter(
      input: PutParameterCommandInput,
      call: Call,
    ): Promise<Answer<PutParameterCommandOutput>> {
      const { name } = parseSelector(input.Name ?? '');
      const existing = state.parameters.get(name);
      checkRequest(name, input, existing);
      const previous = existing?.versions.at(-1);
      const version = nextVersion(name, input, previous, {
        now: parts.clock.now(),
        by: call.caller.arn,
        seal,
      });
      if (version.dataType === 'aws:ec2:image') await checkImage(input.Value ?? '', parts);
      const versions = trimHistory([...(existing?.versions ?? []), version], name);
      state.parameters.set(name, { name, tags: existing?.tags ?? checkTags(input.Tags ?? []), versions });
      return { Version: version.version, Tier: version.tier };
    },
  };
}

function checkRequest(
  name: string,
  input: PutParameterCommandInput,
  existing: StoredParameter | undefined,
): void {
  checkName(name);
  if (input.Policies) throw notBacked('Policies');
  if (input.KeyId && input.Type !== 'SecureString')
    throw validation('KeyId is required for SecureString type parameter only.');
  if (input.KeyId && input.KeyId !== ownKey) {
    throw new AwsError(
      'InvalidKeyId',
      `Invalid keyId ${input.KeyId}: this account has no key but ${ownKey}.`,
    );
  }
  if (existing && !input.Overwrite) throw parameterExists();
  if (existing && input.Tags?.length) {
    throw validation(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  }
  if (!existing && !input.Type) {
    throw validation('A parameter type is required when you create a parameter.');
  }
  if (!input.Value)
    throw validation(
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
}

function nextVersion(
  name: string,
  input: PutParameterCommandInput,
  previous: ParameterVersion | undefined,
  { now, by, seal }: { now: number; by: string; seal: Seal },
): ParameterVersion {
  const value = input.Value ?? '';
  const type = input.Type ?? previous?.type ?? 'String';
  if (!['String', 'StringList', 'SecureString'].includes(type)) {
    throw new AwsError('UnsupportedParameterType', `The parameter type ${type} is not supported.`);
  }
  const dataType = input.DataType ?? previous?.dataType ?? 'text';
  if (dataType !== 'text' && !(dataType === 'aws:ec2:image' && type === 'String')) {
    throw validation(
      `The following data type is not supported: ${dataType} (Data type names are all lowercase.)`,
    );
  }
  const allowedPattern = input.AllowedPattern ?? previous?.allowedPattern;
  checkPattern(value, allowedPattern);
  const description = input.Description ?? previous?.description;
  return {
    version: (previous?.version ?? 0) + 1,
    type,
    value: type === 'SecureString' ? seal.seal(name, value) : value,
    tier: chooseTier(input.Tier, value, previous?.tier),
    modified: now,
    modifiedBy: by,
    labels: [],
    dataType,
    ...(description !== undefined && { description }),
    ...(allowedPattern !== undefined && { allowedPattern }),
    ...(type === 'SecureString' && { keyId: ownKey }),
  };
}

/** The oldest version makes room for the 101st, unless it carries a label. */
function trimHistory(versions: ParameterVersion[], name: string): ParameterVersion[] {
  if (versions.length <= keptVersions) return versions;
  const [oldest] = versions;
  if (oldest && oldest.labels.length > 0) {
    throw new AwsError(
      'ParameterMaxVersionLimitExceeded',
      `You attempted to create a new version of ${name} by calling the PutParameter API with the overwrite flag. Version ${oldest.version}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
    );
  }
  return versions.slice(1);
}

async function checkImage(imageId: string, parts: Parts): Promise<void> {
  try {
    await ask(parts, 'ec2', 'DescribeImages', { ImageIds: [imageId] });
  } catch {
    throw validation(`Invalid AMI: ${imageId}. The image does not exist in this region.`);
  }
}
