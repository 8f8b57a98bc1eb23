import { anywhere, each, fromList, on, tagging, type Authorization } from '../../endpoint/authorization.ts';
import type { Parts } from '../parts.ts';
import { findSecret } from './find.ts';
import type { SecretState, StoredSecret } from './state.ts';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html */
export function secretsAuthorization({ region, account }: Parts, state: SecretState): Authorization {
  const found = (id: string): StoredSecret | undefined => {
    try {
      return findSecret(state, id);
    } catch {
      return undefined;
    }
  };
  /** Six characters end an ARN; before there is a secret nobody knows which. */
  const unmade = (name: string): string =>
    `arn:aws:secretsmanager:${region}:${account}:secret:${name}-??????`;
  const secret = on(
    ({ SecretId }: { SecretId: string }) =>
      found(SecretId)?.arn ?? (SecretId.startsWith('arn:') ? SecretId : unmade(SecretId)),
  );
  return {
    prefix: 'secretsmanager',
    operations: {
      CreateSecret: tagging(
        'TagResource',
        on(({ Name }: { Name: string }) => unmade(Name)),
      ),
      ...each(['ListSecrets', 'GetRandomPassword'], anywhere),
      ...each(['DescribeSecret', 'GetSecretValue', 'ListSecretVersionIds', 'GetResourcePolicy'], secret),
      ...each(['PutSecretValue', 'UpdateSecret', 'UpdateSecretVersionStage', 'RotateSecret'], secret),
      ...each(['DeleteSecret', 'RestoreSecret', 'PutResourcePolicy', 'DeleteResourcePolicy'], secret),
      ...each(['TagResource', 'UntagResource'], secret),
    },
    keys: {
      'secretsmanager:Name': ({ Name }: { Name?: string }) => Name,
      'secretsmanager:SecretId': (_, { resource }) => resource,
      'secretsmanager:VersionStage': ({ VersionStage }: { VersionStage?: string }) => VersionStage,
    },
    tagsOf: (arn) => fromList(found(arn)?.tags),
    policyOf: (arn) => found(arn)?.policy,
  };
}
