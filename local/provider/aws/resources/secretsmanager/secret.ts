import { text } from '../../../protocol/values.ts';
import { boolean, number, string } from '../../../resource/schema.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags, tagChanges, toTags } from '../../tags.ts';

const gone = ['ResourceNotFoundException'];

export default regional({
  type: 'aws:secretsmanager/secret:Secret',
  naming: { property: 'name', prefix: 'namePrefix', maximum: 512 },
  inputs: {
    name: string({ replaces: true }),
    namePrefix: string({ replaces: true, hidden: true }),
    description: string(),
    kmsKeyId: string(),
    recoveryWindowInDays: number({ default: 30, hidden: true }),
    forceOverwriteReplicaSecret: boolean({ default: false, hidden: true }),
    tags: tags(),
  },

  async create(given, context) {
    const secrets = await context.clients.secretsmanager();
    const { ARN = '' } = await secrets.createSecret({
      Name: given.name,
      Description: given.description,
      KmsKeyId: given.kmsKeyId,
      Tags: toTags(given.tags),
    });
    return ARN;
  },

  async read(id, context) {
    const secrets = await context.clients.secretsmanager();
    const found = await ifFound(gone, () => secrets.describeSecret({ SecretId: id }));
    if (!found || found.DeletedDate) return undefined;
    return {
      arn: id,
      name: found.Name,
      description: found.Description ?? '',
      kmsKeyId: found.KmsKeyId,
      ...fromTags(found.Tags),
    };
  },

  async update(id, { olds, news, changed }, context) {
    const secrets = await context.clients.secretsmanager();
    if (changed('description', 'kmsKeyId'))
      await secrets.updateSecret({
        SecretId: id,
        Description: text(news.description),
        KmsKeyId: news.kmsKeyId,
      });
    if (!changed('tags')) return;
    const { set, removed } = tagChanges(olds, news.tags);
    if (removed.length > 0) await secrets.untagResource({ SecretId: id, TagKeys: removed });
    if (Object.keys(set).length > 0) await secrets.tagResource({ SecretId: id, Tags: toTags(set) });
  },

  /** Days in which it may still be brought back; 0: none. */
  async delete(id, context, { inputs: { recoveryWindowInDays } }) {
    const secrets = await context.clients.secretsmanager();
    const days = Number(recoveryWindowInDays ?? 30);
    const how = days === 0 ? { ForceDeleteWithoutRecovery: true } : { RecoveryWindowInDays: days };
    await ifFound(gone, () => secrets.deleteSecret({ SecretId: id, ...how }));
  },
});
