import type {
  DeleteResourcePolicyCommandInput,
  GetResourcePolicyCommandInput,
  PutResourcePolicyCommandInput,
} from '@aws-sdk/client-secrets-manager';
import { AwsError } from '../../endpoint/service.ts';
import { unsupported } from './errors.ts';
import { findLiving } from './find.ts';
import type { SecretState, StoredSecret } from './state.ts';

/** Resource policies: kept and told. */
export function policyOperations(state: SecretState) {
  const named = ({ arn, name }: StoredSecret) => ({ ARN: arn, Name: name });
  return {
    GetResourcePolicy(input: GetResourcePolicyCommandInput) {
      const secret = findLiving(state, input.SecretId);
      return {
        ...named(secret),
        ...(secret.policy !== undefined && { ResourcePolicy: secret.policy }),
      };
    },

    PutResourcePolicy(input: PutResourcePolicyCommandInput) {
      const secret = findLiving(state, input.SecretId);
      if (input.BlockPublicPolicy) throw unsupported('BlockPublicPolicy');
      const policy = checkPolicy(input.ResourcePolicy ?? '');
      state.secrets.set(secret.name, { ...secret, policy });
      return named(secret);
    },

    DeleteResourcePolicy(input: DeleteResourcePolicyCommandInput) {
      const { policy: _, ...secret } = findLiving(state, input.SecretId);
      state.secrets.set(secret.name, secret);
      return named(secret);
    },
  };
}

function checkPolicy(text: string): string {
  try {
    const { Statement } = JSON.parse(text) as { Statement?: unknown };
    if (Statement !== undefined && typeof Statement === 'object') return text;
  } catch {
    // Refused below, as a policy without statements is.
  }
  throw new AwsError('MalformedPolicyDocumentException', 'This resource policy contains invalid Json');
}
