import { required, string } from '../../../resource/schema.ts';
import { regional } from '../../define.ts';
import { ifFound } from '../../errors.ts';

const gone = ['ResourceNotFoundException', 'InvalidRequestException'];

/** A version of a secret; a changed value makes a new one, as with the real provider. */
export default regional({
  type: 'aws:secretsmanager/secretVersion:SecretVersion',
  secrets: ['secretString'],
  inputs: {
    secretId: required(string({ replaces: true })),
    secretString: required(string({ replaces: true })),
  },

  async create({ secretId, secretString }, context) {
    const secrets = await context.clients.secretsmanager();
    const { VersionId = '' } = await secrets.putSecretValue({
      SecretId: secretId,
      SecretString: secretString,
    });
    return `${secretId}|${VersionId}`;
  },

  async read(id, context) {
    const secrets = await context.clients.secretsmanager();
    const [SecretId = '', VersionId = ''] = id.split('|');
    const found = await ifFound(gone, () => secrets.getSecretValue({ SecretId, VersionId }));
    if (!found) return undefined;
    return {
      arn: found.ARN,
      secretId: SecretId,
      secretArn: found.ARN,
      versionId: VersionId,
      secretString: found.SecretString,
      versionStages: [...(found.VersionStages ?? [])].sort(),
    };
  },

  /** A current version goes with its secret. */
  async delete() {
    return Promise.resolve();
  },
});
